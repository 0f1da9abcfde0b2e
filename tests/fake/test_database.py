"""The constraints of the database, and transactions."""

import sqlite3

import pytest
from entity_connections.domain.connections import Connection
from entity_connections.fake.model import Entity
from entity_connections.fake.scenarios.builtin import acme
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, CANADA, CORPORATION, EUROPE
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.stored_scenario import open_in_memory


@pytest.mark.parametrize(
    "connection",
    [
        Connection("1" * 32, CORPORATION, AMERICAS, "Pending"),
        Connection("1" * 32, CORPORATION, AMERICAS, "Connected"),
        Connection("1" * 32, CORPORATION, CANADA, "Pending"),
        Connection("1" * 32, EUROPE, EUROPE, "Disconnected"),
        Connection("8a80825555a3c7a10155b466736c5c3f", AMERICAS, EUROPE, "Pending"),
    ],
)
def test_constraints_on_connections(connection: Connection) -> None:
    company = acme.scenario()
    with pytest.raises(sqlite3.IntegrityError):
        open_in_memory(company._replace(connections=(*company.connections, connection)))


@pytest.mark.parametrize(
    "entity",
    [
        Entity("1" * 32, "Second root", "", None, "GMT"),
        Entity("1" * 32, "Orphan", "", "2" * 32, "GMT"),
        Entity("1" * 32, "Acme-US", "", CORPORATION, "GMT"),
        Entity("1" * 32, "Odd", "", CORPORATION, "GMT", "Half provisioned"),
    ],
)
def test_constraints_on_entities(entity: Entity) -> None:
    company = acme.scenario()
    with pytest.raises(sqlite3.IntegrityError):
        open_in_memory(company._replace(entities=(*company.entities, entity)))


def test_the_newest_of_several_disconnected_records_is_found() -> None:
    ended = tuple(Connection(c * 32, EUROPE, AMERICAS, "Disconnected") for c in "321")
    db = open_in_memory(acme.scenario()._replace(connections=ended))
    assert Connections(db).find_last_disconnected(EUROPE, AMERICAS) == ended[-1]
    db.close()


def test_a_transaction_that_fails_leaves_nothing_behind() -> None:
    db = open_in_memory(acme.scenario())
    with pytest.raises(sqlite3.IntegrityError):
        _add_twice(db)
    assert Connections(db).find_active(AMERICAS, EUROPE) is None
    db.close()


def _add_twice(db: sqlite3.Connection) -> None:
    with transaction(db):
        for id_ in "12":
            Connections(db).add(id_ * 32, AMERICAS, EUROPE, "Pending")
