"""The rows of the two tabs (contract D2, D3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
    Ends,
)
from entity_connections.domain.entities import Entity, Hierarchy

NOT_CONNECTED = "Not connected"
"""The word for a pair without a record; Zuora has none."""
UNKNOWN = "Unknown"
"""The word for a pair whose records may be among those that could not be read."""
STATUS_GROUPS = (PENDING, CONNECTED, DISCONNECTED, NOT_CONNECTED, UNKNOWN)
"""What `Row.status_group` can be, in the order of what asks for the user."""


class Row(NamedTuple):
    """A row of a tab: a counterpart, and the connection with it.

    Attributes:
        direction: the tab it belongs to.
        counterpart: the entity at the other end.
        parent: the entity above the counterpart, if any.
        connection: the living record of the pair in this direction, if any.
        other_records: the other records of the pair in this direction, newest first.
        reverse: the living record of the opposite direction, if any.
        missing: what keeps the list from being whole, in a sentence; "" for a whole list.
    """

    direction: Direction
    acting: Entity
    counterpart: Entity
    parent: Entity | None
    connection: Connection | None
    other_records: tuple[Connection, ...] = ()
    reverse: Connection | None = None
    missing: str = ""

    @property
    def key(self) -> str:
        """Identifies the row in its tab, also when its record changes."""
        return self.counterpart.id

    @property
    def status(self) -> str | None:
        """Zuora's word for the state of the pair, or None when there is no record."""
        return self.connection.status if self.connection else None

    @property
    def uncertain(self) -> bool:
        """Whether the pair may be connected by a record that the list does not show."""
        return bool(self.missing) and self.status in (None, DISCONNECTED)

    @property
    def state(self) -> str:
        """The state of the pair for people, as far as the list proves it."""
        if self.uncertain:
            return UNKNOWN
        return NOT_CONNECTED if self.status is None else name_status(self.status)

    @property
    def status_group(self) -> str:
        """The state; `UNKNOWN` also for a word of Zuora's that is not known here."""
        return self.state if self.state in STATUS_GROUPS else UNKNOWN

    @property
    def records(self) -> tuple[Connection, ...]:
        """Every record of the pair in this direction, the living one first."""
        return (self.connection, *self.other_records) if self.connection else ()

    @property
    def source(self) -> Entity:
        """The entity that shares."""
        return self.acting if self.direction is Direction.OUTBOUND else self.counterpart

    @property
    def target(self) -> Entity:
        """The entity that is shared to."""
        return self.counterpart if self.direction is Direction.OUTBOUND else self.acting

    @property
    def ends(self) -> Ends:
        """The ids of source and target."""
        return self.source.id, self.target.id

    @property
    def pair(self) -> str:
        """The titles of source and target, in the direction of sharing."""
        return f"{self.source.title} → {self.target.title}"

    @property
    def connection_id(self) -> str:
        """Id of the living record, or "" when there is none."""
        return self.connection.id if self.connection else ""

    def flip(self) -> "Row":
        """Return the same connection as the counterpart sees it; its `parent` is left out."""
        return self._replace(
            direction=self.direction.opposite,
            acting=self.counterpart,
            counterpart=self.acting,
            parent=None,
        )

    @property
    def waits_for_acting(self) -> bool:
        """Whether the acting entity is asked to accept or deny."""
        return self.direction is Direction.INBOUND and self.status == PENDING


def shorten_sentence(sentence: str, pair: str) -> str:
    """Return a sentence for a place where its pair is named already: "It is" for "A → B is"."""
    return f"It{sentence.removeprefix(pair)}" if sentence.startswith(f"{pair} ") else sentence


def name_status(status: str) -> str:
    """Return the word for a status of Zuora's, which may be blank.

    Blanks around it stay: with them it is not the known word.
    """
    return status if status.strip() else "(no word)"


def split_records(
    connections: Sequence[Connection],
) -> tuple[Connection | None, tuple[Connection, ...]]:
    """Return the living record of a pair and the others, newest first.

    Connected lives before Pending, Pending before the newest of the rest. The
    list carries no dates; later in it is taken as newer (contract L12).
    """
    rank = {CONNECTED: 0, PENDING: 1}
    ordered = list(connections[::-1])
    ordered.sort(key=lambda record: rank.get(record.status, 2))
    return (ordered[0], tuple(ordered[1:])) if ordered else (None, ())


Records = Mapping[Ends, Sequence[Connection]]
"""The records of each pair, in the order of the list."""


def group_by_pair(connections: Iterable[Connection]) -> Records:
    """Return the records of each pair; no two have the same id."""
    records: dict[Ends, list[Connection]] = {}
    for connection in connections:
        records.setdefault(connection.ends, []).append(connection)
    return records


def make_rows(
    direction: Direction,
    acting_id: str,
    hierarchy: Hierarchy,
    connections: Iterable[Connection],
    missing: str = "",
) -> list[Row]:
    """Return the rows of one tab in the order they are shown.

    Outbound holds every other entity of the hierarchy, in the order of the tree. Inbound holds
    the entities something comes in from, those that wait for an answer first. A counterpart
    that the hierarchy does not hold comes last, as a placeholder. `missing` is as in `Row`.
    """
    records = group_by_pair(connections)
    if direction is Direction.OUTBOUND:
        mine = [target_id for source_id, target_id in records if source_id == acting_id]
        keys = [entity.id for entity in hierarchy if entity.id != acting_id]
        keys += [key for key in mine if key not in hierarchy or key == acting_id]
    else:
        keys = [source_id for source_id, target_id in records if target_id == acting_id]
    rows = [make_row(direction, acting_id, hierarchy, records, key, missing) for key in keys]
    rows.sort(key=lambda row: (not row.waits_for_acting, hierarchy.sort_index(row.key)))
    return rows


def make_row(
    direction: Direction,
    acting_id: str,
    hierarchy: Hierarchy,
    records: Records,
    key: str,
    missing: str = "",
) -> Row:
    """Return the row of one counterpart, without a connection where none is listed."""
    ends = (acting_id, key) if direction is Direction.OUTBOUND else (key, acting_id)
    counterpart = hierarchy.get(key)
    living, other_records = split_records(records.get(ends, ()))
    return Row(
        direction=direction,
        acting=hierarchy.get(acting_id),
        counterpart=counterpart,
        parent=hierarchy.parent(counterpart),
        connection=living,
        other_records=other_records,
        reverse=split_records(records.get(ends[::-1], ()))[0],
        missing=missing,
    )
