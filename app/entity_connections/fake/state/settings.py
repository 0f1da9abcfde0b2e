"""What a tenant is apart from its records, kept beside them: its number, policy and origin."""

import json
import sqlite3
from collections.abc import Callable, Sequence

from entity_connections.fake.rules.policy import Policy

_POLICY = "policy."

TENANT_ID = "tenant id"
SCENARIO = "scenario"
"""What the tenant was made from: a name, or the file's name."""
_FAULTS = "faults"
START = "start"
"""The whole state it began with, as the JSON of a scenario file; only files have it."""


def get(db: sqlite3.Connection, name: str) -> str:
    """Return a setting, "" where there is none."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    value: str = row[0] if row else ""
    return value


def put(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a setting in place of the one before."""
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def policy(db: sqlite3.Connection) -> Policy:
    """Return the tenant's choices where Zuora is silent.

    Raises:
        entity_connections.fake.rules.policy.PolicyError: It holds a choice that does not exist.
    """
    rows = db.execute("SELECT name, value FROM setting WHERE name GLOB ?", (f"{_POLICY}*",))
    return Policy().having({name.removeprefix(_POLICY): value for name, value in rows})


def policy_reader(db: sqlite3.Connection) -> Callable[[], Policy]:
    """Return what returns the choices of the moment, and reads them only after a change."""
    known: tuple[tuple[int, int], Policy] | None = None

    def read() -> Policy:
        nonlocal known
        # The one counts what others wrote into the file, the other what we did.
        state = (db.execute("PRAGMA data_version").fetchone()[0], db.total_changes)
        if known is None or known[0] != state:
            known = (state, policy(db))
        return known[1]

    return read


def put_policy(db: sqlite3.Connection, chosen: Policy) -> None:
    """Keep these choices."""
    for name, value in chosen.words().items():
        put(db, _POLICY + name, value)


def faults(db: sqlite3.Connection) -> tuple[str, ...]:
    """Return the faults that are on whenever the tenant is opened.

    Raises:
        ValueError: What it holds is no list.
    """
    return tuple(json.loads(get(db, _FAULTS) or "[]"))


def put_faults(db: sqlite3.Connection, those: Sequence[str]) -> None:
    """Keep these faults."""
    put(db, _FAULTS, json.dumps(those))
