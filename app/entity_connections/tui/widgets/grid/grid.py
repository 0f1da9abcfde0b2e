"""A fast table of keyed rows on Textual's Line API.

The cursor is the key of a record, never a row number: whatever is inserted, removed, sorted or
filtered, it stays on the record the user chose for as long as that record is there. A cursor
step repaints two cells, and the lines of unchanged rows are drawn once.

The grid knows nothing of what its rows mean. It sorts and filters nothing: its owner does, and
calls `Grid.show` with the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.message import Message

from entity_connections.tui.widgets.grid.grid_line import Cell, Column, Item
from entity_connections.tui.widgets.grid.grid_view import HEADER, GridView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual import events

__all__ = ["Cell", "Column", "Grid", "Item"]


@dataclass
class _FromGrid(Message):
    """A message that `@on(..., "#id")` can select by its grid."""

    grid: Grid

    @property
    def control(self) -> Grid:
        """The grid that speaks."""
        return self.grid


class Grid(GridView, can_focus=True, inherit_bindings=False):
    """A table with one line for each row and a cursor that is a record key.

    Args:
        columns: What stands in a row, from left to right.
        id: The id of the widget.
        classes: Its classes, separated by blanks.
    """

    BINDINGS = [
        # With priority a key comes straight here, not after a round through all ancestors.
        Binding(keys, action, label, False, priority=True, id=f"grid.{label.lower()}", tooltip=tip)
        for keys, action, label, tip in (
            ("up,k", "move(-1)", "Up", "The row above"),
            ("down,j", "move(1)", "Down", "The row below"),
            ("pageup", "move_page(-1)", "PageUp", "A screenful up"),
            ("pagedown", "move_page(1)", "PageDown", "A screenful down"),
            ("home", "move_to(0)", "First", "The first row"),
            ("end", "move_to(-1)", "Last", "The last row"),
            ("enter", "choose", "Choose", "Do what this row offers"),
        )
    ]

    on_place: Callable[[str], None] | None = None
    """Called at once with the record that a person puts the cursor on, even if it is there.

    Whoever sets it needs no `CursorMoved` for what a person does, and gets none.
    """

    @dataclass
    class CursorMoved(_FromGrid):
        """The cursor stands on another record, or on none because there are no rows."""

        key: str | None

    @dataclass
    class Chosen(_FromGrid):
        """Enter on a row."""

        key: str

    @dataclass
    class CellClicked(_FromGrid):
        """A click on a cell; the cursor has moved to its row already."""

        key: str
        column: str

    @dataclass
    class HeaderClicked(_FromGrid):
        """A click on the heading of a sortable column."""

        column: str

    def show(self, items: Iterable[Item], *, cursor: str | None = None) -> None:
        """Replace all rows.

        The cursor stays on its record, at the same line of the screen where possible. If the
        record is gone, its place is taken by the next one of the old order that is left, else
        by the one before, else by the first.

        Args:
            items: The rows, each with a key of its own.
            cursor: The record to move the cursor to, if it is among the rows.

        Raises:
            ValueError: Two rows have the same key.
        """
        new = list(items)
        rows = {item.key: row for row, item in enumerate(new)}
        if len(rows) != len(new):
            raise ValueError("Every row of a grid needs a key of its own.")
        old, old_cursor, top = self._items, self._cursor, self.scroll_offset.y
        at = 0 if old_cursor is None else self._rows[old_cursor]
        # Who has scrolled away from the cursor keeps the row at the top instead.
        anchor = at if top <= at < top + self._page else min(top, max(0, len(old) - 1))
        self._items, self._rows = new, rows
        self._cursor = cursor if cursor in rows else self._heir(old, at)
        self._fit_height()
        if self._page and (held := self._heir(old, anchor)) is not None:
            self._scroll_rows(rows[held] - anchor + top)
        if cursor is not None:
            self._reveal()
        if self._cursor != old_cursor:
            self.post_message(self.CursorMoved(self, self._cursor))

    @property
    def columns_shown(self) -> frozenset[str]:
        """The keys of the columns that have room."""
        return frozenset(slot.column.key for slot in self._slots)

    # The cursor

    @property
    def cursor_key(self) -> str | None:
        """The record under the cursor; None if and only if there are no rows.

        Setting it is putting it there: it scrolls the row into view; `KeyError` if it is
        not shown.
        """
        return self._cursor

    @cursor_key.setter
    def cursor_key(self, key: str) -> None:
        if key not in self._rows:
            raise KeyError(key)
        old, self._cursor = self._cursor, key
        self._reveal()
        if old is not None and old != key:
            self._refresh_row(old)
            self._refresh_row(key)
            if self.on_place is None:
                self.post_message(self.CursorMoved(self, key))
        if self.on_place is not None:
            self.on_place(key)

    def action_move(self, rows: int) -> None:
        """Move the cursor down by a number of rows, or up if it is negative."""
        if self._cursor is not None:
            row = self._rows[self._cursor] + rows
            self.cursor_key = self._items[max(0, min(row, len(self._items) - 1))].key

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by screenfuls; one row stays in sight for orientation."""
        self.action_move(pages * max(1, self._page - 1))

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row counted from 0, or from the end if negative."""
        if self._items:
            self.cursor_key = self._items[row].key

    def action_choose(self) -> None:
        """Say that the row under the cursor was chosen."""
        if self._cursor is not None:
            self.post_message(self.Chosen(self, self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Turn a click into a message about the record that was under the pointer."""
        event.stop()
        if event.button != 1:
            return
        column = self._column_at(event.x)
        if event.y < HEADER:
            if column is not None and column.sortable:
                self.post_message(self.HeaderClicked(self, column.key))
            return
        row = event.y - HEADER + self.scroll_offset.y
        if row >= len(self._items):
            return
        key = self._items[row].key
        self.cursor_key = key
        if column is not None:
            self.post_message(self.CellClicked(self, key, column.key))

    def _column_at(self, x: int) -> Column | None:
        """The column of a cell of the screen, which owns the blank behind it too."""
        slots = (slot for slot in self._slots if slot.start <= x <= slot.start + slot.width)
        return next((slot.column for slot in slots), None)

    def _heir(self, old: Sequence[Item], row: int) -> str | None:
        """The key that now stands for a row of the old order."""
        order = chain(range(row, len(old)), range(min(row, len(old)) - 1, -1, -1))
        found = next((old[n].key for n in order if old[n].key in self._rows), None)
        return found if found is not None or not self._items else self._items[0].key

    def _reveal(self) -> None:
        """Scroll as little as needed to see the cursor."""
        if self._cursor is not None and self._page:
            row, top = self._rows[self._cursor], self.scroll_offset.y
            self._scroll_rows(max(row - self._page + 1, min(row, top)))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()
