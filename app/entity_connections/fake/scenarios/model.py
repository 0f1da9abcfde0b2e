"""What a tenant is made of, as plain data: entities, connections, users, a scenario.

Field names and rules are contract C2 and D3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from entity_connections.fake.rules.policy import Policy

Role = Literal["administrator", "standard user"]
"""What a user is in an entity; a user without a role there cannot enter it."""

ADMINISTRATOR: Role = "administrator"
STANDARD_USER: Role = "standard user"

PROVISIONED = "Provisioned"
UNPROVISIONED = "Unprovisioned"

Access = Literal["Pending Review", "Active", "Access Denied"]
"""How far a user's access to another entity has come (contract C4)."""

PENDING_REVIEW: Access = "Pending Review"
ACTIVE: Access = "Active"
ACCESS_DENIED: Access = "Access Denied"

PENDING = "Pending"
CONNECTED = "Connected"
DISCONNECTED = "Disconnected"


class Entity(NamedTuple):
    """One business unit; `parent_id` is None for the global entity only."""

    id: str
    name: str
    display_name: str
    parent_id: str | None
    timezone: str
    status: str = PROVISIONED
    locale: str = "en_US"


class Connection(NamedTuple):
    """One record, source -> target; `status` may be a word nobody has documented."""

    id: str
    source_id: str
    target_id: str
    status: str


@dataclass(frozen=True)
class User:
    """A person who owns one OAuth client (contract A2).

    Attributes:
        username: The short name used on our command line.
        login: The login name Zuora knows.
        client_id: The client's UUID, 36 characters.
        client_secret: At most 42 characters, some of which must be URL-encoded.
        home_entity_id: Where the user starts, 32 hexadecimal digits.
    """

    username: str
    login: str
    client_id: str
    client_secret: str = field(repr=False)
    home_entity_id: str


class AccessRequest(NamedTuple):
    """Somebody asked that a user may enter an entity."""

    username: str
    entity_id: str
    status: Access


class Scenario(NamedTuple):
    """The state a tenant starts from; `roles` goes username -> entity id -> role.

    Lists come back in the order in which entities and connections stand here.
    `faults` are switched on when a server opens it: "name" or "name=value".
    """

    tenant_id: str
    entities: tuple[Entity, ...]
    connections: tuple[Connection, ...]
    users: tuple[User, ...]
    roles: Mapping[str, Mapping[str, Role]]
    policy: Policy
    access: tuple[AccessRequest, ...] = ()
    faults: tuple[str, ...] = ()


class Caller(NamedTuple):
    """Who makes a call, in which entity, as what (contract A3)."""

    user: User
    entity_id: str
    role: Role
