"""Whole pictures: the screen, the pointer on it, and the caption below."""

import re
from typing import NamedTuple, Self

from textual.geometry import Offset

from entity_connections.walkthrough.caption_bar import Captions
from entity_connections.walkthrough.export import drawing
from entity_connections.walkthrough.export.panel import Panel
from entity_connections.walkthrough.screen_text import CELL
from entity_connections.walkthrough.take import Frame

LEFT, TOP = 9.0, 41.0
"""Where the first cell is, in the picture of a screen."""
LINE = 24.4
"""How high a line is there."""
BAND = 7
"""Lines around a click that are shown of it."""
_EDGE = 8.0
"""Above and below them: the ring around a pointer is larger than a line."""

_ROOT = re.compile(r'<svg class="rich-terminal" viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')


class Screen(NamedTuple):
    """The picture of a screen, without what makes it a file of its own.

    Attributes:
        width: of it.
        height: of it.
        inside: what it consists of.
    """

    width: float
    height: float
    inside: str

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return the screen of a frame, with the pointer, if there is one."""
        root = _ROOT.search(frame.svg)
        if root is None:
            raise ValueError("The frame holds no picture of a screen.")
        # Without Arial, a name that stands alone would mean a font with serifs.
        inside = frame.svg[root.end() : frame.svg.rindex("</svg>")].strip()
        inside = inside.replace("font-family: arial", "font-family: sans-serif")
        at = "" if frame.pointer is None else drawing.pointer(*_middle(frame.pointer))
        return cls(float(root[1]), float(root[2]), inside + at)


def composed(frame: Frame, said: Captions, panel: Panel, title: str) -> str:
    """Return the picture of a moment with its caption."""
    screen = Screen.of(frame)
    return _svg(
        (0, 0, screen.width, screen.height + panel.height),
        screen.inside + f'<g font-family="monospace">{panel.drawn(said, screen.height)}</g>',
        title,
        said.text,
    )


def whole(frame: Frame, title: str, description: str) -> str:
    """Return the picture of a screen alone."""
    screen = Screen.of(frame)
    return _svg((0, 0, screen.width, screen.height), screen.inside, title, description)


def band(frame: Frame, title: str, description: str) -> str:
    """Return the lines around the pointer, from the left edge of the screen to the right."""
    screen = Screen.of(frame)
    rows = round((screen.height - TOP - LEFT) / LINE)
    at = frame.pointer or Offset(0, 0)
    first = max(0, min(at.y - BAND // 2, rows - BAND))
    box = (LEFT, TOP + first * LINE - _EDGE, screen.width - 2 * LEFT, BAND * LINE + 2 * _EDGE)
    return _svg(box, screen.inside, title, description)


def _svg(box: tuple[float, float, float, float], inside: str, title: str, description: str) -> str:
    """Return a picture as a file of its own."""
    width, height = (drawing.number(one) for one in box[2:])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="{" ".join(drawing.number(one) for one in box)}" role="img"'
        ' aria-labelledby="picture-title picture-description">\n'
        f'<title id="picture-title">{drawing.xml(title)}</title>\n'
        f'<desc id="picture-description">{drawing.xml(description)}</desc>\n'
        f"{inside}\n</svg>\n"
    )


def _middle(cell: Offset) -> tuple[float, float]:
    return LEFT + (cell.x + 0.5) * CELL, TOP + (cell.y + 0.6) * LINE
