"""A few lines of text that repaint only the cells that have changed.

A plain `Static` repaints its whole box, which is felt over a slow connection.
"""

from collections.abc import Iterator
from itertools import chain, zip_longest

from rich.cells import cell_len
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.visual import Visual
from textual.widget import Widget

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
        lines = zip_longest(old.split(), content.split(), fillvalue=Content())
        self.refresh(
            # Textual paints a line from its left edge: only the end of a region saves output.
            *(
                Region(0, y, self.size.width - self._count_equal_end(before, after), 1)
                for y, (before, after) in enumerate(lines)
                if not before.is_same(after)
            )
        )

    def _count_equal_end(self, old: Content, new: Content) -> int:
        """Return how many cells at the right end are the same, up to one of another width."""
        count = 0
        for before, after in zip(self._paint_reversed(old), self._paint_reversed(new), strict=False):
            if before != after or cell_len(after[0]) != 1:
                break
            count += 1
        return count

    def _paint_reversed(self, line: Content) -> Iterator[tuple[str, Style | None]]:
        """Return the characters of a line as they are painted, from right to left."""
        strips = Visual.to_strips(self, line, self.size.width, 1, self.visual_style, pad=True)
        for segment in reversed(list(chain(*strips))):
            for char in reversed(segment.text):
                yield char, segment.style
