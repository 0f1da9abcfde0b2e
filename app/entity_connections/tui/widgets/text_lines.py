"""A few lines of text that repaint no more of themselves than has changed.

Over a slow link every byte is felt: a plain `Static` repaints its whole box,
this one the cells between the first and the last difference of each line.
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


class Lines(Widget):
    """Shows one `Content`, cut at the edge, a line of it on a line of the screen."""

    ALLOW_SELECT = False
    auto_links = False  # the colours of a word that can be clicked are its own

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._content = Content()

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    def render(self) -> Content:
        """Return what is shown."""
        return self._content

    def show(self, content: Content) -> None:
        """Show `content`; a widget of automatic height takes the height it needs."""
        old, self._content = self._content, content
        if old.is_same(content):
            return
        if self.styles.auto_dimensions:
            self.refresh(layout=True)
        else:
            lines = zip(self._cells(old), self._cells(content), strict=True)
            regions = [
                region
                for y, (before, after) in enumerate(lines)
                if (region := _difference(before, after, y)) is not None
            ]
            if regions:
                self.refresh(*regions)

    def _cells(self, content: Content) -> list[list[Cell]]:
        """Return the cells of every line of the widget, were this its content."""
        width, height = self.size
        strips = Visual.to_strips(self, content, width, height, self.visual_style, pad=True)
        strips += [Strip.blank(width)] * (height - len(strips))
        return [[(char, one.style) for one in strip for char in one.text] for strip in strips]


def _difference(before: list[Cell], after: list[Cell], y: int) -> Region | None:
    """Return the region of line `y` from the first cell that differs to the last."""
    if before == after:
        return None
    if len(before) != len(after):  # a character of two cells: count no further than the line
        return Region(0, y, max(len(before), len(after)) * 2, 1)
    first = _run(before, after)
    last = _run(before[::-1], after[::-1])
    return Region(first, y, len(after) - first - last, 1)


def _run(before: list[Cell], after: list[Cell]) -> int:
    return sum(takewhile(bool, map(eq, before, after)))
