"""The fault another-administrator: another user who changes connections meanwhile."""

import json
import sqlite3
from random import Random

from entity_connections.fake.model import Caller
from entity_connections.fake.refusal import Refusal
from entity_connections.fake.rules.connection_rules import Action, ConnectionRules
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

_ACTIONS: tuple[Action, ...] = ("accept", "accept", "deny", "disconnect")
"""The actions besides a request, an accept twice as often as the others."""
_REQUEST_SHARE = 0.3
_MAX_ATTEMPTS = 100
_MAX_CONNECTIONS = 300


def change_one_connection(db: sqlite3.Connection, rules: ConnectionRules, random: Random) -> None:
    """Change a connection as a random user in a random entity, if the rules allow any change."""
    for _ in range(_MAX_ATTEMPTS):
        try:
            with transaction(db):
                if _try_change(db, rules, random):
                    return
        except (Refusal, sqlite3.OperationalError):  # not allowed, or the file is locked
            continue


def _try_change(db: sqlite3.Connection, rules: ConnectionRules, random: Random) -> bool:
    hierarchy = Hierarchy(db)
    user = random.choice(Users(db).all())
    entity_ids = [entity.id for entity in hierarchy.accessible(user.username)]
    acting_id = random.choice(entity_ids or [user.home_entity_id])
    role = hierarchy.role(user.username, acting_id)
    if role is None:
        return False
    caller = Caller(user, acting_id, role)
    rows = Connections(db).list_page(acting_id, None, offset=0, limit=_MAX_CONNECTIONS)
    if not rows or random.random() < _REQUEST_SHARE:
        rules.request(caller, random.choice(entity_ids))
    else:
        rules.act(caller, random.choice(_ACTIONS), json.loads(random.choice(rows))["id"])
    return True
