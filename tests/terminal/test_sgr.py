"""Shorter styles look the same."""

import pyte
from entity_connections.tui.terminal.sgr import shorten_styles
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

COLORS = st.sampled_from(
    [None, "default", "red", "bright_blue", "color(200)", "#102030", "#f0f0f0"]
)
SWITCHES = st.sampled_from([None, True])
STYLES = st.builds(
    Style,
    color=COLORS,
    bgcolor=COLORS,
    bold=SWITCHES,
    italic=SWITCHES,
    underline=SWITCHES,
    reverse=SWITCHES,
    strike=SWITCHES,
)
PIECES = st.tuples(STYLES, st.sampled_from(["", "\n", "\x1b[3;4H", "\n\x1b[2;1H"]))


def draw(output: str) -> list[list[pyte.screens.Char]]:
    """Return what a terminal of 20 cells by 5 lines shows."""
    screen = pyte.Screen(20, 5)
    pyte.Stream(screen).feed(output)
    return [[screen.buffer[y][x] for x in range(20)] for y in range(5)]


@given(st.lists(PIECES, max_size=8))
def test_every_character_keeps_its_style(pieces: list[tuple[Style, str]]) -> None:
    output = "".join(style.render("ab") + move for style, move in pieces)
    shortened = shorten_styles(output)
    assert draw(shortened) == draw(output)
    assert len(shortened) <= len(output)


def test_what_two_styles_share_is_sent_once() -> None:
    word = Style(color="#e6ebf2", bgcolor="#12161c").render("word")
    link = Style(color="#66b3ff", bgcolor="#12161c").render("link")
    assert shorten_styles(word + link) == (
        "\x1b[38;2;230;235;242;48;2;18;22;28mword\x1b[38;2;102;179;255mlink\x1b[0m"
    )
    assert shorten_styles(word + word).count("\x1b[") == 2
