"""A fast table of keyed rows on Textual's Line API.

The cursor is the key of a record, never a row number: after rows were inserted, removed, sorted
or filtered it is still on the record the user chose, as long as that record is there. A cursor
step repaints two cells, and lines of unchanged rows are painted once.

The grid does not sort or filter: its owner does, and calls `Grid.set_items` with the result.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from textual import events
from textual.binding import Binding
from textual.message import Message

from entity_connections.tui.widgets.grid.grid_view import HEADER_HEIGHT, GridView
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item

__all__ = ["Cell", "Column", "Grid", "Item"]


@dataclass
class _GridMessage(Message):
    """A message that `@on(..., "#id")` can select by its grid."""

    grid: "Grid"

    @property
    def control(self) -> "Grid":
        """The grid that posted the message."""
        return self.grid


class Grid(GridView, can_focus=True, inherit_bindings=False):
    """A table with one line for each row and a cursor that is a record key.

    Args:
        columns: the columns, from left to right.
        id: the id of the widget.
        classes: its classes, separated by blanks.
    """

    BINDINGS = [
        # With priority the grid gets a key at once, not after all its ancestors.
        Binding(
            keys, action, label, False, priority=True, id=f"grid.{label.lower()}", tooltip=tooltip
        )
        for keys, action, label, tooltip in (
            ("up,k", "move(-1)", "Up", "The row above"),
            ("down,j", "move(1)", "Down", "The row below"),
            ("pageup", "move_page(-1)", "PageUp", "A screenful up"),
            ("pagedown", "move_page(1)", "PageDown", "A screenful down"),
            ("home", "move_to(0)", "First", "The first row"),
            ("end", "move_to(-1)", "Last", "The last row"),
            ("enter", "select_row", "Choose", "Do what this row offers"),
        )
    ]

    on_cursor_set: Callable[[str], None] | None = None
    """Called at once with the record that the user puts the cursor on, even if it is there.

    While it is set, `RowHighlighted` is not posted for what the user does.
    """

    @dataclass
    class RowHighlighted(_GridMessage):
        """The cursor is on another record, or on none because there are no rows."""

        key: str | None

    @dataclass
    class RowSelected(_GridMessage):
        """Enter was pressed on a row."""

        key: str

    @dataclass
    class CellSelected(_GridMessage):
        """A cell was clicked; the cursor is on its row already."""

        key: str
        column: str

    @dataclass
    class HeaderSelected(_GridMessage):
        """The heading of a sortable column was clicked."""

        column: str

    def set_items(self, items: Iterable[Item], *, cursor: str | None = None) -> None:
        """Replace all rows.

        The cursor stays on its record, at the same line of the screen where possible. If the
        record is gone, the cursor moves to the next record of the old order that is left, else
        to the previous one, else to the first row.

        Args:
            items: the rows.
            cursor: key of the record to move the cursor to, if it is among the rows.

        Raises:
            ValueError: two rows have the same key.
        """
        new = list(items)
        rows = {item.key: row for row, item in enumerate(new)}
        if len(rows) != len(new):
            raise ValueError("Every row of a grid needs a key of its own.")
        old, old_cursor, top = self._items, self._cursor, self.scroll_offset.y
        index = 0 if old_cursor is None else self._rows[old_cursor]
        # If the cursor is scrolled out of sight, the row at the top keeps its place instead.
        anchor = index if top <= index < top + self._page else min(top, max(0, len(old) - 1))
        self._items, self._rows = new, rows
        self._cursor = cursor if cursor in rows else self._find_nearest(old, index)
        self._update_height()
        if self._page and (anchor_key := self._find_nearest(old, anchor)) is not None:
            self._scroll_to_row(rows[anchor_key] - anchor + top)
        if cursor is not None:
            self._scroll_to_cursor()
        if self._cursor != old_cursor:
            self.post_message(self.RowHighlighted(self, self._cursor))

    @property
    def cursor_key(self) -> str | None:
        """The record under the cursor; None if and only if there are no rows.

        Setting it scrolls the row into view; it raises `KeyError` if the row is not shown.
        """
        return self._cursor

    @cursor_key.setter
    def cursor_key(self, key: str) -> None:
        if key not in self._rows:
            raise KeyError(key)
        old, self._cursor = self._cursor, key
        self._scroll_to_cursor()
        if old is not None and old != key:
            self._refresh_row(old)
            self._refresh_row(key)
            if self.on_cursor_set is None:
                self.post_message(self.RowHighlighted(self, key))
        if self.on_cursor_set is not None:
            self.on_cursor_set(key)

    def action_move(self, rows: int) -> None:
        """Move the cursor down by a number of rows, or up if it is negative."""
        if self._cursor is not None:
            row = self._rows[self._cursor] + rows
            self.cursor_key = self._items[max(0, min(row, len(self._items) - 1))].key

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by screenfuls; one row stays visible for orientation."""
        self.action_move(pages * max(1, self._page - 1))

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row counted from 0, or from the end if negative."""
        if self._items:
            self.cursor_key = self._items[row].key

    def action_select_row(self) -> None:
        """Post that the row under the cursor was selected."""
        if self._cursor is not None:
            self.post_message(self.RowSelected(self, self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Post a message about the heading or the cell under the pointer."""
        event.stop()
        if event.button != 1:
            return
        column = self._find_column(event.x)
        if event.y < HEADER_HEIGHT:
            if column is not None and column.sortable:
                self.post_message(self.HeaderSelected(self, column.key))
            return
        row = event.y - HEADER_HEIGHT + self.scroll_offset.y
        if row >= len(self._items):
            return
        key = self._items[row].key
        self.cursor_key = key
        if column is not None:
            self.post_message(self.CellSelected(self, key, column.key))

    def _find_column(self, x: int) -> Column | None:
        """Return the column at a cell of the line; the blank after a column belongs to it."""
        slots = (slot for slot in self.slots if slot.start <= x <= slot.start + slot.width)
        return next((slot.column for slot in slots), None)

    def _find_nearest(self, old: Sequence[Item], row: int) -> str | None:
        """Return the key that now takes the place of a row of the old order."""
        order = chain(range(row, len(old)), range(min(row, len(old)) - 1, -1, -1))
        nearest = next((old[n].key for n in order if old[n].key in self._rows), None)
        return nearest if nearest is not None or not self._items else self._items[0].key

    def _scroll_to_cursor(self) -> None:
        """Scroll as little as needed to show the cursor."""
        if self._cursor is not None and self._page:
            row, top = self._rows[self._cursor], self.scroll_offset.y
            self._scroll_to_row(max(row - self._page + 1, min(row, top)))

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._scroll_to_cursor()
