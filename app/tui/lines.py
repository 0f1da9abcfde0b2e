"""A few lines of text that repaint no more of themselves than has changed.

Over a slow link every byte is felt: a plain `Static` repaints its whole box,
this one the cells between the first and the last difference of each line.
"""

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


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
        width, height = self.size
        if self.styles.auto_dimensions:
            self.refresh(layout=True)
        elif width and height:
            style = self.visual_style
            before = Visual.to_strips(self, old, width, height, style, pad=True)
            after = Visual.to_strips(self, content, width, height, style, pad=True)
            regions = [
                Region(*span, 1)
                for y, (one, other) in enumerate(zip(before, after, strict=False))
                if (span := _difference(one, other, y)) is not None
            ]
            if len(before) != len(after):
                self.refresh()
            elif regions:
                self.refresh(*regions)


def _difference(before: Strip, after: Strip, y: int) -> tuple[int, int, int] | None:
    """Return (x, y, width) of the cells of a line that differ, or None."""
    first = _equal_cells(list(before), list(after))
    width = max(before.cell_length, after.cell_length)
    if first == width:
        return None
    last = _equal_cells(list(before)[::-1], list(after)[::-1])
    return first, y, max(width - first - last, 1)


def _equal_cells(before: list[Segment], after: list[Segment]) -> int:
    cells = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        cells += one.cell_length
    return cells
