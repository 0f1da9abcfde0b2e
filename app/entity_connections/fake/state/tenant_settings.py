"""The settings of a tenant: its number, policy, faults and origin."""

import json
import sqlite3
from collections.abc import Sequence

from entity_connections.fake.rules.policy import Policy

TENANT_ID = "tenant id"
SCENARIO = "scenario"
"""The name or file of the scenario from which the tenant was made."""
START = "start"
"""The whole state at the start, as the JSON of a scenario file; only in tenant files."""
_POLICY = "policy"
_FAULTS = "faults"


def read(db: sqlite3.Connection, name: str) -> str:
    """Return a setting that has been written."""
    value: str
    (value,) = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return value


def write(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store a setting in place of the previous one."""
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def read_policy(db: sqlite3.Connection) -> Policy:
    """Return the policy."""
    return Policy(**json.loads(read(db, _POLICY)))


def write_policy(db: sqlite3.Connection, policy: Policy) -> None:
    """Store a policy."""
    write(db, _POLICY, json.dumps(vars(policy)))


def read_faults(db: sqlite3.Connection) -> tuple[str, ...]:
    """Return the faults that are on whenever the tenant is opened."""
    return tuple(json.loads(read(db, _FAULTS)))


def write_faults(db: sqlite3.Connection, faults: Sequence[str]) -> None:
    """Store the faults that are on whenever the tenant is opened."""
    write(db, _FAULTS, json.dumps(faults))
