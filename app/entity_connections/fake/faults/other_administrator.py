"""The fault another-administrator: another user who changes connections meanwhile."""

import json
import sqlite3
from random import Random
from typing import NamedTuple

from entity_connections.fake.model import CONNECTED, PENDING, Caller
from entity_connections.fake.rules.connection_rules import ConnectionRules
from entity_connections.fake.rules.refusal import Refusal
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

_MAX_ATTEMPTS = 8
_MAX_CONNECTIONS = 300
_WEIGHTS = {"accept": 4, "request": 3, "deny": 2, "disconnect": 1}
"""How likely each action is, relative to the others."""


class _Change(NamedTuple):
    """An action on a connection; for a request `id` is that of the target entity."""

    action: str
    id: str


class OtherAdministrator:
    """Changes connections by the same rules as callers of the API."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        hierarchy: Hierarchy,
        connections: Connections,
        users: Users,
        rules: ConnectionRules,
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._connections = connections
        self._users = users
        self._rules = rules

    def act(self, random: Random) -> None:
        """Change one connection, as a random user in a random entity, if any change is allowed."""
        for _ in range(_MAX_ATTEMPTS):
            if self._try_to_act(random):
                return

    def _try_to_act(self, random: Random) -> bool:
        user = random.choice(self._users.all())
        entity_ids = [entity.id for entity in self._hierarchy.accessible(user.username)]
        if not entity_ids:
            return False
        acting_id = random.choice(entity_ids)
        role = self._hierarchy.role(user.username, acting_id)
        changes = self._find_changes(acting_id, entity_ids)
        actions = [
            action for action in _WEIGHTS if any(change.action == action for change in changes)
        ]
        if role is None or not actions:
            return False
        action = random.choices(actions, [_WEIGHTS[action] for action in actions])[0]
        change = random.choice([change for change in changes if change.action == action])
        try:
            with transaction(self._db):
                self._apply(Caller(user, acting_id, role), change)
        except (Refusal, sqlite3.OperationalError):  # not allowed, or the file is locked
            return False
        return True

    def _find_changes(self, acting_id: str, entity_ids: list[str]) -> list[_Change]:
        """Return the changes that the status of the connections allows in an entity."""
        changes = []
        requested_ids = {acting_id}
        for row in self._connections.list_page(acting_id, None, offset=0, limit=_MAX_CONNECTIONS):
            connection = json.loads(row)
            id_, status = connection["id"], connection["status"]
            if status in (PENDING, CONNECTED) and connection["sourceEntityId"] == acting_id:
                requested_ids.add(connection["targetEntityId"])
            if status == PENDING and connection["targetEntityId"] == acting_id:
                changes += [_Change("accept", id_), _Change("deny", id_)]
            if status == CONNECTED:
                changes.append(_Change("disconnect", id_))
        return changes + [_Change("request", id_) for id_ in entity_ids if id_ not in requested_ids]

    def _apply(self, caller: Caller, change: _Change) -> None:
        match change.action:
            case "request":
                self._rules.request(caller, change.id)
            case "accept" | "deny" | "disconnect" as action:
                self._rules.act(caller, action, change.id)
