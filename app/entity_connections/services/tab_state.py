"""How one tab is looked at: filter, sort order, and the row that a person put the cursor on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from entity_connections.domain import row_order as listing
from entity_connections.domain.connections import Row


class CursorPlace(NamedTuple):
    """The row that the cursor was put on, and the rows around it at that moment.

    Attributes:
        key: of the row; None where the tab had none.
        rows: what was shown, the row among it; None where the row is to stand where the
            order of the tab puts it.
        pinned: whether the row is shown there, whatever the filter or the list says.
    """

    key: str | None
    rows: Sequence[Row] | None = None
    pinned: bool = False

    @property
    def neighbours(self) -> tuple[list[str], list[str]]:
        """The keys of the rows above and below it, from top to bottom."""
        keys = [row.key for row in self.rows or ()]
        at = keys.index(self.key) if self.key in keys else len(keys)
        return keys[:at], keys[at + 1 :]

    def nearest(self, rows: Sequence[Row]) -> str | None:
        """Return the key of the row that takes the cursor where this one is not among `rows`."""
        shown = {row.key for row in rows}
        above, below = self.neighbours
        first = rows[0].key if rows else None
        return next((key for key in (*below, *reversed(above)) if key in shown), first)

    def hold(self, row: Row, rows: Sequence[Row]) -> list[Row]:
        """Return `rows` with `row` below the one that it stood below; without one, first."""
        others = [other for other in rows if other.key != row.key]
        index = {other.key: at for at, other in enumerate(others)}
        above, _ = self.neighbours
        at = next((index[key] + 1 for key in reversed(above) if key in index), 0)
        return [*others[:at], row, *others[at:]]


@dataclass(slots=True)
class TabState:
    """How one tab is looked at.

    Attributes:
        place: where the person put the cursor, or None before the tab was looked at.
        filter_text: what the rows are filtered by; "" shows all.
        sort_column: what they are sorted by, None for their own order.
        reverse: whether that order is turned round.
    """

    place: CursorPlace | None = None
    filter_text: str = ""
    sort_column: listing.SortColumn | None = None
    reverse: bool = False

    @property
    def pinned(self) -> str | None:
        """The key of the row that is shown whatever the filter or the list says."""
        return self.place.key if self.place and self.place.pinned else None

    def pin(self) -> None:
        """Show the row under the cursor whatever the filter or the list says."""
        if self.place is not None and self.place.key is not None:
            self.place = self.place._replace(pinned=True)

    def unpin(self) -> None:
        """Show the row under the cursor only where filter and list do."""
        if self.place is not None:
            self.place = self.place._replace(pinned=False)

    def sort_next(self, columns: Sequence[listing.SortColumn]) -> None:
        """Sort by what follows in `columns`, and after the last by none."""
        cycle = [None, *columns]
        at = cycle.index(self.sort_column) if self.sort_column in cycle else 0
        self._sort(cycle[(at + 1) % len(cycle)])

    def sort_by(self, column: listing.SortColumn) -> None:
        """Sort by `column`; asked again, the other way round; asked again, not at all."""
        if self.sort_column is not column:
            self._sort(column)
        elif self.reverse:
            self._sort(None)
        else:
            self._sort(column, reverse=True)

    def _sort(self, column: listing.SortColumn | None, *, reverse: bool = False) -> None:
        self.sort_column, self.reverse = column, reverse
        if self.pinned:  # it follows the order that was asked for
            self.place = self.place and self.place._replace(rows=None)
