"""Output with each colour said once looks as it did before."""

import pyte
from entity_connections.tui.sgr import thin
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

COLUMNS = 40
colours = st.none() | st.sampled_from(
    [
        Color.from_rgb(1, 2, 3),
        Color.from_rgb(4, 5, 6),
        Color.parse("color(123)"),
        Color.parse("red"),
    ]
)
flags = st.none() | st.booleans()
styles = st.builds(
    lambda front, back, bold, dim, reverse, underline: (
        Style.from_color(front, back)
        + Style(bold=bold, dim=dim, reverse=reverse, underline=underline)
    ),
    *(colours, colours, flags, flags, flags, flags),
)
segments = st.lists(st.builds(Segment, st.text("ab c\n", max_size=9), st.none() | styles))


def drawn(output: str) -> list[list[pyte.screens.Char]]:
    screen = pyte.Screen(COLUMNS, 10)
    pyte.Stream(screen).feed(output.replace("\n", "\r\n"))
    return [[screen.buffer[y][x] for x in range(COLUMNS)] for y in range(10)]


def written(parts: list[Segment]) -> str:
    console = Console(force_terminal=True, color_system="truecolor", width=COLUMNS, _environ={})
    return console._render_buffer(parts)


@given(segments)
def test_it_looks_the_same_and_is_never_longer(parts: list[Segment]) -> None:
    output = written(parts)
    assert drawn(thin(output)) == drawn(output)
    assert len(thin(output)) <= len(output)


@given(segments, segments)
def test_nothing_of_one_piece_of_output_colours_the_next(
    one: list[Segment], other: list[Segment]
) -> None:
    apart = thin(written(one)) + thin(written(other))
    assert drawn(apart) == drawn(written(one) + written(other))


def test_other_sequences_pass_untouched() -> None:
    assert thin("\x1b[?2026h\x1b[5;7Hx\x1b[?2026l") == "\x1b[?2026h\x1b[5;7Hx\x1b[?2026l"


def test_a_change_says_only_what_changes() -> None:
    output = "\x1b[38;2;1;1;1;48;2;2;2;2ma\x1b[0m\x1b[38;2;3;3;3;48;2;2;2;2mb\x1b[0m"
    assert thin(output) == "\x1b[38;2;1;1;1;48;2;2;2;2ma\x1b[38;2;3;3;3mb\x1b[0m"
