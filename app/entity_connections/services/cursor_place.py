"""Where the cursor of a tab was put, and which row has it when that row is gone."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

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
