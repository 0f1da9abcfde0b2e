"""The strip of captions: what fits into a line of it, and what goes first."""

import pytest
from entity_connections.tui.themes import DARK
from entity_connections.walkthrough.caption_bar import Captions, rows, strips
from entity_connections.walkthrough.step_runner import Tempo
from rich.cells import cell_len

from tests.walkthrough.performed import steps

COLOURS = DARK.to_color_system().generate()
HINTS = ("space goes on · ← back", "space · ←")


def lines(captions: Captions, width: int, height: int = 3) -> list[str]:
    found = [line.text for line in strips(captions, width, height, COLOURS)]
    assert [cell_len(line) for line in found] == [width] * height
    return found


def head(width: int, *caps: str) -> str:
    return lines(Captions("Deny a request", "3/9", "Text.", caps, HINTS), width)[0]


def test_a_wide_line_says_everything() -> None:
    line = head(100, "r", "y")
    assert line.startswith("── 3/9 Deny a request ──")
    assert line.endswith("─  r   y   space goes on · ← back ──")


@pytest.mark.parametrize(
    ("width", "says", "lacks"),
    [
        (60, ["Deny a request", " r ", "space goes on"], []),
        (50, ["Deny a request", " r ", "space · ←"], ["goes on"]),
        (40, [" r ", "space · ←"], ["Deny", "goes on"]),
        (24, ["3/9", "y"], ["space", "Deny"]),
    ],
)
def test_a_narrow_line_drops_words_before_keys(
    width: int, says: list[str], lacks: list[str]
) -> None:
    line = head(width, "r", "y")
    assert all(one in line for one in says)
    assert not any(one in line for one in lacks)


def test_of_too_many_keys_the_last_are_shown() -> None:
    line = head(40, *"abcdefghijklmnop")
    assert "p" in line
    assert " a " not in line


def test_the_strip_holds_the_longest_caption() -> None:
    script = steps("").model_copy(update={"teaches": "word " * 40})
    assert rows(script, 100) == 1 + 3
    assert rows(script, 60) == 1 + 4


def test_a_caption_that_is_too_long_ends_in_dots() -> None:
    *_, last = lines(Captions("T", "1/1", "word " * 60), 60, 5)
    assert last.rstrip().endswith("…")


def test_a_caption_is_text() -> None:
    found = lines(Captions("[b]T[/b]", "1/1", "[red]A[/red] caption."), 80)
    assert "[b]T[/b]" in found[0]
    assert "[red]A[/red] caption." in found[1]


def test_no_colour_leaves_the_keys_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    line = strips(Captions("T", "1/1", "Text.", ("r",)), 60, 2, COLOURS)[0]
    cap = next(one for one in line if one.text == " r ")
    assert cap.style is not None
    assert cap.style.reverse
    assert all(one.style is None or one.style.color is None for one in line)


def test_a_fast_tempo_still_leaves_time_to_read_a_question() -> None:
    assert Tempo(point=0.9, press=0.7, letter=0.09).at(64).press == Tempo().press > 0.3
