"""A few lines of text that repaint only the cells that have changed.

A plain `Static` repaints its whole box, which is felt over a slow connection.
"""

from itertools import takewhile
from operator import eq

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
        regions = [_changed_region(before, after, y) for y, (before, after) in enumerate(lines)]
        if changed := [region for region in regions if region is not None]:
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


def _changed_region(before: list[Cell], after: list[Cell], y: int) -> Region | None:
    """Return the region of line `y` from the first changed cell to the last."""
    if before == after:
        return None
    if len(before) != len(after):  # double-width characters: the index is not the column
        return Region(0, y, max(len(before), len(after)) * 2, 1)
    first = _count_equal(before, after)
    last = _count_equal(before[::-1], after[::-1])
    return Region(first, y, len(after) - first - last, 1)


def _count_equal(before: list[Cell], after: list[Cell]) -> int:
    return sum(takewhile(bool, map(eq, before, after)))
