"""What a tenant consists of, as plain data: entities, connections, users, a scenario.

Field names and limits are those of contract C2, C4 and D3.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import PROVISIONED
from entity_connections.fake.policy import Policy

Role = Literal["administrator", "standard user"]
"""The role of a user in one entity; a user without a role cannot enter the entity."""
AccessStatus = Literal["Pending Review", "Active", "Access Denied"]
"""The status of a request for access of a user to another entity (contract C4)."""

ADMINISTRATOR: Role = "administrator"
STANDARD_USER: Role = "standard user"

MAX_ENTITIES = 512
"""The most entities in a hierarchy, the global entity included."""
NAME_PATTERN = re.compile(r"[A-Za-z0-9 .-]{1,255}")
"""The names an entity may have; a display name has no such rule."""
LOCALE_PATTERN = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
TIMEZONE_PATTERN = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


class Entity(NamedTuple):
    """One entity; only the global entity has no `parent_id`."""

    id: str
    name: str
    display_name: str
    parent_id: str | None
    timezone: str
    status: str = PROVISIONED
    locale: str = "en_US"


@dataclass(frozen=True)
class User:
    """A user, who owns one OAuth client (contract A2).

    `name` is short, for options such as `--user`; `username` is the login name in Zuora.
    """

    name: str
    username: str
    client_id: str
    client_secret: str = field(repr=False)
    home_entity_id: str


class AccessRequest(NamedTuple):
    """A request that a user, given by name, may enter an entity."""

    user: str
    entity_id: str
    status: AccessStatus


class Scenario(NamedTuple):
    """The state from which a tenant starts.

    The API lists entities and connections in this order. `roles` are by name of a user, then by
    entity id; `faults` are on from the start.
    """

    tenant_id: str
    entities: tuple[Entity, ...]
    connections: tuple[Connection, ...]
    users: tuple[User, ...]
    roles: Mapping[str, Mapping[str, Role]]
    policy: Policy
    access_requests: tuple[AccessRequest, ...] = ()
    faults: tuple[str, ...] = ()


class Caller(NamedTuple):
    """Who makes an API call: the user, the acting entity and the role there (contract A3)."""

    user: User
    entity_id: str
    role: Role

    def administers(self, *entity_ids: str) -> bool:
        """Return whether the caller acts, as an administrator, in one of these entities."""
        return self.role == ADMINISTRATOR and self.entity_id in entity_ids
