"""A small tenant for the tests of the domain and of the use cases."""

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.rows import Row, make_rows

GLOBAL = Entity("g" * 32, "Global", "Acme", None)
NORTH = Entity("a" * 32, "North", "Acme North", GLOBAL.id)
SOUTH = Entity("b" * 32, "South", "Acme South", GLOBAL.id)
VILLAGE = Entity("c" * 32, "Village", "Acme Village", NORTH.id)
PLANNED = Entity("d" * 32, "Planned", "Acme Planned", SOUTH.id, status="Unprovisioned")
HIERARCHY = Hierarchy([GLOBAL, NORTH, SOUTH, VILLAGE, PLANNED])
GLOBAL, NORTH, VILLAGE, SOUTH, PLANNED = HIERARCHY  # with what it knows of their titles
STRANGER = "f" * 32


def connection(
    source: Entity | str, target: Entity | str, status: str, id_: str = "1"
) -> Connection:
    """Return a connection between two entities."""
    source_id, target_id = (end if isinstance(end, str) else end.id for end in (source, target))
    return Connection(id_, source_id, target_id, status)


def row(direction: Direction, counterpart: Entity | str, *connections: Connection) -> Row:
    """Return the row of a counterpart, acting in the global entity."""
    key = counterpart if isinstance(counterpart, str) else counterpart.id
    found = make_rows(direction, GLOBAL.id, HIERARCHY, connections)
    return next(row for row in found if row.key == key)
