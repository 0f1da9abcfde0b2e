"""Output from which the known cells were left out draws the same screen."""

from collections.abc import Iterable

import pyte
import pytest
from entity_connections.tui.terminal.cell_filter import CellFilter
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tests.terminal.pty import list_visible

Piece = tuple[int, int, list[tuple[Style, str]]]
"""A line, a column, and the texts that stand there."""
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
TEXTS = st.sampled_from(
    ["ab", "a b", " " * 9, "a" + " " * 9, "│ ●", "東京", "e\u0301x", "abcdefgh"]
)
WORDS = st.lists(st.tuples(STYLES, TEXTS), max_size=3)
PIECES = st.tuples(st.integers(1, 2), st.integers(1, 9), WORDS)
FRAMES = st.lists(st.lists(PIECES, max_size=3), max_size=3)
WORD = Style(color="#e6ebf2", bgcolor="#12161c")
LINK = Style(color="#66b3ff", bgcolor="#12161c")


def render(pieces: Iterable[Piece]) -> str:
    """Return what Textual writes: places, each with some styled texts, and the cursor."""
    output = [
        f"\x1b[{line};{column}H" + "".join(style.render(text) for style, text in texts)
        for line, column, texts in pieces
    ]
    return "\n".join(output) + "\x1b[1;3H"


def draw(outputs: Iterable[str]) -> list[list[object]]:
    screen = pyte.Screen(40, 3)
    pyte.Stream(screen).feed("".join(outputs))
    return list_visible(screen)


def shorten(outputs: Iterable[str], *, can_erase: bool = True) -> list[str]:
    cell_filter = CellFilter(can_erase=can_erase)
    return [cell_filter.shorten(output) for output in outputs]


@given(FRAMES, st.booleans())
def test_the_screen_is_the_same(frames: list[list[Piece]], can_erase: bool) -> None:
    outputs = [render(pieces) for pieces in frames]
    shortened = shorten(outputs, can_erase=can_erase)
    assert draw(shortened) == draw(outputs)


def test_only_changed_cells_are_written() -> None:
    before = render([(2, 1, [(WORD, "one "), (LINK, "two three four")])])
    after = render([(2, 1, [(WORD, "one "), (LINK, "two THREE four")])])
    assert shorten([before, after, after])[1:] == [
        "\x1b[2;9H\x1b[38;2;102;179;255;48;2;18;22;28mTHREE\x1b[0m\x1b[1;3H",
        "\x1b[1;3H",
    ]


def test_what_two_styles_share_is_sent_once() -> None:
    assert shorten([render([(2, 1, [(WORD, "word"), (LINK, "link")])])]) == [
        "\x1b[2;1H\x1b[38;2;230;235;242;48;2;18;22;28mword\x1b[38;2;102;179;255mlink\x1b[0m\x1b[1;3H"
    ]


def test_a_style_without_text_is_left_out() -> None:
    """Textual writes such for an empty line of a text."""
    frame = render([(2, 1, [(WORD, "word")])])
    assert shorten([frame.replace("\x1b[38", "\x1b[1m\x1b[0m\x1b[38", 1)]) == shorten([frame])


@pytest.mark.parametrize("other", ["\x1b[2J", "\x1b[?1049h", "\x1b[2;1Hx\x1b[K", "bell\x07"])
def test_after_other_output_every_cell_is_written_again(other: str) -> None:
    frame = render([(2, 1, [(WORD, "word")])])
    assert shorten([frame, other, frame]) == [*shorten([frame]), other, *shorten([frame])]


def test_a_frame_of_the_whole_screen_is_written_whole() -> None:
    frame = render([(1, 1, [(WORD, "one")]), (2, 1, [(WORD, "two")])])
    first, second = shorten([frame, frame])
    assert first == second
