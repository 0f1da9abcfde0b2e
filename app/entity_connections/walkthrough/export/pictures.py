"""Pictures of a recording: the screen, the pointer on it, the caption below.

The picture of a screen is put into a larger SVG as it is. The numbers are those of the
SVG template of Rich, which draws the screen.
"""

import math
import sys
from typing import NamedTuple

from textual.geometry import Offset

from entity_connections.walkthrough.export import svg
from entity_connections.walkthrough.export.caption_panel import CaptionPanel
from entity_connections.walkthrough.export.folder import ExportError
from entity_connections.walkthrough.recording import Frame, Recording

CELL_WIDTH, LINE_HEIGHT = 12.2, 24.4
LEFT, TOP = 9.0, 41.0
"""Where the first cell is."""
EXCERPT_LINES = 7
_EXCERPT_MARGIN = 8.0
"""Above and below an excerpt: the ring around the pointer is higher than a line."""
_MONOSPACE_FONTS = {"darwin": "Menlo", "win32": "Consolas"}


class Picture(NamedTuple):
    """A picture as SVG, with its size in pixels."""

    svg: str
    width: float
    height: float


def screen_size(columns: int, rows: int) -> tuple[float, float]:
    """Return the width and height of the picture of a screen."""
    return math.ceil(columns * CELL_WIDTH) + 2 * LEFT, rows * LINE_HEIGHT + TOP + LEFT


def captioned_picture(recording: Recording, frame: Frame) -> Picture:
    """Return the screen of a frame with its captions below."""
    width, height = screen_size(*recording.script.size)
    panel = CaptionPanel.for_recording(recording, width)
    captions = recording.captions(frame)
    content = (
        f'{_draw_screen(recording, frame)}<g font-family="monospace">'
        f"{panel.draw(captions, height)}</g>"
    )
    box = (0.0, 0.0, width, height + panel.height)
    return _picture(box, content, f"{captions.title} {captions.position}", captions.text)


def screen_picture(recording: Recording, frame: Frame, title: str, description: str) -> Picture:
    """Return the screen of a frame."""
    width, height = screen_size(*recording.script.size)
    return _picture((0.0, 0.0, width, height), _draw_screen(recording, frame), title, description)


def click_picture(recording: Recording, frame: Frame, title: str, description: str) -> Picture:
    """Return the lines around the pointer of a frame."""
    columns, rows = recording.script.size
    width, _ = screen_size(columns, rows)
    pointer = frame.pointer or Offset(0, 0)
    first = max(0, min(pointer.y - EXCERPT_LINES // 2, rows - EXCERPT_LINES))
    box = (
        LEFT,
        TOP + first * LINE_HEIGHT - _EXCERPT_MARGIN,
        width - 2 * LEFT,
        EXCERPT_LINES * LINE_HEIGHT + 2 * _EXCERPT_MARGIN,
    )
    return _picture(box, _draw_screen(recording, frame), title, description)


def png(picture: Picture) -> bytes:
    """Return a picture as PNG, drawn with the usual monospace font of the system.

    Raises:
        ExportError: that font is missing, or the library that draws, resvg_py.
    """
    try:
        from resvg_py import svg_to_bytes
    except ModuleNotFoundError as error:
        raise ExportError(
            "PNG needs the extra [record]; install it: pip install 'entity-connections[record]',"
            " or from its source: pip install '.[record]'."
        ) from error
    font = _MONOSPACE_FONTS.get(sys.platform, "DejaVu Sans Mono")

    def draw(source: str) -> bytes:
        return svg_to_bytes(svg_string=source, monospace_family=font, sans_serif_family=font)

    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    letter = '<text y="9" font-family="monospace">M</text>'
    if draw(blank.format("")) == draw(blank.format(letter)):
        raise ExportError(f"PNG needs the font {font}; install it, or leave the PNGs out.")
    return draw(picture.svg)


def _draw_screen(recording: Recording, frame: Frame) -> str:
    width, height = screen_size(*recording.script.size)
    # Without Arial, its name alone would stand for a font with serifs.
    screen = frame.svg.replace("font-family: arial", "font-family: sans-serif")
    pointer = ""
    if frame.pointer is not None:
        x = LEFT + (frame.pointer.x + 0.5) * CELL_WIDTH
        pointer = svg.draw_pointer(x, TOP + (frame.pointer.y + 0.6) * LINE_HEIGHT)
    return f'<svg width="{width:g}" height="{height:g}">{screen.strip()}</svg>{pointer}'


def _picture(
    box: tuple[float, float, float, float], content: str, title: str, description: str
) -> Picture:
    """Return a picture of what is inside a box: left, top, width and height."""
    left, top, width, height = box
    source = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="{left:g} {top:g} {width:g} {height:g}" role="img"'
        ' aria-labelledby="picture-title picture-description">\n'
        f'<title id="picture-title">{svg.escape_xml(title)}</title>\n'
        f'<desc id="picture-description">{svg.escape_xml(description)}</desc>\n'
        f"{content}\n</svg>\n"
    )
    return Picture(source, width, height)
