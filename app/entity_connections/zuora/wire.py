"""Zuora's JSON checked, and the domain's objects made from it (contract A2, C2, D3).

Every text is cleaned here, where it enters, and every id checked. Unknown
fields are ignored and unknown words kept: Zuora may add both without notice.
Each function raises ValueError (pydantic's is one) for what does not fit.

The schemas speak to pydantic's core: its model layer would cost every command
40 ms more, and the first rows of the screen too.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, Required, TypedDict, cast

from pydantic_core import SchemaValidator
from pydantic_core.core_schema import (
    CoreSchema,
    float_schema,
    list_schema,
    nullable_schema,
    str_schema,
    typed_dict_field,
    typed_dict_schema,
)

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean


class TokenWire(TypedDict):
    """What the answer to a token request must hold."""

    access_token: str
    expires_in: float


class EntityWire(TypedDict, total=False):
    """One entity of `GET /v1/entities`."""

    id: Required[str]
    name: str | None
    displayName: str | None
    parentId: str | None
    status: str | None


def _object(fields: dict[str, CoreSchema], perhaps: dict[str, CoreSchema]) -> CoreSchema:
    """Return the schema of an object: what it must hold, and what may be null or not there."""
    must = {name: typed_dict_field(of) for name, of in fields.items()}
    may = {
        name: typed_dict_field(nullable_schema(of), required=False) for name, of in perhaps.items()
    }
    return typed_dict_schema(must | may)


_TEXT = str_schema(strict=True)
# An id goes back into paths and headers, where nothing else may be in it.
_ID = str_schema(strict=True, pattern=r"^[0-9A-Za-z_-]{1,255}$")
_ID_OR_NONE = str_schema(strict=True, pattern=r"^[0-9A-Za-z_-]{0,255}$")
_BEARER = str_schema(strict=True, pattern=r"^[!-~]{1,8192}$")

_id = SchemaValidator(_ID)
_token = SchemaValidator(
    _object({"access_token": _BEARER, "expires_in": float_schema(allow_inf_nan=False)}, {})
)
_entities = SchemaValidator(
    list_schema(
        _object(
            {"id": _ID},
            {"name": _TEXT, "displayName": _TEXT, "parentId": _ID_OR_NONE, "status": _TEXT},
        )
    )
)
_ids = SchemaValidator(list_schema(_ID))
_text_only = SchemaValidator(_TEXT)
_fields: Callable[[Any], tuple[Any, ...]]
_fields = itemgetter("id", "sourceEntityId", "targetEntityId", "status")
_new_connection: Callable[[tuple[str, str, str, str]], Connection] = partial(
    tuple.__new__, Connection
)


def harmless(id_: object) -> str:
    """Return an id as it came, if it is one."""
    return cast("str", _id.validate_python(id_))


@lru_cache(2_048)
def entity_id(id_: object) -> str:
    """Return the id of an entity, bare."""
    plain = normalize_id(harmless(id_))
    if not plain:
        raise ValueError("not an id")
    return plain


@lru_cache(2_048)
def _text(value: object) -> str:
    return clean(_text_only.validate_python(value))


def read_token(body: dict[str, object]) -> TokenWire:
    """Return what the answer to a token request must hold; its errors name the field only."""
    return cast("TokenWire", _token.validate_python(body))


def read_connections(rows: Sequence[object]) -> list[Connection]:
    """Return records of `GET /v1/entity-connections`, or raise for any that cannot be read.

    Field by field for all rows: a list of thousands repeats a few entities and
    words, which are remembered.
    """
    if not rows:
        return []
    try:
        ids, sources, targets, statuses = zip(*map(_fields, rows), strict=True)
        columns = _ids.validate_python(ids), map(entity_id, sources), map(entity_id, targets)
        return list(map(_new_connection, zip(*columns, map(_text, statuses), strict=True)))
    except (KeyError, TypeError) as error:  # a field is missing, or nothing one could look up
        raise ValueError(str(error)) from None


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
