"""Parts of a picture: text, key caps, and the pointer of a mouse."""

from html import escape
from typing import Final

from rich.cells import cell_len

from entity_connections.domain.text import clean

GROUND: Final = "#292929"
BRIGHT: Final = "#ececec"
DIM: Final = "#b0b0b0"
ACCENT: Final = "#f6d08b"

ADVANCE: Final = 0.61
"""How wide a cell is, by the size of its font: as in the pictures of the screen."""


def xml(text: str) -> str:
    """Return a text as XML or HTML that is this text, whatever it says."""
    return escape(clean(text, limit=len(text)))


def text(words: str, x: float, y: float, size: float, colour: str = BRIGHT) -> str:
    """Return one line of text, as wide as its cells whatever font there is.

    Args:
        words: what it says.
        x: where it begins.
        y: its baseline.
        size: of the font.
        colour: of the letters.
    """
    blanks_kept = xml(words).replace(" ", "\N{NO-BREAK SPACE}")
    width = number(cell_len(words) * size * ADVANCE)
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour}"'
        f' textLength="{width}">{blanks_kept}</text>'
    )


def cap(words: str, x: float, y: float, size: float) -> str:
    """Return the cap of a key; `x`, `y` are its top left corner."""
    width, height = cap_width(words, size), cap_height(size)
    return (
        f'<rect x="{number(x)}" y="{number(y + 2)}" width="{number(width)}"'
        f' height="{number(height)}" rx="6" fill="#111111"/>'
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}"'
        f' height="{number(height)}" rx="6" fill="#444444" stroke="#6f6f6f"/>'
        + text(words, x + size * 0.6, y + height / 2 + size * 0.35, size)
    )


def cap_width(words: str, size: float) -> float:
    """Return the width of a key's cap."""
    return cell_len(words) * size * ADVANCE + size * 1.2


def cap_height(size: float) -> float:
    """Return the height of a key's cap."""
    return size * 1.6


def pointer(x: float, y: float) -> str:
    """Return a mouse pointer whose tip is at `x`, `y`, in a ring that finds the eye."""
    return (
        f'<g transform="translate({number(x)} {number(y)})">'
        '<circle r="21" fill="none" stroke="#101010" stroke-opacity="0.5" stroke-width="6"/>'
        '<circle r="21" fill="#ffb938" fill-opacity="0.15" stroke="#ffb938" stroke-width="3"/>'
        '<path d="M0 0V27L6.3 21.2L10.6 31L15.4 28.9L11.2 19.3H19.6Z" fill="#ffffff"'
        ' stroke="#101010" stroke-width="2" stroke-linejoin="round"/></g>'
    )


def number(value: float) -> str:
    """Return a length with as many digits as it takes, and no more than two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
