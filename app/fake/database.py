"""The tenant's state in SQLite: what must hold whatever happens is a constraint here."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from app.fake.model import Scenario

_SCHEMA = """
CREATE TABLE entity (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    display_name BLOB NOT NULL,
    parent_id TEXT REFERENCES entity (id),
    timezone TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Provisioned', 'Unprovisioned')),
    locale TEXT NOT NULL
);
CREATE UNIQUE INDEX one_global_entity ON entity ((1)) WHERE parent_id IS NULL;

CREATE TABLE role (
    username TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entity (id),
    role TEXT NOT NULL CHECK (role IN ('administrator', 'standard user')),
    PRIMARY KEY (username, entity_id)
) WITHOUT ROWID;

-- The ends are no foreign keys: a list may name an entity nobody can see any more.
CREATE TABLE connection (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL CHECK (target_id <> source_id),
    status TEXT NOT NULL
);
CREATE UNIQUE INDEX one_living_per_pair ON connection (source_id, target_id)
    WHERE status IN ('Pending', 'Connected');
CREATE INDEX outbound ON connection (source_id);
CREATE INDEX inbound ON connection (target_id);

CREATE TABLE token (
    token TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    only_entity_id TEXT,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE stored_answer (
    key TEXT PRIMARY KEY,
    call TEXT NOT NULL,
    asked BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;
"""


def open_database(scenario: Scenario) -> sqlite3.Connection:
    """Return a database of its own, in memory, filled with `scenario`.

    It may be built in one thread and used in another, by one at a time.

    Raises:
        sqlite3.IntegrityError: The scenario breaks a rule of the tenant.
    """
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.executescript(_SCHEMA)
    db.execute("PRAGMA foreign_keys = ON")
    roles = [
        (username, entity_id, role)
        for username, of_user in scenario.roles.items()
        for entity_id, role in of_user.items()
    ]
    entities = [
        one._replace(display_name=encoded(one.display_name))  # type: ignore[arg-type]
        for one in scenario.entities
    ]
    with transaction(db):
        db.executemany(
            "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            entities,
        )
        db.executemany("INSERT INTO role VALUES (?, ?, ?)", roles)
        db.executemany(
            "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
            scenario.connections,
        )
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Make everything inside happen, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def encoded(display_name: str) -> bytes:
    """Return a display name as stored: SQLite's text cannot hold half a surrogate pair."""
    return display_name.encode("utf-8", "surrogatepass")


def decoded(display_name: bytes) -> str:
    """Return a stored display name as it was given."""
    return display_name.decode("utf-8", "surrogatepass")
