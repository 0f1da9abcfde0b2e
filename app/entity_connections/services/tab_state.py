"""The state of a tab: filter, sort order, and the row on which the user put the cursor."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from entity_connections.domain.row_sort import SortColumn
from entity_connections.domain.rows import Row


class CursorPlace(NamedTuple):
    """The row on which the cursor was put, and the order of the rows at that moment.

    Attributes:
        key: key of the row; None if the tab had no rows.
        order: the keys of the visible rows at that moment; None if the row is to stand where
            the sort order puts it.
        pinned: whether the row stays visible at its place, even if the filter hides it or
            the list does not hold it.
    """

    key: str | None
    order: Sequence[str] | None = None
    pinned: bool = False

    def _neighbours(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the keys above and below the row, from top to bottom."""
        order = self.order or ()
        at = order.index(self.key) if self.key in order else len(order)
        return order[:at], order[at + 1 :]

    def nearest(self, visible: Collection[str]) -> str | None:
        """Return the key in `visible` that has the cursor: that of the row, else of a neighbour."""
        if self.key in visible:
            return self.key
        above, below = self._neighbours()
        candidates = (*below, *reversed(above), *visible)
        return next((key for key in candidates if key in visible), None)

    def hold(self, row: Row, rows: Sequence[Row]) -> Sequence[Row]:
        """Return `rows` with `row` below the same neighbour as before; first if there is none."""
        if self.order is None:
            return rows
        others = [other for other in rows if other.key != row.key]
        index = {other.key: at for at, other in enumerate(others)}
        above, _ = self._neighbours()
        at = next((index[key] + 1 for key in reversed(above) if key in index), 0)
        return [*others[:at], row, *others[at:]]


class MarkedRange(NamedTuple):
    """The rows that one movement with shift has marked.

    Attributes:
        anchor: key of the row where it began.
        end: key of the row where it is now.
        order: keys of the visible rows meanwhile.
        before: the marks from before.
        marks: the marks that it has led to.
    """

    anchor: str
    end: str
    order: Sequence[str]
    before: dict[str, str]
    marks: dict[str, str]


@dataclass(slots=True)
class TabState:
    """The state of a tab.

    Attributes:
        place: where the user put the cursor; None before the tab was shown.
        filter_text: words that a visible row contains; "" shows all rows.
        statuses: the groups (`Row.status_group`) that are shown; an empty set shows all.
        marks: the state (`Row.state`) of each marked row when it was marked, by its key.
        sort_column: the column that the rows are sorted by; None for the order of the list.
        reverse: whether the sort order is descending.
    """

    place: CursorPlace | None = None
    filter_text: str = ""
    statuses: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)
    sort_column: SortColumn | None = None
    reverse: bool = False
    _range: MarkedRange | None = None

    @property
    def pinned(self) -> str | None:
        """The key of the pinned row, if there is one."""
        return self.place.key if self.place and self.place.pinned else None

    @property
    def is_flat(self) -> bool:
        """Whether the rows are a selection or in another order, and so not a tree."""
        return bool(self.filter_text or self.statuses or self.sort_column)

    def pin(self) -> None:
        """Keep the cursor row visible, even if the filter hides it."""
        if self.place is not None and self.place.key is not None:
            self.place = self.place._replace(pinned=True)

    def unpin(self) -> None:
        """Show the cursor row only if the filter and the list show it."""
        if self.place is not None:
            self.place = self.place._replace(pinned=False)

    def mark_range(self, end: str, cursor: str, rows: Mapping[str, Row]) -> None:
        """Mark the rows from where a movement with shift began to where it has come.

        Args:
            end: key of the row that the cursor moves to.
            cursor: key of the row that it leaves.
            rows: the visible rows by key. If they, the cursor or the marks have changed since
                the last call, a new range begins.
        """
        order, last = list(rows), self._range
        anchor, before = cursor, dict(self.marks)
        if last and (last.end, last.order, last.marks) == (cursor, order, self.marks):
            anchor, before = last.anchor, last.before
        start, stop = sorted((order.index(anchor), order.index(end)))
        self.marks = before | {key: rows[key].state for key in order[start : stop + 1]}
        self._range = MarkedRange(anchor, end, order, before, dict(self.marks))

    def sort_next(self, columns: Sequence[SortColumn]) -> None:
        """Sort by the next of `columns`; after the last, by none."""
        cycle = [None, *columns]
        at = cycle.index(self.sort_column) if self.sort_column in cycle else 0
        self.sort_column, self.reverse = cycle[(at + 1) % len(cycle)], False

    def sort_by(self, column: SortColumn) -> None:
        """Sort by a column: ascending, at the second call descending, at the third not at all."""
        if self.sort_column is not column:
            self.sort_column, self.reverse = column, False
        elif self.reverse:
            self.sort_column, self.reverse = None, False
        else:
            self.reverse = True
