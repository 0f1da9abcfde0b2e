"""The part of the grid that paints: rows, columns, tones, the lines that are kept, scrolling.

A widget of Textual's Line API is asked for single lines. This one answers from a store of lines
it has painted before, so that a scrolled or refilled grid paints only the rows it never saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from entity_connections.tui.widgets.grid.grid_line import (
    GUTTER,
    Cell,
    Column,
    Item,
    Slot,
    fit,
    lay_out,
    merge,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

TONES = frozenset({"good", "wait", "end", "warn", "mute", "action"})
HEADER = 1
"""Lines above the first row; they do not scroll."""


class GridView(ScrollView):
    """A table with one line for each row, one of which may wear the cursor.

    It takes no input: that is what `Grid` adds.
    """

    ALLOW_SELECT = False  # A drag is no selection here, and offsets would cost every segment.
    COMPONENT_CLASSES = {f"grid--{name}" for name in ("header", "cursor", "dim", *TONES)}

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
        self._tones: dict[tuple[str, bool], Style] = {}
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

    @property
    def _marked_width(self) -> int:
        """The cells of a line that wear the cursor: the gutter and the first column."""
        return self._slots[0].start + self._slots[0].width if self._slots else self._width

    def _refresh_row(self, key: str) -> None:
        """Repaint what the cursor changes of one line, if it can be seen."""
        line = self._rows[key] - self.scroll_offset.y
        if 0 <= line < self._page:
            self.refresh(Region(0, line + HEADER, self._marked_width, 1))

    # Painting

    def notify_style_update(self) -> None:
        """Forget everything that was painted with the old styles."""
        self._tones.clear()
        self._forget_lines()
        super().notify_style_update()

    def _forget_lines(self) -> None:
        self._strips.clear()
        self._empty_strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand over lines that were painted before, as they are.

        This leaves out Textual's box model, which would build every line of a scrolled or
        refilled grid anew: put borders, padding and opacity on a container around the grid.
        """
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._slots = lay_out(self._columns, width)
            self._forget_lines()
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            ground = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, ground) for strip in strips]
        left, right = crop.column_span
        return [strip.crop(left, right) for strip in strips]

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
        dim = item.dim or stale
        plain, marked = self._style("", dim=dim), self._style("cursor", dim=dim)
        # The mark says where the cursor is, and whether it has the focus, without any colour.
        mark = (">" if self.has_focus else "-") if cursor else ""
        parts = [(fit(mark, GUTTER), marked if cursor else plain)]
        for slot in self._slots:
            text, tone = item.cells[slot.number] if slot.number < len(item.cells) else Cell("")
            style = self._style(tone) if tone in TONES and not dim else plain
            # The cursor colours the first cell only: what it does not change is not sent again.
            style = marked if cursor and slot.number == 0 else style
            parts.append((" " + fit(text, slot.width), style))
        return self._strip(parts)

    def _paint_header(self) -> Strip:
        style = self._style("header")
        parts = [(" " * GUTTER, style)]
        for slot in self._slots:
            title = slot.column.title
            if self._sorting is not None and self._sorting[0] == slot.column.key:
                arrow = " ▼" if self._sorting[1] else " ▲"
                title = fit(title, min(cell_len(title), max(0, slot.width - 2))) + arrow
            parts.append((" " + fit(title, slot.width), style))
        return self._strip(parts)

    def _strip(self, parts: list[tuple[str, Style]]) -> Strip:
        end = self._slots[-1].start + self._slots[-1].width if self._slots else GUTTER
        # What no column uses is as blank in the style of the last one, and needs no segment.
        parts.append((" " * (self._width - end), parts[-1][1]))
        return Strip(merge(parts), self._width)

    def _paint_placeholder(self, line: int) -> Strip:
        if not self._empty_strips:
            content, style = self._placeholder, self.visual_style
            width = min(self._width, content.get_optimal_width({}, self._width))
            lines = Visual.to_strips(self, content, width, None, style) if width else []
            self._empty_strips = list(
                Strip.align(lines, style.rich_style, self._width, self._page, "center", "middle")
            )
        if line < len(self._empty_strips):
            return self._empty_strips[line]
        return Strip.blank(self._width, self._style())

    def _style(self, name: str = "", *, dim: bool = False) -> Style:
        """The style of a component; Textual forgets its own copy at every refresh."""
        style = self._tones.get((name, dim))
        if style is None:
            style = self.get_component_rich_style(f"grid--{name}") if name else self.rich_style
            if dim:
                style += self.get_component_rich_style("grid--dim", partial=True)
            self._tones[name, dim] = style
        return style
