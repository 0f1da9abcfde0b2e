"""The fault another-administrator: another user who changes connections meanwhile."""

import json
import sqlite3
from random import Random

from entity_connections.fake.model import Caller
from entity_connections.fake.rules.connection_rules import Action, ConnectionRules
from entity_connections.fake.rules.refusal import Refusal
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

_ACTIONS: tuple[Action, ...] = ("accept", "accept", "deny", "disconnect")
"""The actions besides a request, an accept twice as often as the others."""
_MAX_ATTEMPTS = 100
_MAX_CONNECTIONS = 300
_REQUEST_SHARE = 0.3


class OtherAdministrator:
    """Changes connections by the same rules as callers of the API."""

    def __init__(self, db: sqlite3.Connection, rules: ConnectionRules) -> None:
        self._db = db
        self._hierarchy = Hierarchy(db)
        self._connections = Connections(db)
        self._users = Users(db)
        self._rules = rules

    def act(self, random: Random) -> None:
        """Change one connection, as a random user in a random entity, if any change is allowed."""
        for _ in range(_MAX_ATTEMPTS):
            try:
                with transaction(self._db):
                    if self._try_to_act(random):
                        return
            except (Refusal, sqlite3.OperationalError):  # not allowed, or the file is locked
                continue

    def _try_to_act(self, random: Random) -> bool:
        user = random.choice(self._users.all())
        entity_ids = [entity.id for entity in self._hierarchy.accessible(user.username)]
        acting_id = random.choice(entity_ids or [user.home_entity_id])
        role = self._hierarchy.role(user.username, acting_id)
        if role is None:
            return False
        caller = Caller(user, acting_id, role)
        rows = self._connections.list_page(acting_id, None, offset=0, limit=_MAX_CONNECTIONS)
        if not rows or random.random() < _REQUEST_SHARE:
            self._rules.request(caller, random.choice(entity_ids))
        else:
            self._rules.act(caller, random.choice(_ACTIONS), json.loads(random.choice(rows))["id"])
        return True
