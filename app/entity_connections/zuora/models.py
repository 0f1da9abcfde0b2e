"""Models of Zuora's JSON, and the domain's objects made of them (contract A2, C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,254}")


def check_id(id_: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise ValueError("not an id")
    return id_


_Text = Annotated[str, AfterValidator(clean)]
_TextOrNull = Annotated[_Text, BeforeValidator(lambda value: "" if value is None else value)]
_Id = Annotated[str, AfterValidator(check_id)]
_EntityId = Annotated[_Id, AfterValidator(normalize_id)]


class TokenModel(BaseModel):
    """A response to a token request."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[!-~]{1,8192}$", repr=False)
    expires_in: FiniteFloat
    scope: str | None = None


class EntityModel(BaseModel):
    """One entity of `GET /v1/entities`."""

    id: _EntityId
    name: _TextOrNull = ""
    display_name: _TextOrNull = Field("", alias="displayName")
    parent_id: _EntityId | None = Field(None, alias="parentId")
    status: _TextOrNull = ""


class ConnectionModel(BaseModel):
    """One connection of `GET /v1/entity-connections`."""

    id: _Id
    source_id: _EntityId = Field(alias="sourceEntityId")
    target_id: _EntityId = Field(alias="targetEntityId")
    status: _Text


def parse_entity(row: object) -> Entity:
    """Parse one entity; ValueError if it is not one."""
    return Entity(**EntityModel.model_validate(row).model_dump())


def parse_connection(row: object) -> Connection:
    """Parse one connection; ValueError if it is not one."""
    return Connection(**ConnectionModel.model_validate(row).model_dump())
