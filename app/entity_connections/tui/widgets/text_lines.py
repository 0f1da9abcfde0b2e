"""A few lines of text that repaint only the cells that have changed.

A plain `Static` repaints its whole box, which is felt over a slow connection.
"""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.style import Style
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


class TextLines(Widget):
    """Shows one `Content`, cropped at the right edge, each of its lines on one screen line."""

    ALLOW_SELECT = False
    auto_links = False  # words with a click action keep their own colours

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = Content()
        self._strips: list[Strip] = []
        self._painted_size: Size | None = None

    def render(self) -> Content:
        return self.content

    def update(self, content: Content) -> None:
        """Replace the text; a widget with automatic height adapts its height."""
        old, self.content = self.content, content
        if old.is_same(content):
            return
        if self.styles.auto_dimensions or self._painted_size != self.size:
            self._painted_size = None
            self.refresh(layout=self.styles.auto_dimensions)
            return
        before, self._strips = self._strips, self._paint()
        changed = [
            # Textual paints a line from its left edge: only the end of a region saves output.
            Region(0, y, self.size.width - _count_equal_end(old_line, line), 1)
            for y, (old_line, line) in enumerate(zip(before, self._strips, strict=True))
            if old_line != line
        ]
        if changed:
            self.refresh(*changed)

    def notify_style_update(self) -> None:
        """Drop what was painted with the old styles."""
        self._painted_size = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if self._painted_size != self.size:
            self._painted_size = self.size
            self._strips = self._paint()
        return self._strips[y]

    def _paint(self) -> list[Strip]:
        (width, height), style = self.size, self.visual_style
        strips = Visual.to_strips(self, self.content, width, height, style)
        strips = [strip.extend_cell_length(width, style.rich_style) for strip in strips]
        return strips + [Strip.blank(width, style.rich_style)] * (height - len(strips))


def _count_equal_end(old: Strip, new: Strip) -> int:
    """Return how many cells at the right end are the same, up to a character of another width."""
    count = 0
    for before, after in zip(_list_reversed(old), _list_reversed(new), strict=False):
        if before != after or cell_len(after[0]) != 1:
            break
        count += 1
    return count


def _list_reversed(strip: Strip) -> Iterator[tuple[str, Style | None]]:
    """Return the characters of a strip with their styles, from right to left."""
    for segment in reversed(list(strip)):
        for char in reversed(segment.text):
            yield char, segment.style
