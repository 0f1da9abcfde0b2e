"""A few lines of text that repaint only the cells that have changed.

A plain `Static` repaints its whole box, which is felt over a slow connection.
"""

from rich.cells import cell_len
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

Cell = tuple[str, Style | None]


class TextLines(Widget):
    """Shows one `Content`, cropped at the right edge, each of its lines on one screen line."""

    ALLOW_SELECT = False
    auto_links = False  # words with a click action keep their own colours

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = Content()

    def render(self) -> Content:
        return self.content

    def update(self, content: Content) -> None:
        """Replace the text; a widget with automatic height adapts its height."""
        old, self.content = self.content, content
        if old.is_same(content):
            return
        if self.styles.auto_dimensions:
            self.refresh(layout=True)
            return
        lines = zip(self._split_cells(old), self._split_cells(content), strict=True)
        changed = [
            # Textual paints a line from its left edge: only the end of a region saves output.
            Region(0, y, self.size.width - _count_equal_end(before, after), 1)
            for y, (before, after) in enumerate(lines)
            if before != after
        ]
        if changed:
            self.refresh(*changed)

    def _split_cells(self, content: Content) -> list[list[Cell]]:
        """Return the cells of every line that `content` would be painted as."""
        width, height = self.size
        strips = Visual.to_strips(self, content, width, height, self.visual_style, pad=True)
        strips += [Strip.blank(width)] * (height - len(strips))
        return [
            [(char, segment.style) for segment in strip for char in segment.text]
            for strip in strips
        ]


def _count_equal_end(before: list[Cell], after: list[Cell]) -> int:
    """Return how many cells at the right end are the same, up to a character of another width."""
    count = 0
    for old, new in zip(reversed(before), reversed(after), strict=False):
        if old != new or cell_len(new[0]) != 1:
            break
        count += 1
    return count
