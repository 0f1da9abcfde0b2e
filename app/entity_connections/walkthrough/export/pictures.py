"""Pictures of a recording as SVG: the screen, the pointer on it, the captions below.

The picture of a screen is put into a larger SVG as it is. The numbers are those of the
SVG template of Rich, which draws the screen.
"""

import math
from html import escape

from entity_connections.domain.text import clean
from entity_connections.walkthrough.caption_bar import terminal_size, wrap_text
from entity_connections.walkthrough.recording import Frame, Recording

CELL_WIDTH, LINE_HEIGHT = 12.2, 24.4
LEFT, TOP = 9.0, 41.0
"""Where the first cell is."""
_CAPTION_STYLE = ' font-family="monospace" font-size="20" fill="#e6e9ee" xml:space="preserve"'
_POINTER = """\
<g transform="translate({x:g} {y:g})">\
<circle r="21" fill="none" stroke="#101010" stroke-opacity="0.5" stroke-width="6"/>\
<circle r="21" fill="#ffb938" fill-opacity="0.15" stroke="#ffb938" stroke-width="3"/>\
<path d="M0 0V27L6.3 21.2L10.6 31L15.4 28.9L11.2 19.3H19.6Z" fill="#ffffff" stroke="#101010" \
stroke-width="2" stroke-linejoin="round"/></g>"""
"""A mouse pointer in a ring."""


def escape_xml(text: str) -> str:
    """Return a text for use in XML and HTML, without characters that these do not allow."""
    return escape(clean(text, limit=len(text)))


def screen_size(columns: int, rows: int) -> tuple[float, float]:
    """Return the width and height of the picture of a screen."""
    return math.ceil(columns * CELL_WIDTH) + 2 * LEFT, rows * LINE_HEIGHT + TOP + LEFT


def draw_screen(recording: Recording, frame: Frame) -> str:
    """Return the screen of a frame, with the pointer if there is one."""
    width, height = screen_size(*recording.script.size)
    # Without Arial, its name alone would stand for a font with serifs.
    screen = frame.svg.replace("font-family: arial", "font-family: sans-serif")
    pointer = ""
    if frame.pointer is not None:
        x = LEFT + (frame.pointer.x + 0.5) * CELL_WIDTH
        pointer = _POINTER.format(x=x, y=TOP + (frame.pointer.y + 0.6) * LINE_HEIGHT)
    return f"<svg {_size(width, height)}>{screen.strip()}{pointer}</svg>"


def draw_captioned_picture(recording: Recording, frame: Frame) -> str:
    """Return the screen of a frame with its captions below."""
    script, captions = recording.script, frame.captions
    width, height = screen_size(*script.size)
    columns, rows = terminal_size(script)
    captions_height = (rows - script.size[1]) * LINE_HEIGHT
    size = _size(width, height + captions_height)
    keys = "".join(f"  [{key}]" for key in captions.keys)
    lines = [
        f"── {captions.position} {captions.title} ──{keys}",
        *wrap_text(captions.text, columns),
    ]
    texts = "".join(
        f'<text y="{number * LINE_HEIGHT:g}">{escape_xml(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<svg {size} role="img" aria-labelledby="title description">\n'
        f'<title id="title">{escape_xml(captions.title)} {captions.position}</title>\n'
        f'<desc id="description">{escape_xml(captions.text)}</desc>\n'
        '<rect width="100%" height="100%" rx="8" fill="#14171c"/>\n'
        f"{draw_screen(recording, frame)}\n"
        f'<g transform="translate({LEFT + 2 * CELL_WIDTH:g} {height + 0.7 * LINE_HEIGHT:g})"'
        f"{_CAPTION_STYLE}>{texts}</g>\n</svg>\n"
    )


def _size(width: float, height: float) -> str:
    return (
        f'xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}"'
    )
