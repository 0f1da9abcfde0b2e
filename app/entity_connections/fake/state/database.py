"""The SQLite database that holds the state of a tenant."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from entity_connections.fake.model import AccessRequest, Connection, Entity, Role, Scenario, User
from entity_connections.fake.state import tenant_settings

_TABLES = (
    "access_request", "connection", "role", "user", "entity", "token", "stored_response",
    "setting",
)  # fmt: skip


def open_in_memory(scenario: Scenario) -> sqlite3.Connection:
    """Return a new database in memory that holds `scenario`.

    It may be used from several threads, by one at a time.

    Raises:
        sqlite3.IntegrityError: The scenario breaks a constraint.
    """
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA foreign_keys = ON")
    with transaction(db):
        create_tables(db)
        write_scenario(db, scenario)
    return db


def create_tables(db: sqlite3.Connection) -> None:
    """Create the tables, inside a transaction."""
    script = files("entity_connections.fake.state").joinpath("schema.sql").read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):  # `executescript` would end the transaction
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


def clear_tables(db: sqlite3.Connection) -> None:
    """Delete all rows, inside a transaction."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    for table in _TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - constants


def write_scenario(db: sqlite3.Connection, scenario: Scenario) -> None:
    """Write a scenario into empty tables, inside a transaction.

    Raises:
        sqlite3.IntegrityError: The scenario breaks a constraint.
    """
    db.execute("PRAGMA defer_foreign_keys = ON")  # an entity may come before its parent
    db.executemany(
        "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (id_, name, encode_display_name(display_name), *rest)
            for id_, name, display_name, *rest in scenario.entities
        ],
    )
    db.executemany(
        "INSERT INTO user (username, login, client_id, client_secret, home_entity_id)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (user.username, user.login, user.client_id, user.client_secret, user.home_entity_id)
            for user in scenario.users
        ],
    )
    db.executemany(
        "INSERT INTO role VALUES (?, ?, ?)",
        [
            (username, entity_id, role)
            for username, roles in scenario.roles.items()
            for entity_id, role in roles.items()
        ],
    )
    db.executemany(
        "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
        scenario.connections,
    )
    db.executemany("INSERT INTO access_request VALUES (?, ?, ?)", scenario.access_requests)
    tenant_settings.write(db, tenant_settings.TENANT_ID, scenario.tenant_id)
    tenant_settings.write_policy(db, scenario.policy)
    tenant_settings.write_faults(db, scenario.faults)


def read_scenario(db: sqlite3.Connection) -> Scenario:
    """Return the state as a scenario, without tokens and stored responses."""
    db.execute("BEGIN")  # one consistent state, whatever other programs write meanwhile
    try:
        roles: dict[str, dict[str, Role]] = {}
        for username, entity_id, role in db.execute(
            "SELECT username, entity_id, role FROM role JOIN entity ON id = entity_id ORDER BY seq"
        ):
            roles.setdefault(username, {})[entity_id] = role
        return Scenario(
            tenant_id=tenant_settings.read(db, tenant_settings.TENANT_ID),
            entities=tuple(
                Entity(id_, name, decode_display_name(display_name), *rest)
                for id_, name, display_name, *rest in db.execute(
                    "SELECT id, name, display_name, parent_id, timezone, status, locale"
                    " FROM entity ORDER BY seq"
                )
            ),
            connections=tuple(
                Connection(*row)
                for row in db.execute(
                    "SELECT id, source_id, target_id, status FROM connection ORDER BY seq"
                )
            ),
            users=tuple(
                User(*row)
                for row in db.execute(
                    "SELECT username, login, client_id, client_secret, home_entity_id"
                    " FROM user ORDER BY seq"
                )
            ),
            roles=roles,
            policy=tenant_settings.read_policy(db),
            access_requests=tuple(
                AccessRequest(*row)
                for row in db.execute("SELECT username, entity_id, status FROM access_request")
            ),
            faults=tenant_settings.read_faults(db),
        )
    finally:
        db.execute("ROLLBACK")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Carry out everything inside, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself has ended it when the disk is full
            db.execute("ROLLBACK")
        raise


def encode_display_name(display_name: str) -> bytes:
    """Return a display name as it is stored: SQLite's text cannot hold half a surrogate pair."""
    return display_name.encode("utf-8", "surrogatepass")


def decode_display_name(stored: bytes) -> str:
    """Return a display name that `encode_display_name` has encoded."""
    return stored.decode("utf-8", "surrogatepass")
