"""Writing a scenario into a database, and reading the state as a scenario."""

import sqlite3

from entity_connections.fake.model import AccessRequest, Role, Scenario
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import connect, create_tables, transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users


def open_in_memory(scenario: Scenario) -> sqlite3.Connection:
    """Return a new database in memory that holds `scenario`."""
    db = connect(":memory:")
    try:
        with transaction(db):
            create_tables(db)
            write_scenario(db, scenario)
    except BaseException:
        db.close()
        raise
    return db


def write_scenario(db: sqlite3.Connection, scenario: Scenario) -> None:
    """Write a scenario into empty tables, inside a transaction.

    A scenario that breaks a constraint raises `sqlite3.IntegrityError`.
    """
    db.execute("PRAGMA defer_foreign_keys = ON")  # an entity may come before its parent
    hierarchy, connections = Hierarchy(db), Connections(db)
    for entity in scenario.entities:
        hierarchy.add(entity)
    for user in scenario.users:
        Users(db).add(user)
    for name, roles in scenario.roles.items():
        for entity_id, role in roles.items():
            db.execute("INSERT INTO role VALUES (?, ?, ?)", (name, entity_id, role))
    for connection in scenario.connections:
        connections.add(*connection)
    db.executemany("INSERT INTO access_request VALUES (?, ?, ?)", scenario.access_requests)
    tenant_settings.write(db, tenant_settings.TENANT_ID, scenario.tenant_id)
    tenant_settings.write_policy(db, scenario.policy)
    tenant_settings.write(db, tenant_settings.FAULTS, scenario.faults)


def read_scenario(db: sqlite3.Connection) -> Scenario:
    """Return the state as a scenario, without tokens and stored responses."""
    with transaction(db, "DEFERRED"):  # one state, whatever other programs write meanwhile
        roles: dict[str, dict[str, Role]] = {}
        for user, entity_id, role in db.execute(
            "SELECT user, entity_id, role FROM role JOIN entity ON id = entity_id ORDER BY seq"
        ):
            roles.setdefault(user, {})[entity_id] = role
        return Scenario(
            tenant_id=tenant_settings.read(db, tenant_settings.TENANT_ID),
            entities=tuple(Hierarchy(db).entities()),
            connections=Connections(db).all(),
            users=Users(db).all(),
            roles=roles,
            policy=tenant_settings.read_policy(db),
            access_requests=tuple(
                AccessRequest(*row)
                for row in db.execute("SELECT user, entity_id, status FROM access_request")
            ),
            faults=tuple(tenant_settings.read(db, tenant_settings.FAULTS)),
        )
