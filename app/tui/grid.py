"""A fast table of keyed rows on Textual's Line API.

The cursor is the key of a record, never a row number: whatever is inserted, removed, sorted or
filtered, it stays on the record the user chose for as long as that record is there. A cursor
step repaints two lines, and the lines of unchanged rows are drawn once.

The grid knows nothing of what its rows mean. It sorts and filters nothing: its owner does, and
calls `Grid.show` with the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.binding import Binding
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from app.tui.grid_line import GUTTER, Cell, Column, Item, Slot, fit, lay_out, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style
    from textual import events

__all__ = ["Cell", "Column", "Grid", "Item"]

TONES = frozenset({"good", "wait", "end", "warn", "mute", "action"})
HEADER = 1
"""Lines above the first row; they do not scroll."""


@dataclass
class _FromGrid(Message):
    """A message that `@on(..., "#id")` can select by its grid."""

    grid: Grid

    @property
    def control(self) -> Grid:
        """The grid that speaks."""
        return self.grid


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """A table with one line for each row and a cursor that is a record key.

    Args:
        columns: What stands in a row, from left to right.
        id: The id of the widget.
        classes: Its classes, separated by blanks.
    """

    ALLOW_SELECT = False  # A drag is no selection here, and offsets would cost every segment.
    COMPONENT_CLASSES = {f"grid--{name}" for name in ("header", "cursor", "dim", *TONES)}
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

    @dataclass
    class CursorMoved(_FromGrid):
        """The cursor stands on another record, or on none because there are no rows."""

        key: str | None

    @dataclass
    class Chosen(_FromGrid):
        """Enter on a row, or a second click on the record of the first one."""

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

    def __init__(
        self, columns: Sequence[Column], *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._slots: tuple[Slot, ...] = ()
        self._width = 0
        self._items: list[Item] = []
        self._rows: dict[str, int] = {}
        self._cursor: str | None = None
        self._sorting: tuple[str, bool] | None = None
        self._placeholder = Content()
        self._stale = False
        self._styles_by_name: dict[tuple[str, ...], Style] = {}
        self._strips: LRUCache[tuple[Item, bool, bool], Strip] = LRUCache(2048)
        self._empty_strips: list[Strip] = []

    # What is shown

    @property
    def items(self) -> Sequence[Item]:
        """The rows, from top to bottom."""
        return self._items

    def item(self, key: str) -> Item:
        """The row of a record; `KeyError` if it is not shown."""
        return self._items[self._rows[key]]

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
        if (held := self._heir(old, anchor)) is not None:
            self._scroll_rows(rows[held] - anchor + top)
        if cursor is not None:
            self._reveal()
        if self._cursor != old_cursor:
            self.post_message(self.CursorMoved(self, self._cursor))

    def update_item(self, item: Item) -> None:
        """Replace the row of the same key; `KeyError` if it is not shown."""
        self._items[self._rows[item.key]] = item
        self._refresh_row(item.key)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Replace the columns; the cells of the rows belong to them by position."""
        self._columns = tuple(columns)
        self._width = 0
        self.refresh()

    @property
    def sorting(self) -> tuple[str, bool] | None:
        """The column whose heading wears the arrow, and whether the order is reversed."""
        return self._sorting

    @sorting.setter
    def sorting(self, sorting: tuple[str, bool] | None) -> None:
        self._sorting = sorting
        self.refresh(Region(0, 0, self._width, HEADER))

    @property
    def placeholder(self) -> Content:
        """What stands in the middle of the grid while it has no rows."""
        return self._placeholder

    @placeholder.setter
    def placeholder(self, placeholder: Content) -> None:
        self._placeholder = placeholder
        self._empty_strips = []
        self.refresh()

    @property
    def stale(self) -> bool:
        """Whether all rows are greyed, because they may no longer be true."""
        return self._stale

    @stale.setter
    def stale(self, stale: bool) -> None:
        if stale != self._stale:
            self._stale = stale
            self.refresh()

    # The cursor

    @property
    def cursor_key(self) -> str | None:
        """The record under the cursor; None if and only if there are no rows.

        Setting it scrolls the row into view; `KeyError` if it is not shown.
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
            self.post_message(self.CursorMoved(self, key))

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
        column = next(
            (s.column for s in self._slots if s.start <= event.x <= s.start + s.width), None
        )
        if event.y < HEADER:
            if column is not None and column.sortable:
                self.post_message(self.HeaderClicked(self, column.key))
            return
        row = event.y - HEADER + self.scroll_offset.y
        if event.button != 1 or row >= len(self._items):
            return
        key = self._items[row].key
        # Rows may have moved between two clicks: only the same record was clicked twice.
        if event.chain == 2 and key == self._cursor:
            self.post_message(self.Chosen(self, key))
            return
        self.cursor_key = key
        if column is not None:
            self.post_message(self.CellClicked(self, key, column.key))

    def _heir(self, old: Sequence[Item], row: int) -> str | None:
        """The key that now stands for a row of the old order."""
        order = (*range(row, len(old)), *range(min(row, len(old)) - 1, -1, -1))
        found = next((old[n].key for n in order if old[n].key in self._rows), None)
        return found if found is not None or not self._items else self._items[0].key

    # Size and scrolling

    @property
    def _page(self) -> int:
        """The number of rows that can be seen at once."""
        return max(0, self.size.height - HEADER)

    def _fit_height(self) -> None:
        """Tell the scrollbar how many lines there are.

        Assigned plainly, `virtual_size` would lay out the whole screen anew, which a letter in
        a filter cannot afford. The scrollbar asks for that by itself if it comes or goes.
        """
        self.set_reactive(Widget.virtual_size, Size(0, len(self._items) + HEADER))
        self._scroll_update(self.virtual_size)
        self.refresh(layout=self.styles.auto_dimensions)

    def _scroll_rows(self, top: int) -> None:
        """Bring a row to the top, as far as there are rows to fill the page."""
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)

    def _reveal(self) -> None:
        """Scroll as little as needed to see the cursor."""
        if self._cursor is not None and self._page:
            row, top = self._rows[self._cursor], self.scroll_offset.y
            self._scroll_rows(max(row - self._page + 1, min(row, top)))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def _refresh_row(self, key: str) -> None:
        """Repaint one line, if it can be seen, and not the scrollbar beside it."""
        line = self._rows[key] - self.scroll_offset.y
        if 0 <= line < self._page:
            self.refresh(Region(0, line + HEADER, self._width, 1))

    # Painting

    def notify_style_update(self) -> None:
        """Forget everything that was painted with the old styles."""
        self._styles_by_name.clear()
        self._forget_lines()
        super().notify_style_update()

    def _forget_lines(self) -> None:
        self._strips.clear()
        self._empty_strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint lines, after the columns were fitted to the width beside the scrollbar."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._slots = lay_out(self._columns, width)
            self._forget_lines()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint line `y` of the widget."""
        if y < HEADER:
            return self._paint_header()
        if not self._items:
            return self._paint_placeholder(y - HEADER)
        row = y - HEADER + self.scroll_offset.y
        if row >= len(self._items):
            return Strip.blank(self._width, self._style())
        item = self._items[row]
        state = (item, item.key == self._cursor, self._stale)
        strip = self._strips.get(state)
        if strip is None:
            strip = self._strips[state] = self._paint_row(*state)
        return strip

    def _paint_row(self, item: Item, cursor: bool, stale: bool) -> Strip:
        states = ("cursor",) * cursor + ("dim",) * (item.dim or stale)
        plain = self._style(*states)
        # The mark says where the cursor is, and whether it has the focus, without any colour.
        mark = (">" if self.has_focus else "-") if cursor else ""
        parts = [(fit(mark, GUTTER), plain)]
        for slot in self._slots:
            text, tone = item.cells[slot.index] if slot.index < len(item.cells) else Cell("")
            # The cursor and greyed rows are of one style: legible on any ground, and short.
            style = self._style(tone) if tone in TONES and not states else plain
            parts.append((fit(text, slot.width) + " ", style))
        return self._strip(parts, plain)

    def _paint_header(self) -> Strip:
        style = self._style("header")
        parts = [(" " * GUTTER, style)]
        for slot in self._slots:
            title = slot.column.title
            if self._sorting is not None and self._sorting[0] == slot.column.key:
                arrow = " ▼" if self._sorting[1] else " ▲"
                title = fit(title, min(cell_len(title), max(0, slot.width - 2))) + arrow
            parts.append((fit(title, slot.width) + " ", style))
        return self._strip(parts, style)

    def _strip(self, parts: list[tuple[str, Style]], plain: Style) -> Strip:
        """A line of exactly the widget's width: the last column brings a blank too many or few."""
        return Strip(merge(parts)).adjust_cell_length(self._width, plain).simplify()

    def _paint_placeholder(self, line: int) -> Strip:
        if not self._empty_strips:
            content, style = self._placeholder, self.visual_style
            width = min(self._width, content.get_optimal_width(self.styles, self._width))
            lines = Visual.to_strips(self, content, width, None, style) if width else []
            self._empty_strips = list(
                Strip.align(lines, style.rich_style, self._width, self._page, "center", "middle")
            )
        if line < len(self._empty_strips):
            return self._empty_strips[line]
        return Strip.blank(self._width, self._style())

    def _style(self, *names: str) -> Style:
        """The style of component classes; Textual forgets its own copy at every refresh."""
        style = self._styles_by_name.get(names)
        if style is None:
            classes = [f"grid--{name}" for name in names]
            style = self.get_component_rich_style(*classes) if classes else self.rich_style
            self._styles_by_name[names] = style
        return style
