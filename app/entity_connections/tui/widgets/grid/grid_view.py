"""The painting half of the grid: columns, rows, tones, cached lines and scrolling."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from entity_connections.tui.widgets.grid.layout import (
    GUTTER,
    Column,
    Item,
    Slot,
    fit_text,
    lay_out_columns,
    merge_segments,
)

TONES = frozenset({"good", "wait", "end", "warn", "mute", "action"})
HEADER_HEIGHT = 1
"""Lines above the first row; they do not scroll."""


class GridView(ScrollView):
    """Paints one line for each row, one of which has the cursor. `Grid` adds the input.

    Attributes:
        columns: the columns, from left to right.
        sorting: key of the column with the sort arrow, and whether the order is reversed.
        placeholder: text in the middle of the grid while there are no rows.
        stale: whether all rows are greyed because they may be out of date.
    """

    ALLOW_SELECT = False  # offsets for a text selection would cost a style for every segment
    COMPONENT_CLASSES = {f"grid--{name}" for name in ("header", "cursor", "dim", *TONES)}

    # Without layout: a letter typed into a filter must not lay out the whole screen.
    virtual_size = Reactive(Size(0, 0), layout=False)
    columns: var[Sequence[Column]] = var((), init=False)
    sorting: var[tuple[str, bool] | None] = var(None, init=False)
    placeholder: var[Content] = var(Content(), init=False)
    stale = reactive(False)

    def __init__(
        self, columns: Sequence[Column], *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._slots: tuple[Slot, ...] = ()
        self._width = 0
        self._items: list[Item] = []
        self._rows: dict[str, int] = {}
        self._cursor: str | None = None
        self._styles: dict[tuple[str, bool], Style] = {}
        self._strips: LRUCache[tuple[str, bool, bool], tuple[Item, Strip]] = LRUCache(2048)
        self._empty_strips: list[Strip] = []
        self.set_reactive(GridView.columns, columns)

    @property
    def items(self) -> Sequence[Item]:
        """The rows, from top to bottom."""
        return self._items

    def get_item(self, key: str) -> Item:
        """Return the row of a record; raise `KeyError` if it is not shown."""
        return self._items[self._rows[key]]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The columns that have room, and where they are painted."""
        return self._slots

    def watch_columns(self) -> None:
        """Lay the columns out when the grid is painted next."""
        self._width = 0
        self.refresh()

    def watch_sorting(self) -> None:
        """Paint the heading."""
        self.refresh(Region(0, 0, self._width, HEADER_HEIGHT))

    def watch_placeholder(self) -> None:
        """Paint the placeholder."""
        self._empty_strips = []
        self.refresh()

    # Size and scrolling

    @property
    def _page(self) -> int:
        """The number of rows that are visible at once."""
        return max(0, self.size.height - HEADER_HEIGHT)

    def _update_height(self) -> None:
        """Adapt the scrollbar and the scroll position to the number of rows."""
        height = len(self._items) + HEADER_HEIGHT
        self.virtual_size = Size(0, height)
        overflows = height > self.container_size.height
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = height
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)
        self.refresh(
            layout=self.styles.auto_dimensions or overflows != self.show_vertical_scrollbar
        )

    def _scroll_to_row(self, top: int) -> None:
        """Bring a row to the top, as far as there are rows to fill the page."""
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)

    def _refresh_row(self, key: str) -> None:
        """Repaint the cells of a row that show the cursor, if the row is visible."""
        line = self._rows[key] - self.scroll_offset.y
        if 0 <= line < self._page:
            width = self._slots[0].start + self._slots[0].width if self._slots else self._width
            self.refresh(Region(0, line + HEADER_HEIGHT, width, 1))

    # Painting

    def notify_style_update(self) -> None:
        """Drop everything that was painted with the old styles."""
        self._styles.clear()
        self._clear_strips()
        super().notify_style_update()

    def _clear_strips(self) -> None:
        self._strips.clear()
        self._empty_strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines, from the cache where possible.

        This leaves out Textual's box model, which would build every line of a scrolled or
        refilled grid anew: put borders, padding and opacity on a container around the grid.
        """
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._slots = lay_out_columns(self.columns, width)
            self._clear_strips()
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        left, right = crop.column_span
        return [strip.crop(left, right) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the widget."""
        if y < HEADER_HEIGHT:
            return self._paint_header()
        if not self._items:
            return self._paint_placeholder(y - HEADER_HEIGHT)
        row = y - HEADER_HEIGHT + self.scroll_offset.y
        if row >= len(self._items):
            return Strip.blank(self._width, self._get_component_style())
        item = self._items[row]
        has_cursor = item.key == self._cursor
        cache_key = (item.key, has_cursor, self.stale or item.dim)
        cached_item, strip = self._strips.get(cache_key, (None, None))
        if strip is None or cached_item != item:
            strip = self._paint_row(item, has_cursor=has_cursor)
            self._strips[cache_key] = (item, strip)
        return strip

    def _paint_row(self, item: Item, *, has_cursor: bool) -> Strip:
        dim = item.dim or self.stale
        plain, marked = (
            self._get_component_style("", dim=dim),
            self._get_component_style("cursor", dim=dim),
        )
        # The mark shows the cursor, and whether it has the focus, without any colour.
        mark = (">" if self.has_focus else "-") if has_cursor else ""
        parts = [(fit_text(mark, GUTTER), marked if has_cursor else plain)]
        for number, slot in enumerate(self._slots):
            text, tone = item.cells[slot.column.key]
            style = self._get_component_style(tone) if tone in TONES and not dim else plain
            # The cursor colours the first cell only: the other cells are not sent again.
            style = marked if has_cursor and number == 0 else style
            parts.append((" " + fit_text(text, slot.width), style))
        return self._make_strip(parts)

    def _paint_header(self) -> Strip:
        style = self._get_component_style("header")
        parts = [(" " * GUTTER, style)]
        for slot in self._slots:
            title = slot.column.title
            if self.sorting is not None and self.sorting[0] == slot.column.key:
                arrow = " ▼" if self.sorting[1] else " ▲"
                title = fit_text(title, min(cell_len(title), max(0, slot.width - 2))) + arrow
            parts.append((" " + fit_text(title, slot.width), style))
        return self._make_strip(parts)

    def _make_strip(self, parts: list[tuple[str, Style]]) -> Strip:
        end = self._slots[-1].start + self._slots[-1].width if self._slots else GUTTER
        # The blank rest of the line takes the last style, so it needs no segment of its own.
        parts.append((" " * (self._width - end), parts[-1][1]))
        return Strip(merge_segments(parts), self._width)

    def _paint_placeholder(self, line: int) -> Strip:
        if not self._empty_strips:
            content, style = self.placeholder, self.visual_style
            width = min(self._width, content.get_optimal_width({}, self._width))
            lines = Visual.to_strips(self, content, width, None, style) if width else []
            self._empty_strips = list(
                Strip.align(lines, style.rich_style, self._width, self._page, "center", "middle")
            )
        if line < len(self._empty_strips):
            return self._empty_strips[line]
        return Strip.blank(self._width, self._get_component_style())

    def _get_component_style(self, name: str = "", *, dim: bool = False) -> Style:
        """Return the style of a component; cached, because Textual drops its own copy often."""
        style = self._styles.get((name, dim))
        if style is None:
            style = self.get_component_rich_style(f"grid--{name}") if name else self.rich_style
            if dim:
                style += self.get_component_rich_style("grid--dim", partial=True)
            self._styles[name, dim] = style
        return style
