"""The fault another-administrator: another user who changes connections meanwhile."""

import json
import sqlite3
from random import Random

from entity_connections.fake.model import Caller
from entity_connections.fake.refusal import Refusal
from entity_connections.fake.rules import connection_rules
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.tenant_state import TenantState

_ACTIONS: tuple[connection_rules.Action, ...] = ("accept", "accept", "deny", "disconnect")
"""The actions besides a request, an accept twice as often as the others."""
_REQUEST_SHARE = 0.3
_MAX_ATTEMPTS = 100
_MAX_CONNECTIONS = 300


def change_one_connection(state: TenantState, random: Random) -> None:
    """Change a connection as a random user in a random entity, if the rules allow any change."""
    for _ in range(_MAX_ATTEMPTS):
        try:
            with transaction(state.db):
                if _try_change(state, random):
                    return
        except (Refusal, sqlite3.OperationalError):  # not allowed, or the file is locked
            continue


def _try_change(state: TenantState, random: Random) -> bool:
    user = random.choice(state.users.all())
    entity_ids = [entity.id for entity in state.hierarchy.accessible(user.name)]
    acting_id = random.choice(entity_ids or [user.home_entity_id])
    role = state.hierarchy.role(user.name, acting_id)
    if role is None:
        return False
    caller = Caller(user, acting_id, role)
    rows = state.connections.list_page(acting_id, None, offset=0, limit=_MAX_CONNECTIONS)
    if not rows or random.random() < _REQUEST_SHARE:
        connection_rules.request(state, caller, random.choice(entity_ids))
    else:
        connection_rules.act(
            state, caller, random.choice(_ACTIONS), json.loads(random.choice(rows))["id"]
        )
    return True
