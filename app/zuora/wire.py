"""Zuora's JSON as models, and the domain's objects made from them (contract C2, D3, F1).

Every text is cleaned here, where it enters. Unknown fields are ignored and
unknown words kept: Zuora may add both without notice.
"""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.connections import Connection
from app.domain.entities import Entity
from app.domain.ids import bare
from app.domain.text import clean


def _clean_id(id_: str) -> str:
    return bare(clean(id_))


def _as_text(value: object) -> object:
    """Zuora writes a code as a number in some answers and as a string in others."""
    return str(value) if isinstance(value, int) else value


def _as_list(value: object) -> object:
    return [] if value is None else value


def _case(name: str) -> AliasChoices:
    """The CRUD family spells the same field with a capital."""
    return AliasChoices(name, name.capitalize())


Text = Annotated[str, AfterValidator(clean)]
EntityId = Annotated[str, AfterValidator(_clean_id)]


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

    id: Text
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

    id: Text


class ReasonWire(_Wire):
    """One reason of a refusal."""

    code: Annotated[Text, BeforeValidator(_as_text), Field(validation_alias=_case("code"))] = ""
    message: Annotated[Text, Field(validation_alias=_case("message"))] = ""


class Envelope(_Wire):
    """What every answer may carry beside its own fields, in each of Zuora's shapes."""

    success: Annotated[bool | None, Field(validation_alias=_case("success"))] = None
    reasons: Annotated[
        list[ReasonWire],
        BeforeValidator(_as_list),
        Field(validation_alias=AliasChoices("reasons", "Errors")),
    ] = []
    process_id: Text | None = None
    request_id: Text | None = None
    message: Text | None = None
