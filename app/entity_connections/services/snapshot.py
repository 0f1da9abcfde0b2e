"""What Zuora's lists say of one entity, at one moment."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.rows import Row, make_rows


class Snapshot(NamedTuple):
    """The list of connections of one acting entity, as it was read at one moment.

    Attributes:
        acting_id: the acting entity.
        hierarchy: the entities known at that moment.
        connections: the connections of both directions, in Zuora's order.
        accessible_ids: ids of the entities the user may enter, None if unknown.
        read_at: when the list was requested; later changes may be missing.
        warnings: a sentence for each thing that is missing or strange in what was read.
        complete: whether every connection in the list could be read, and was of this entity;
            only a complete list proves that a record is gone.
        asked: when the list was requested, on the monotonic clock, which orders the lists;
            0 for a list that an earlier program read.
        server_time: when Zuora answered, by its own clock; None where it did not tell.
    """

    acting_id: str
    hierarchy: Hierarchy
    connections: tuple[Connection, ...]
    accessible_ids: AbstractSet[str] | None
    read_at: datetime
    warnings: tuple[str, ...] = ()
    complete: bool = True
    asked: float = 0.0
    server_time: datetime | None = None

    def rows(self, direction: Direction) -> list[Row]:
        """Return the rows of one tab."""
        return make_rows(direction, self.acting_id, self.hierarchy, self.connections)

    def row(self, direction: Direction, key: str) -> Row | None:
        """Return one row of a tab, or None when there is none with this key."""
        return next((row for row in self.rows(direction) if row.key == key), None)
