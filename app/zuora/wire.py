"""Zuora's JSON as models, and the domain's objects made from them (contract A2, C2, D3).

Every text is cleaned here, where it enters, and every id checked. Unknown
fields are ignored and unknown words kept: Zuora may add both without notice.
Each function raises ValueError (pydantic's is one) for what does not fit.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from app.domain.connections import Connection
from app.domain.entities import Entity
from app.domain.ids import bare
from app.domain.text import clean

Id = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z_-]{1,255}$")]
"""An id goes back into paths and headers, where nothing else may be in it."""
EntityId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z_-]{0,255}$")]
Text = Annotated[str, StringConstraints(strict=True)]


class _Wire(TypedDict):
    __pydantic_config__ = ConfigDict(hide_input_in_errors=True)  # type: ignore[misc]


class TokenWire(_Wire):
    """The answer to a token request."""

    access_token: Annotated[str, StringConstraints(strict=True, pattern=r"^[!-~]{1,8192}$")]
    expires_in: Annotated[float, Field(allow_inf_nan=False)]


class EntityWire(_Wire):
    """One entity of `GET /v1/entities`."""

    id: Id
    name: NotRequired[Text | None]
    displayName: NotRequired[Text | None]
    parentId: NotRequired[EntityId | None]
    status: NotRequired[Text | None]


class ConnectionWire(_Wire):
    """One connection of `GET /v1/entity-connections`."""

    id: Id
    sourceEntityId: Id
    targetEntityId: Id
    status: Text


_id = TypeAdapter(Id)
_token = TypeAdapter(TokenWire)
_entities = TypeAdapter(list[EntityWire])
_connections = TypeAdapter(list[ConnectionWire])
_fields = itemgetter("id", "sourceEntityId", "targetEntityId", "status")
_new_connection: Callable[[tuple[str, str, str, str]], Connection] = partial(
    tuple.__new__, Connection
)


def harmless(id_: object) -> str:
    """Return an id as it came, if it is one."""
    return _id.validate_python(id_)


@lru_cache(2_048)
def entity_id(id_: str) -> str:
    """Return the id of an entity, bare."""
    plain = bare(harmless(id_))
    if not plain:
        raise ValueError("not an id")
    return plain


@lru_cache(2_048)
def _text(value: str) -> str:
    return clean(value)


def read_token(body: dict[str, object]) -> TokenWire:
    """Return what the answer to a token request must hold; its errors name the field only."""
    return _token.validate_python(body)


def read_connections(rows: Sequence[object]) -> list[Connection]:
    """Return records of `GET /v1/entity-connections`, or raise for any that cannot be read.

    Field by field for all rows: a list of thousands repeats a few entities and
    words, which are remembered.
    """
    if not rows:
        return []
    wires = _connections.validate_python(rows)
    ids, sources, targets, statuses = zip(*map(_fields, wires), strict=True)
    fields = zip(
        ids, map(entity_id, sources), map(entity_id, targets), map(_text, statuses), strict=True
    )
    return list(map(_new_connection, fields))


def read_entities(rows: Sequence[object]) -> list[Entity]:
    """Return records of `GET /v1/entities`, or raise for any that cannot be read."""
    return [_entity(wire) for wire in _entities.validate_python(rows)]


def _entity(wire: EntityWire) -> Entity:
    parent = wire.get("parentId")
    return Entity(
        id=entity_id(wire["id"]),
        name=_text(wire.get("name") or ""),
        display_name=_text(wire.get("displayName") or ""),
        parent_id=entity_id(parent) if parent else None,
        status=_text(wire.get("status") or ""),
    )
