"""Parts of a picture as SVG: text, key caps, the mouse pointer."""

from html import escape
from typing import Final

from rich.cells import cell_len

from entity_connections.domain.text import clean

BACKGROUND: Final = "#292929"
FOREGROUND: Final = "#ececec"
DIMMED: Final = "#b0b0b0"
ACCENT: Final = "#f6d08b"

CELL_RATIO: Final = 0.61
"""The width of a cell, as a share of the font size: as in Rich's pictures of the screen."""


def escape_xml(text: str) -> str:
    """Return a text for use in XML and HTML, without characters that these do not allow."""
    return escape(clean(text, limit=len(text)))


def draw_text(text: str, x: float, y: float, size: float, color: str = FOREGROUND) -> str:
    """Return a line of text, as wide as its cells in any font; `y` is its baseline."""
    content = escape_xml(text).replace(" ", "\N{NO-BREAK SPACE}")
    width = cell_len(text) * size * CELL_RATIO
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{color}"'
        f' textLength="{width:g}">{content}</text>'
    )


def draw_key(label: str, x: float, y: float, size: float) -> str:
    """Return the cap of a key; `x`, `y` are its top left corner, `size` that of the font."""
    height = size * 1.6
    box = f'width="{key_width(label, size):g}" height="{height:g}" rx="6"'
    return (
        f'<rect x="{x:g}" y="{y + 2:g}" {box} fill="#111111"/>'
        f'<rect x="{x:g}" y="{y:g}" {box} fill="#444444" stroke="#6f6f6f"/>'
        + draw_text(label, x + size * 0.6, y + height / 2 + size * 0.35, size)
    )


def key_width(label: str, size: float) -> float:
    """Return the width of the cap of a key."""
    return cell_len(label) * size * CELL_RATIO + size * 1.2


def draw_pointer(x: float, y: float) -> str:
    """Return a mouse pointer in a ring; its tip is at `x`, `y`."""
    return (
        f'<g transform="translate({x:g} {y:g})">'
        '<circle r="21" fill="none" stroke="#101010" stroke-opacity="0.5" stroke-width="6"/>'
        '<circle r="21" fill="#ffb938" fill-opacity="0.15" stroke="#ffb938" stroke-width="3"/>'
        '<path d="M0 0V27L6.3 21.2L10.6 31L15.4 28.9L11.2 19.3H19.6Z" fill="#ffffff"'
        ' stroke="#101010" stroke-width="2" stroke-linejoin="round"/></g>'
    )
