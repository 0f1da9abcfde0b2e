"""A fast table of keyed rows on Textual's Line API.

The cursor is the key of a record, never a row number: after rows were inserted, removed, sorted
or filtered it is still on the record the user chose, as long as that record is there. A cursor
step repaints two lines, and lines of unchanged rows are painted once.

The grid does not sort or filter: its owner does, and calls `Grid.set_items` with the result.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from entity_connections.tui.widgets.grid.layout import (
    GUTTER,
    Column,
    Item,
    Slot,
    fit_cell,
    fit_text,
    lay_out_columns,
)
from entity_connections.tui.widgets.line_cache import LineCache

TONES = frozenset({"good", "wait", "end", "warn", "mute", "link", "harm"})
ZEBRA_FROM = 30
"""Rows from which every second line has a faint background, so that the eye keeps the line."""
SIGN = "sign"
"""The `CellSelected.column` of a click at the left of the columns."""


class Grid(ScrollView, LineCache, can_focus=True, inherit_bindings=False):
    """A table with one line for each row and a cursor that is a record key.

    Attributes:
        columns: the columns, from left to right.
        sorting: key of the column with the sort arrow, and whether the order is reversed.
        placeholder: text in the middle of the grid while there are no rows.
        stale: whether all rows are greyed because they may be out of date.
        items: the rows, from top to bottom.
        slots: the columns that have room, and where they are painted.
        find_note: called with the key of a row when it is painted; returns what is to be said
            after the text of its first column, or ""; None where nothing is.
        on_cursor_set: called at once with the record that the user puts the cursor on, even if
            it is there; `RowHighlighted` is then not posted for what the user does.
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
    ALLOW_SELECT = False  # offsets for a text selection would cost a style for every segment
    COMPONENT_CLASSES = {f"grid--{name}" for name in ("header", "cursor", "dim", "zebra", *TONES)}

    # Without layout: a letter typed into a filter must not lay out the whole screen.
    virtual_size = Reactive(Size(0, 0), layout=False)
    columns: reactive[Sequence[Column]] = reactive((), init=False)
    sorting: reactive[tuple[str, bool] | None] = reactive(None, init=False)
    placeholder: reactive[Content] = reactive(Content, init=False)
    stale = reactive(False)

    @dataclass
    class RowHighlighted(Message):
        """The cursor is on another record, or on none because there are no rows."""

        key: str | None

    @dataclass
    class RowSelected(Message):
        """Enter was pressed on a row."""

        key: str

    @dataclass
    class CellSelected(Message):
        """A cell was clicked; the cursor is on its row already."""

        key: str
        column: str

    @dataclass
    class HeaderSelected(Message):
        """The heading of a sortable column was clicked."""

        column: str

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.items: Sequence[Item] = ()
        self.slots: tuple[Slot, ...] = ()
        self.find_note: Callable[[str], str] | None = None
        self.on_cursor_set: Callable[[str], None] | None = None
        self._layout: tuple[int, Sequence[Column]] = (0, ())
        self._rows: dict[str, int] = {}
        self._cursor: str | None = None
        self._covered = 0  # lines at the bottom
        self._styles: dict[tuple[str, str, bool], Style] = {}
        self._strips: LRUCache[tuple[str, str, bool], tuple[Item, Strip]] = LRUCache(2048)
        self.set_reactive(Grid.columns, columns)

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
        old, old_cursor, top = self.items, self._cursor, self.scroll_offset.y
        index = 0 if old_cursor is None else self._rows[old_cursor]
        # If the cursor is scrolled out of sight, the row at the top keeps its place instead.
        anchor = index if top <= index < top + self._page else min(top, max(0, len(old) - 1))
        self.items, self._rows = new, rows
        self._cursor = cursor if cursor in rows else self._find_nearest(old, index)
        self._update_height()
        if self._page and (anchor_key := self._find_nearest(old, anchor)) is not None:
            self._scroll_to_row(rows[anchor_key] - anchor + top)
        if cursor is not None:
            self._scroll_to_cursor()
        if self._cursor != old_cursor:
            self.post_message(self.RowHighlighted(self._cursor))

    def replace_items(self, items: Iterable[Item]) -> None:
        """Replace rows by others with the same keys in the same order; repaint what differs."""
        old, self.items = self.items, list(items)
        changed = [new.key for new, item in zip(self.items, old, strict=True) if new is not item]
        self._refresh_rows(changed)

    def _find_nearest(self, old: Sequence[Item], row: int) -> str | None:
        """Return the key that now takes the place of a row of the old order."""
        order = chain(range(row, len(old)), range(min(row, len(old)) - 1, -1, -1))
        nearest = next((old[n].key for n in order if old[n].key in self._rows), None)
        return nearest if nearest is not None or not self.items else self.items[0].key

    # Keys and the mouse

    @property
    def is_active(self) -> bool:
        """Whether the cursor keys move the cursor: the grid or its filter has the focus."""
        return self.has_focus or self.has_class("-filtering")

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
            self._refresh_rows((old, key))
            if self.on_cursor_set is None:
                self.post_message(self.RowHighlighted(key))
        if self.on_cursor_set is not None:
            self.on_cursor_set(key)

    def action_move(self, rows: int) -> None:
        """Move the cursor down by a number of rows, or up if it is negative."""
        if self._cursor is not None:
            row = self._rows[self._cursor] + rows
            self.cursor_key = self.items[max(0, min(row, len(self.items) - 1))].key

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by screenfuls; one row stays visible for orientation."""
        self.action_move(pages * max(1, self._page - 1))

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row counted from 0, or from the end if negative."""
        if self.items:
            self.cursor_key = self.items[row].key

    def action_select_row(self) -> None:
        if self._cursor is not None:
            self.post_message(self.RowSelected(self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Post a message about the heading or the cell under the pointer."""
        event.stop()
        if event.button != 1:
            return
        # The blank after a column belongs to it.
        slots = (slot for slot in self.slots if slot.start <= event.x <= slot.start + slot.width)
        column = next((slot.column for slot in slots), None)
        row = event.y - self.header_height + self.scroll_offset.y
        if event.y < self.header_height:
            if column is not None and column.sortable:
                self.post_message(self.HeaderSelected(column.key))
        elif row < len(self.items):
            key = self.items[row].key
            self.cursor_key = key
            if column is not None or event.x <= GUTTER:
                self.post_message(self.CellSelected(key, column.key if column else SIGN))

    # Size and scrolling

    @property
    def _width(self) -> int:
        return self._layout[0]

    @property
    def header_height(self) -> int:
        """The lines above the first row, which do not scroll: none without headings."""
        return int(any(column.title for column in self.columns))

    @property
    def _page(self) -> int:
        """The number of rows that are visible at once."""
        return max(0, self.size.height - self.header_height)

    def _update_height(self) -> None:
        """Adapt the scrollbar and the scroll position to the number of rows."""
        height = len(self.items) + self.header_height
        self.virtual_size = Size(0, height)
        has_scrollbar = height > self.container_size.height > 0
        if has_scrollbar != self.show_vertical_scrollbar and not self.styles.auto_dimensions:
            # Now, because a layout would show it one frame after the rows, and need a second one.
            self.show_vertical_scrollbar = self.vertical_scrollbar.display = has_scrollbar
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = height
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)
        self.refresh(layout=self.styles.auto_dimensions)

    def _scroll_to_row(self, top: int) -> None:
        """Bring a row to the top, as far as there are rows to fill the page."""
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)

    def _scroll_to_cursor(self) -> None:
        """Scroll as little as needed to show the cursor."""
        if self._cursor is not None and self._page:
            row, top = self._rows[self._cursor], self.scroll_offset.y
            self._scroll_to_row(max(row - self._page + 1, min(row, top)))
            self._end_above_covered()

    def keep_cursor_above(self, lines: int) -> None:
        """Keep the cursor above the last lines, which something else covers; 0 for none.

        Only once the cursor would come there do the rows end above them: else nothing moves.
        """
        self._covered = lines
        self._end_above_covered()

    def _end_above_covered(self) -> None:
        row = 0 if self._cursor is None else self._rows[self._cursor]
        line = self.header_height + row - self.scroll_offset.y
        is_reached = self.styles.margin.bottom or line >= self.size.height - self._covered
        margin = Spacing(bottom=self._covered if is_reached else 0)
        if margin != self.styles.margin:  # even the same would be laid out once more
            self.styles.margin = margin

    def on_resize(self) -> None:
        self._scroll_to_cursor()

    # Painting

    def notify_style_update(self) -> None:
        """Drop everything that was painted with the old styles."""
        self._styles.clear()
        self._strips.clear()
        super().notify_style_update()

    def _refresh_rows(self, keys: Iterable[str]) -> None:
        """Repaint some rows, as far as they are visible."""
        top, page = self.scroll_offset.y, self._page
        lines = (self._rows[key] - top for key in keys)
        regions = [
            Region(0, y + self.header_height, self._width, 1) for y in lines if 0 <= y < page
        ]
        if regions:  # without any, everything would be repainted
            self.refresh(*regions)

    def paint_lines(self, crop: Region) -> list[Strip]:
        """Return lines, from the cache where possible.

        This leaves out Textual's box model, which would build every line of a scrolled or
        refilled grid anew: put borders, padding and opacity on a container around the grid.
        """
        layout = (self.scrollable_content_region.width, self.columns)
        if layout != self._layout:
            self._layout = layout
            self.slots = lay_out_columns(self.columns, self._width)
            self._strips.clear()
        if self.items:
            header = self.header_height
            top = self.scroll_offset.y - header
            strips = [
                self._paint_header() if y < header else self._render_row(top + y)
                for y in crop.line_range
            ]
        else:
            headers = [self._paint_header()] * self.header_height
            lines = [*headers, *self._paint_placeholder()]
            strips = lines[crop.y : crop.bottom]
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        left, right = crop.column_span
        return [strip.crop(left, right) for strip in strips]

    def _render_row(self, row: int) -> Strip:
        if row >= len(self.items):
            return Strip.blank(self._width, self._get_component_style())
        item = self.items[row]
        if self.find_note is not None and (note := self.find_note(item.key)):
            item = self._add_note(item, note)
        ground = ""
        if item.key == self._cursor:
            ground = "cursor"
        elif row % 2 and len(self.items) >= ZEBRA_FROM:
            ground = "zebra"
        cache_key = (item.key, ground, self.stale or item.dim)
        cached_item, strip = self._strips.get(cache_key, (None, None))
        if strip is None or cached_item != item:
            strip = self._paint_row(item, ground)
            self._strips[cache_key] = (item, strip)
        return strip

    def _add_note(self, item: Item, note: str) -> Item:
        column = self.columns[0].key
        cell = item.cells[column]._replace(after=f"  {note}", keeps_after=True)
        return item._replace(cells={**item.cells, column: cell})

    def _paint_row(self, item: Item, ground: str) -> Strip:
        """Paint a row.

        Args:
            item: the row.
            ground: the component class of its background, or "".
        """
        dim = item.dim or self.stale
        # Of sixteen colours, not all can be read on that of the cursor.
        is_plain = dim or (ground == "cursor" and self.app.console.color_system == "standard")

        def get_style(tone: str = "") -> Style:
            tone = "" if is_plain or tone not in TONES else tone
            return self._get_component_style(tone, ground, dim)

        # The bar shows the cursor, and whether it has the focus, without any colour.
        bar = ("▌" if self.is_active else "▏") if ground == "cursor" else " "
        edge = f"{bar}{item.sign or ' '}"
        parts = [(edge, get_style())]
        for slot in self.slots:
            cell = item.cells[slot.column.key]
            before, text, after = fit_cell(cell, slot.width)
            style = get_style(cell.tone)
            is_muted = before and ground != "cursor"  # each style more costs 20 bytes at every key
            parts += [(" " + before, get_style("mute") if is_muted else style), (text, style)]
            if after:
                parts.append((after, get_style("mute")))
        return self._make_strip(parts)

    def _paint_header(self) -> Strip:
        style = self._get_component_style("header")
        parts = [(" " * GUTTER, style)]
        for slot in self.slots:
            title = slot.column.title
            if self.sorting is not None and self.sorting[0] == slot.column.key:
                arrow = " ▼" if self.sorting[1] else " ▲"
                title = fit_text(title, min(cell_len(title), max(0, slot.width - 2))) + arrow
            parts.append((" " + fit_text(title, slot.width), style))
        return self._make_strip(parts)

    def _make_strip(self, parts: list[tuple[str, Style]]) -> Strip:
        end = self.slots[-1].start + self.slots[-1].width if self.slots else GUTTER
        # The blank rest of the line takes the last style, so it needs no segment of its own.
        parts.append((" " * (self._width - end), parts[-1][1]))
        segments = [Segment(text, style) for text, style in parts if text]
        return Strip(segments, self._width).simplify()  # each segment costs 40 bytes of output

    def _paint_placeholder(self) -> Iterable[Strip]:
        content, style = self.placeholder, self.visual_style
        width = min(self._width, content.get_optimal_width({}, self._width))
        lines = Visual.to_strips(self, content, width, None, style) if width else [Strip([])]
        return Strip.align(lines, style.rich_style, self._width, self._page, "center", "middle")

    def _get_component_style(self, name: str = "", ground: str = "", dim: bool = False) -> Style:
        """Return the style of a component; cached, because Textual drops its own copy often.

        Args:
            name: the component class of the text, or "".
            ground: the component class of the background, or "".
            dim: whether the text is greyed.
        """
        style = self._styles.get((name, ground, dim))
        if style is None:
            style = self.get_component_rich_style(f"grid--{name}") if name else self.rich_style
            if ground:
                background = self.get_component_rich_style(f"grid--{ground}").bgcolor
                text_style = self.get_component_styles(f"grid--{ground}").text_style
                style += Style(bgcolor=background) + text_style
            if dim:
                grey = self.get_component_rich_style("grid--dim")
                style += Style(color=grey.color, dim=grey.dim)
            self._styles[name, ground, dim] = style
        return style
