"""A widget that keeps its lines until they change."""

from typing import Any, Self

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class LineCache(Widget):
    """Paints a line only when it was refreshed, as a change of its size or styles does, too.

    For each change of the screen Textual asks the widgets around it for all of their lines, and
    composes each line anew. A subclass that paints its lines itself overrides `paint_lines`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lines: dict[int, Strip] = {}
        self._lines_place: tuple[object, ...] = ()

    def refresh(self, *regions: Region, **options: Any) -> Self:
        """Paint the widget again, or regions of its content only."""
        if regions:
            offset = self.content_offset
            for region in regions:
                for y in region.translate(offset).line_range:
                    self._lines.pop(y, None)
        else:
            self._lines.clear()
        return super().refresh(*regions, **options)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines as they were painted before, where they are still the same."""
        place = (self.outer_size, crop.column_span)
        if place != self._lines_place:
            self._lines_place = place
            self._lines.clear()
        lines = self._lines
        if missing := [y for y in crop.line_range if y not in lines]:
            region = Region(crop.x, missing[0], crop.width, missing[-1] + 1 - missing[0])
            lines.update(zip(region.line_range, self.paint_lines(region), strict=True))
        return [lines[y] for y in crop.line_range]

    def paint_lines(self, crop: Region) -> list[Strip]:
        """Return lines of the widget, with borders and padding."""
        return super().render_lines(crop)
