"""Every text can be read, and colours that mean different things differ, in each of our themes."""

import math
import re
from itertools import combinations

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.themes import COLOUR_BLIND, THEMES
from rich.color import ColorSystem
from textual.color import Color
from textual.geometry import Region
from textual.theme import Theme

from tests.tui.open_screen import ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import visible_text

MIN_TEXT_CONTRAST, MIN_LINE_CONTRAST = 4.5, 3.0
"""Of WCAG 2.2, level AA: 1.4.3 for text, 1.4.11 for what else has a meaning."""
MEANINGS = ("text-success", "text-warning", "text-error", "link", "cursor", "foreground-muted")
"""The variables of colours that differ in meaning; besides them the colour of other text."""
YELLOW = 3
"""Of the sixteen colours."""
LINES_OR_WORD = re.compile("([\u2500-\u259f]+)|[^\\s\u2500-\u259f]+")
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
# fmt: off
LINEAR_RGB_TO_XYZ = (
    (0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)
)
CONE_MISSING = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
              (-0.011820, 0.042940, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
             (0.004733, 0.691367, 0.303900)),
}
# fmt: on
"""What linear red, green and blue become for a dichromat (Machado, Oliveira, Fernandes 2009)."""
MIN_DIFFERENCE = 15.0
"""Of two colours in CIE L*a*b*; about 2 are just seen side by side."""


async def test_every_text_can_be_read() -> None:
    async with open_screen(size=(130, 24)) as ui:
        for keys in ((), ("2",), ("1", "x"), ("?",), ("ctrl+l",), ("e",)):
            await ui.press(*keys)
            assert await find_unreadable(ui) == []
            await ui.press("escape")


async def test_the_top_line_of_production_can_be_read() -> None:
    setup = TenantSetup(Risk.PRODUCTION, "acme", WriteLock(locked=True))
    async with open_screen(size=(80, 24), setup=setup) as ui:
        assert await find_unreadable(ui) == []
        await ui.press("U", *"acme", "enter")
        assert await find_unreadable(ui) == []


async def test_the_themes_of_textual_can_be_chosen_and_grey_what_cannot_be_entered() -> None:
    async with open_screen(size=(130, 24)) as ui:
        for theme in ui.app.available_themes:
            ui.app.theme = theme
            await ui.settle()
            if "ansi" in theme:  # the colours of the terminal itself
                continue
            contrasts = {}
            for name in ("Acme-US", "Acme-Asia"):  # in the tree
                y, x = next(
                    (y, line.index(name))
                    for y, line in enumerate(visible_text(ui.app).splitlines())
                    if name in line[:30]
                )
                style = ui.app.screen.get_style_at(x, y)
                colors = map(Color.from_rich_color, (style.color, style.bgcolor))
                contrasts[name] = measure_contrast(*colors)
            assert contrasts["Acme-US"] > contrasts["Acme-Asia"] > 2, theme


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_colours_with_different_meanings_differ(theme: Theme) -> None:
    colors = list_colors(theme)
    assert len({color.hex for color in colors}) == len(colors)
    sixteen = list(map(find_in_sixteen, colors))
    assert len(set(sixteen)) == len(sixteen)


async def test_nothing_is_yellow_on_white_where_there_are_sixteen_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    async with open_screen(theme="light") as ui:
        variables = ui.app.theme_variables
        sixteen = [find_in_sixteen(Color.parse(variables[name])) for name in MEANINGS]
    assert len(set(sixteen)) == len(sixteen)
    assert YELLOW not in sixteen


@pytest.mark.parametrize("matrix", CONE_MISSING.values(), ids=CONE_MISSING)
def test_colour_blind_eyes_tell_colours_apart(matrix: Matrix) -> None:
    seen = [
        (first.hex, second.hex)
        for first, second in combinations(list_colors(COLOUR_BLIND), 2)
        if measure_difference(first, second, matrix) < MIN_DIFFERENCE
    ]
    assert seen == []


def find_in_sixteen(color: Color) -> int | None:
    """Return the number of the nearest of sixteen colours."""
    return color.rich_color.downgrade(ColorSystem.STANDARD).number


def list_colors(theme: Theme) -> list[Color]:
    """Return the colours of a theme that differ in meaning."""
    names = [theme.foreground or "", *(theme.variables[name] for name in MEANINGS)]
    return [Color.parse(name) for name in names]


async def find_unreadable(ui: ScreenDriver) -> list[str]:
    """Return what is too close to its background in any of our themes.

    Only what is in front is looked at: the main screen, or a dialog.
    """
    dialog = ui.app.screen.query("#dialog")
    region = dialog.first().region if dialog else Region(0, 0, *ui.app.size)
    found: dict[str, None] = {}
    for theme in THEMES:
        ui.app.theme = theme.name
        await ui.settle()
        for y, line in enumerate(visible_text(ui.app).splitlines()):
            for part in LINES_OR_WORD.finditer(line):
                if region.contains(part.start(), y):
                    style = ui.app.screen.get_style_at(part.start(), y)
                    text, ground = map(Color.from_rich_color, (style.color, style.bgcolor))
                    needed = MIN_LINE_CONTRAST if part[1] else MIN_TEXT_CONTRAST
                    if style.dim or measure_contrast(text, ground) < needed:
                        found[f"{theme.name}: {part[0]}, {text.hex} on {ground.hex}"] = None
    return list(found)


def measure_contrast(text: Color, ground: Color) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    dark, light = sorted(measure_luminance(color) for color in (text, ground))
    return (light + 0.05) / (dark + 0.05)


def measure_luminance(color: Color) -> float:
    red, green, blue = linearize(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linearize(color: Color) -> Vector:
    """Return the linear red, green and blue of an sRGB colour, each from 0 to 1."""
    return tuple(
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in color.normalized
    )


def measure_difference(first: Color, second: Color, matrix: Matrix) -> float:
    """Return how much two colours differ in CIE L*a*b* for eyes that see through a matrix."""
    return math.dist(*(convert_to_lab(apply(matrix, linearize(c))) for c in (first, second)))


def convert_to_lab(linear: Vector) -> Vector:
    """Return the CIE L*a*b* coordinates of a linear sRGB colour under D65."""
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        value / most for value, most in zip(apply(LINEAR_RGB_TO_XYZ, linear), white, strict=True)
    )
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apply(matrix: Matrix, vector: Vector) -> Vector:
    """Return a matrix times a vector, cut to the colours that there are."""
    products = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return tuple(min(1.0, max(0.0, value)) for value in products)
