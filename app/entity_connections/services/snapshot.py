"""What Zuora's lists say of one entity, at one moment."""

from datetime import datetime
from typing import NamedTuple

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.rows import Row, group_by_pair, make_row, make_rows


class Snapshot(NamedTuple):
    """The list of connections of one acting entity, as it was read at one moment.

    Attributes:
        acting_id: the acting entity.
        hierarchy: the entities known at that moment.
        connections: the connections of both directions, in Zuora's order.
        read_at: when the list was requested; later changes may be missing.
        warnings: a sentence for each thing that is missing or strange in what was read.
        missing: what keeps the list from being whole, in a sentence; "" for a whole list.
            Only a whole list proves that a record is not there.
        asked: when the list was requested, on the monotonic clock, which orders the lists;
            0 for a list that an earlier program read.
        server_time: when Zuora answered, by its own clock; None where it did not tell.
    """

    acting_id: str
    hierarchy: Hierarchy
    connections: tuple[Connection, ...]
    read_at: datetime
    warnings: tuple[str, ...] = ()
    missing: str = ""
    asked: float = 0.0
    server_time: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether the list is whole."""
        return not self.missing

    def rows(self, direction: Direction) -> list[Row]:
        """Return the rows of one tab."""
        return make_rows(direction, self.acting_id, self.hierarchy, self.connections, self.missing)

    def make_row(self, direction: Direction, key: str, acting_id: str = "") -> Row:
        """Return the row of one counterpart, without a connection where none is listed.

        It is as seen by `acting_id`, which may be the other end; "" stands for the entity of the
        list.
        """
        records, acting_id = group_by_pair(self.connections), acting_id or self.acting_id
        return make_row(direction, acting_id, self.hierarchy, records, key, self.missing)

    def find_row(self, row: Row) -> Row:
        """Return a row as this list shows it, which may be the list of either end."""
        return self.make_row(row.direction, row.key, row.acting.id)

    def merge(self, other: "Snapshot") -> "Snapshot":
        """Return the list with what the list of another entity shows of the two, if it is newer.

        Both lists show the connections between their entities (contract D2). One that a whole
        newer list does not hold is gone.
        """
        if (other.asked, other.read_at) <= (self.asked, self.read_at):
            return self
        ends = {self.acting_id, other.acting_id}
        newer = {record.id: record for record in other.connections if {*record.ends} == ends}
        kept = [
            newer.pop(record.id, record)
            for record in self.connections
            if record.id in newer or {*record.ends} != ends or not other.complete
        ]
        connections = (*kept, *newer.values())
        if connections == self.connections:
            return self
        return self._replace(connections=connections)
