"""The tenant's state in SQLite: what must hold whatever happens is a constraint here."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from entity_connections.fake.scenarios.model import Scenario
from entity_connections.fake.state import settings

BUSY = 5.0
"""Seconds to wait while another program writes to the same tenant."""

LISTED = """
-- Both ends of each connection, so that a page deep in a list of both is found at once.
CREATE TABLE listed (
    entity_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (entity_id, seq)
) WITHOUT ROWID;
CREATE TRIGGER connection_made AFTER INSERT ON connection BEGIN
    INSERT INTO listed VALUES (new.source_id, new.seq), (new.target_id, new.seq);
END;
CREATE TRIGGER connection_removed AFTER DELETE ON connection BEGIN
    DELETE FROM listed WHERE seq = old.seq AND entity_id IN (old.source_id, old.target_id);
END;
"""
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

CREATE TABLE user (
    seq INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    home_entity_id TEXT NOT NULL
);

CREATE TABLE access_request (
    username TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Pending Review', 'Active', 'Access Denied')),
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

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
"""
_TABLES = (
    "access_request", "connection", "role", "user", "entity", "token", "stored_answer", "setting",
)  # fmt: skip


def open_database(scenario: Scenario) -> sqlite3.Connection:
    """Return a database of its own, in memory, filled with `scenario`.

    It may be built in one thread and used in another, by one at a time.

    Raises:
        sqlite3.IntegrityError: The scenario breaks a rule of the tenant.
    """
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA foreign_keys = ON")
    with transaction(db):
        make_tables(db)
        fill(db, scenario)
    return db


def make_tables(db: sqlite3.Connection) -> None:
    """Make the tables, inside a transaction."""
    run(db, _SCHEMA + LISTED)


def run(db: sqlite3.Connection, script: str) -> None:
    """Run statements inside a transaction, which `executescript` would end."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


def empty(db: sqlite3.Connection) -> None:
    """Remove everything from the tables, inside a transaction."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    for table in _TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - ours


def fill(db: sqlite3.Connection, scenario: Scenario) -> None:
    """Put a scenario into empty tables, inside a transaction.

    Raises:
        sqlite3.IntegrityError: The scenario breaks a rule of the tenant.
    """
    db.execute("PRAGMA defer_foreign_keys = ON")  # a child may stand before its parent
    db.executemany(
        "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [one._replace(display_name=encoded(one.display_name)) for one in scenario.entities],  # type: ignore[arg-type]
    )
    db.executemany(
        "INSERT INTO user (username, login, client_id, client_secret, home_entity_id)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (one.username, one.login, one.client_id, one.client_secret, one.home_entity_id)
            for one in scenario.users
        ],
    )
    db.executemany(
        "INSERT INTO role VALUES (?, ?, ?)",
        [
            (username, entity_id, role)
            for username, of_user in scenario.roles.items()
            for entity_id, role in of_user.items()
        ],
    )
    db.executemany(
        "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
        scenario.connections,
    )
    db.executemany("INSERT INTO access_request VALUES (?, ?, ?)", scenario.access)
    settings.put(db, settings.TENANT_ID, scenario.tenant_id)
    settings.put_policy(db, scenario.policy)
    settings.put_faults(db, scenario.faults)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Make everything inside happen, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has ended it already
            db.execute("ROLLBACK")
        raise


def encoded(display_name: str) -> bytes:
    """Return a display name as stored: SQLite's text cannot hold half a surrogate pair."""
    return display_name.encode("utf-8", "surrogatepass")


def decoded(display_name: bytes) -> str:
    """Return a stored display name as it was given."""
    return display_name.decode("utf-8", "surrogatepass")
