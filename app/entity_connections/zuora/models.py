"""Models of Zuora's JSON, and the domain's objects made of them (contract A2, C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

_ID = re.compile(r"[0-9A-Za-z_-]{1,255}")


def check_id(id_: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise ValueError("not an id")
    return id_


def check_entity_id(id_: object) -> str:
    """Return the normalized id of an entity; ValueError if it is not one."""
    if not (normalized := normalize_id(check_id(id_))):
        raise ValueError("not an id")
    return normalized


_Text = Annotated[str, AfterValidator(clean)]
_Id = Annotated[str, AfterValidator(check_id)]
_EntityId = Annotated[str, AfterValidator(check_entity_id)]


class TokenModel(BaseModel):
    """The required fields of a response to a token request."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[!-~]{1,8192}$", repr=False)
    expires_in: FiniteFloat


class EntityModel(BaseModel):
    """One entity of `GET /v1/entities`."""

    id: _EntityId
    name: _Text | None = None
    displayName: _Text | None = None  # noqa: N815 - Zuora's name
    parentId: _EntityId | Literal[""] | None = None  # noqa: N815
    status: _Text | None = None


class ConnectionModel(BaseModel):
    """One connection of `GET /v1/entity-connections`."""

    id: _Id
    sourceEntityId: _EntityId  # noqa: N815
    targetEntityId: _EntityId  # noqa: N815
    status: _Text


def parse_entity(row: object) -> Entity:
    """Parse one entity; ValueError if it is not one."""
    entity = EntityModel.model_validate(row)
    return Entity(
        id=entity.id,
        name=entity.name or "",
        display_name=entity.displayName or "",
        parent_id=entity.parentId or None,
        status=entity.status or "",
    )


def parse_connection(row: object) -> Connection:
    """Parse one connection; ValueError if it is not one."""
    connection = ConnectionModel.model_validate(row)
    return Connection(
        id=connection.id,
        source_id=connection.sourceEntityId,
        target_id=connection.targetEntityId,
        status=connection.status,
    )
