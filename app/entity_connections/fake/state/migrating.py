"""Bringing a tenant's file of an older version of this program up to date."""

import sqlite3

from entity_connections.fake.state.database import LISTED, run, transaction

VERSION = 2
"""Of the tables, as SQLite's `user_version` says it."""

_STEPS = {
    # What an older program writes into the file meanwhile passes the triggers, too.
    1: (
        LISTED,
        "INSERT INTO listed SELECT source_id, seq FROM connection;",
        "INSERT INTO listed SELECT target_id, seq FROM connection;",
    ),
}
"""For each older version what leads to the next one."""

OLDEST = min(_STEPS)
"""The oldest version that can be brought up to date."""


def migrate(db: sqlite3.Connection) -> None:
    """Lead a file to this version: all the way, or it stays as it is."""
    if _version(db) == VERSION:
        return
    with transaction(db):
        while (version := _version(db)) < VERSION:  # others may have been faster
            for script in _STEPS[version]:
                run(db, script)
            db.execute(f"PRAGMA user_version = {version + 1}")


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version
