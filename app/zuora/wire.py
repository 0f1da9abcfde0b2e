"""Zuora's JSON as models, and the domain's objects made from them (contract C2, D3, F1).

Every text is cleaned here, where it enters. Unknown fields are ignored and
unknown words kept: Zuora may add both without notice.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.connections import Connection
from app.domain.entities import Entity
from app.domain.ids import bare
from app.domain.text import clean

_ID = re.compile(r"[0-9A-Za-z_-]{1,255}")


def _harmless(id_: str) -> str:
    """An id goes back into paths and headers, where nothing else may be in it."""
    if not _ID.fullmatch(id_):
        raise ValueError("not an id")
    return id_


# A refusal is told whatever shape it has: what does not fit is left out of it.


def _text_or_nothing(value: object) -> str:
    """Zuora writes a code as a number in some answers and as a string in others."""
    return str(value) if isinstance(value, int | str) else ""


def _objects(value: object) -> list[object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _true_or_false(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _case(name: str) -> AliasChoices:
    """The CRUD family spells the same field with a capital."""
    return AliasChoices(name, name.capitalize())


Text = Annotated[str, AfterValidator(clean)]
Id = Annotated[str, AfterValidator(_harmless)]
EntityId = Annotated[Id, AfterValidator(bare)]
Lenient = Annotated[Text, BeforeValidator(_text_or_nothing)]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, hide_input_in_errors=True)


class EntityWire(_Wire):
    """One entity of `GET /v1/entities`."""

    id: EntityId
    name: Text | None = None
    display_name: Text | None = None
    parent_id: EntityId | None = None
    status: Text | None = None

    def entity(self) -> Entity:
        """Return it as the domain knows it."""
        return Entity(
            id=self.id,
            name=self.name or "",
            display_name=self.display_name or "",
            parent_id=self.parent_id or None,
            status=self.status or "",
        )


class ConnectionWire(_Wire):
    """One connection of `GET /v1/entity-connections`."""

    id: Id
    source_entity_id: EntityId
    target_entity_id: EntityId
    status: Text

    def connection(self) -> Connection:
        """Return it as the domain knows it."""
        return Connection(self.id, self.source_entity_id, self.target_entity_id, self.status)


class EntityList(_Wire):
    """The answer that lists entities."""

    entities: list[EntityWire]


class ConnectionPage(_Wire):
    """One page of connections."""

    entity_connections: list[ConnectionWire]
    next_page: str | None = None


class Requested(_Wire):
    """The answer to a request for a connection."""

    id: Id


class ReasonWire(_Wire):
    """One reason of a refusal."""

    code: Annotated[Lenient, Field(validation_alias=_case("code"))] = ""
    message: Annotated[Lenient, Field(validation_alias=_case("message"))] = ""


class Envelope(_Wire):
    """What every answer may carry beside its own fields, in each of Zuora's shapes."""

    success: Annotated[
        bool | None, BeforeValidator(_true_or_false), Field(validation_alias=_case("success"))
    ] = None
    reasons: Annotated[
        list[ReasonWire],
        BeforeValidator(_objects),
        Field(validation_alias=AliasChoices("reasons", "Errors")),
    ] = []
    process_id: Lenient = ""
    request_id: Lenient = ""
    message: Lenient = ""
