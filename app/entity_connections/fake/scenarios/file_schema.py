"""The contents of a scenario file, as pydantic models."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from entity_connections.domain.validation_messages import describe_place, describe_validation_error
from entity_connections.fake.faults.catalogue import parse_fault
from entity_connections.fake.model import (
    LOCALE_PATTERN,
    MAX_ENTITIES,
    NAME_PATTERN,
    TIMEZONE_PATTERN,
    AccessStatus,
)
from entity_connections.fake.policy import OPTIONS, Policy, option_name

Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["8a808255557baba1015580e12fa5083a"])]
EntityRef = Annotated[str, Field(min_length=1, max_length=255, description="an entity: name or id")]
FaultText = Annotated[str, AfterValidator(lambda text: str(parse_fault(text)))]


class _StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EntityEntry(_StrictModel):
    """An entity; the one without a parent is the global entity."""

    name: str = Field(pattern=f"^{NAME_PATTERN.pattern}$", examples=["Acme-Europe"])
    id: Id | None = Field(None, description="made from the name unless given")
    display_name: str | None = Field(None, description="the name unless given")
    parent: EntityRef | None = None
    timezone: str = Field("GMT", pattern=f"^{TIMEZONE_PATTERN.pattern}$", examples=["Europe/Paris"])
    locale: str = Field("en_US", pattern=f"^{LOCALE_PATTERN.pattern}$", examples=["en_US"])
    status: Literal["Provisioned", "Unprovisioned"] = "Provisioned"


class UserEntry(_StrictModel):
    """A user with an OAuth client, and its entities; "*" means every provisioned entity."""

    name: str = Field(pattern="^[A-Za-z0-9._-]{1,32}$", examples=["alice"])
    username: str | None = Field(None, pattern="^[!-~]{1,255}$", examples=["alice@acme.example"])
    client_id: str | None = Field(
        None, pattern="^[0-9a-f-]{36}$", examples=["000a11ce-fa4e-4000-8000-00000000cafe"]
    )
    client_secret: str | None = Field(
        None, pattern="^[!-~]{1,42}$", examples=["not/a+secret=alice"]
    )
    home: EntityRef | None = Field(None, description="the global entity unless given")
    administrator: list[EntityRef] = []
    standard_user: list[EntityRef] = []


class ConnectionEntry(_StrictModel):
    """A connection; source and target may be ids that no entity has."""

    source: EntityRef
    target: EntityRef
    status: str = Field(max_length=20_000, examples=["Pending", "Connected", "Disconnected"])
    id: Id | None = Field(None, description="made from its place in the list unless given")


class AccessRequestEntry(_StrictModel):
    """A request that a user may enter an entity."""

    user: str
    entity: EntityRef
    status: AccessStatus = "Pending Review"


PolicyTable: Any = create_model(
    "PolicyTable",
    __base__=_StrictModel,
    __doc__="Behaviour where Zuora is silent; the command `policy` explains it.",
    **{
        field.name: (field.type, Field(field.default, alias=option_name(field.name)))
        for field in fields(Policy)
    },  # type: ignore[call-overload]
)


class ScenarioFile(_StrictModel):
    """The state from which a fake tenant starts. Lists keep the order of the file."""

    tenant_id: str = Field("1", pattern="^[0-9]{1,18}$", examples=["6398"])
    policy: PolicyTable = Field(default_factory=PolicyTable)
    faults: list[FaultText] = Field([], description='faults that are on: "name=value"')
    entities: list[EntityEntry] = Field(min_length=1, max_length=MAX_ENTITIES)
    users: list[UserEntry] = Field(min_length=1)
    connections: list[ConnectionEntry] = []
    access_requests: list[AccessRequestEntry] = []


_ENTRIES: dict[str, type[BaseModel]] = {
    "entities": EntityEntry,
    "users": UserEntry,
    "connections": ConnectionEntry,
    "access_requests": AccessRequestEntry,
}
_WITHOUT_VALUE = ("missing", "extra_forbidden", "value_error", "too_short", "too_long")


def describe_error(error: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors as a sentence that begins with the place in the file."""
    table = error["loc"][0] if len(error["loc"]) > 1 else ""
    known_keys = OPTIONS if table == "policy" else _ENTRIES.get(table, ScenarioFile).model_fields
    message = describe_validation_error(error, known_keys)
    if error["type"] not in _WITHOUT_VALUE:
        value = json.dumps(error["input"], default=str)
        message = f"{message.removesuffix('.')}, not {value:.60}."
    return f"{describe_place(error['loc'])}: {message}".removeprefix(": ")
