"""The settings of a tenant: its number, policy, faults and origin."""

import json
import sqlite3
from collections.abc import Callable, Sequence

from entity_connections.fake.rules.policy import Policy

TENANT_ID = "tenant id"
SCENARIO = "scenario"
"""The name or file of the scenario from which the tenant was made."""
START = "start"
"""The whole state at the start, as the JSON of a scenario file; only in tenant files."""
_FAULTS = "faults"
_POLICY_PREFIX = "policy."


def read(db: sqlite3.Connection, name: str) -> str:
    """Return a setting; "" when there is none."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    value: str = row[0] if row else ""
    return value


def write(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store a setting in place of the previous one."""
    db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def read_policy(db: sqlite3.Connection) -> Policy:
    """Return the policy.

    Raises:
        PolicyError: The database holds a policy or value that does not exist.
    """
    rows = db.execute("SELECT name, value FROM setting WHERE name GLOB ?", (f"{_POLICY_PREFIX}*",))
    return Policy().with_values({name.removeprefix(_POLICY_PREFIX): value for name, value in rows})


def create_policy_reader(db: sqlite3.Connection) -> Callable[[], Policy]:
    """Return a function that returns the current policy, cached until the database changes."""
    cache: tuple[tuple[int, int], Policy] | None = None

    def read_cached_policy() -> Policy:
        nonlocal cache
        # data_version counts what other programs have written, total_changes what this one has.
        version = (db.execute("PRAGMA data_version").fetchone()[0], db.total_changes)
        if cache is None or cache[0] != version:
            cache = (version, read_policy(db))
        return cache[1]

    return read_cached_policy


def write_policy(db: sqlite3.Connection, policy: Policy) -> None:
    """Store a policy."""
    for name, value in policy.as_dict().items():
        write(db, _POLICY_PREFIX + name, value)


def read_faults(db: sqlite3.Connection) -> tuple[str, ...]:
    """Return the faults that are on whenever the tenant is opened.

    Raises:
        ValueError: The stored value is no JSON.
    """
    return tuple(json.loads(read(db, _FAULTS) or "[]"))


def write_faults(db: sqlite3.Connection, faults: Sequence[str]) -> None:
    """Store the faults that are on whenever the tenant is opened."""
    write(db, _FAULTS, json.dumps(faults))
