"""Models of Zuora's JSON, and the domain's objects made of them (contract A2, C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
"""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

Model = TypeVar("Model", bound=BaseModel)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,254}")


def check_id(id_: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise ValueError("not an id")
    return id_


_Id = Annotated[str, StringConstraints(pattern=f"^{_ID.pattern}$")]


class TokenModel(BaseModel):
    """A response to a token request."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[!-~]{1,8192}$", repr=False)
    expires_in: FiniteFloat
    scope: str | None = None


class EntityModel(BaseModel):
    """One entity of `GET /v1/entities`."""

    id: _Id
    name: str | None = None
    display_name: str | None = Field(None, alias="displayName")
    parent_id: _Id | Literal[""] | None = Field(None, alias="parentId")
    status: str | None = None


class ConnectionModel(BaseModel):
    """One connection of `GET /v1/entity-connections`."""

    id: _Id
    source_id: _Id = Field(alias="sourceEntityId")
    target_id: _Id = Field(alias="targetEntityId")
    status: str


_ENTITIES = TypeAdapter(list[EntityModel])
_CONNECTIONS = TypeAdapter(list[ConnectionModel])


def parse_entities(rows: list[object]) -> list[Entity]:
    """Parse a list of entities, without the rows that cannot be read."""
    return [
        Entity(
            id=normalize_id(entity.id),
            name=clean(entity.name or ""),
            display_name=clean(entity.display_name or ""),
            parent_id=normalize_id(entity.parent_id) if entity.parent_id else None,
            status=clean(entity.status or ""),
        )
        for entity in _validate_rows(_ENTITIES, rows)
    ]


def parse_connections(rows: list[object]) -> list[Connection]:
    """Parse a list of connections, without the rows that cannot be read."""
    return [
        Connection(
            id=connection.id,
            source_id=normalize_id(connection.source_id),
            target_id=normalize_id(connection.target_id),
            status=clean(connection.status),
        )
        for connection in _validate_rows(_CONNECTIONS, rows)
    ]


def _validate_rows(adapter: TypeAdapter[list[Model]], rows: list[object]) -> list[Model]:
    """Validate all rows at once, which is much faster than one by one."""
    try:
        return adapter.validate_python(rows)
    except ValidationError as error:
        invalid = {details["loc"][0] for details in error.errors(include_url=False)}
        return adapter.validate_python(
            [row for index, row in enumerate(rows) if index not in invalid]
        )
