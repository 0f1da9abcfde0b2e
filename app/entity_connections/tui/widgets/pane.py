"""A container with lines beside what it holds."""

from textual.containers import Vertical
from textual.geometry import Region
from textual.strip import Strip

from entity_connections.tui.widgets.line_cache import LineCache


class Pane(Vertical, LineCache):
    """A container that its widgets cover, but for a border at the left or at the right.

    So all its lines look the same, and one is painted for all.
    """

    def paint_lines(self, crop: Region) -> list[Strip]:
        return super().paint_lines(Region(crop.x, 0, crop.width, 1)) * crop.height
