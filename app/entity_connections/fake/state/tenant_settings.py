"""The settings of a tenant: its number, policy, faults and origin."""

import json
import sqlite3
from functools import lru_cache
from typing import Any

from entity_connections.fake.policy import Policy

TENANT_ID = "tenant id"
FAULTS = "faults"
"""The faults that are on whenever the tenant is opened."""
SCENARIO = "scenario"
"""The name or file of the scenario from which the tenant was made; only in tenant files."""
IDENTITY = "identity"
"""A UUID, new with every start of the tenant; only in tenant files."""
START = "start"
"""The whole state at the start, as the data of a scenario file; only in tenant files."""
_POLICY = "policy"


def read(db: sqlite3.Connection, name: str) -> Any:
    """Return a setting that has been written, as JSON holds it."""
    return json.loads(_read_text(db, name))


def write(db: sqlite3.Connection, name: str, value: object) -> None:
    """Store a setting in place of the previous one."""
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))


def read_policy(db: sqlite3.Connection) -> Policy:
    """Return the policy."""
    return _parse_policy(_read_text(db, _POLICY))


def write_policy(db: sqlite3.Connection, policy: Policy) -> None:
    """Store a policy."""
    write(db, _POLICY, vars(policy))


def _read_text(db: sqlite3.Connection, name: str) -> str:
    row: tuple[str] = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0]


@lru_cache  # the policy is read at every call
def _parse_policy(text: str) -> Policy:
    return Policy(**json.loads(text))
