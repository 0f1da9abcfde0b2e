"""The caption bar: what fits into its rows, and what is left out first."""

import pytest
from entity_connections.tui.themes import DARK
from entity_connections.walkthrough.caption_bar import Captions, bar_height, render
from rich.cells import cell_len

from tests.walkthrough.recordings import make_script

THEME = DARK.to_color_system().generate()
HINT = "space goes on · ← back · q leaves"


def rows(captions: Captions, width: int, height: int = 3) -> list[str]:
    texts = [row.text for row in render(captions, width, height, THEME)]
    assert [cell_len(text) for text in texts] == [width] * height
    return texts


def head(width: int, *keys: str) -> str:
    return rows(Captions("Deny a request", "3/9", "Text.", keys, HINT), width)[0]


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [
        (100, ["── 3/9 Deny a request ──", "─  r   y   space goes on · ← back · q leaves ──"], []),
        (72, ["Deny a request", " r ", "goes on"], []),
        (60, ["3/9", " r ", "goes on", "back"], ["Deny"]),
        (50, ["3/9", " r ", "goes on · q leaves"], ["Deny", "back"]),
        (28, ["3/9", "y", "q leaves"], ["goes on", "Deny"]),
    ],
)
def test_a_narrow_bar_keeps_keys_longer_than_words(
    width: int, shown: list[str], left_out: list[str]
) -> None:
    row = head(width, "r", "y")
    assert all(text in row for text in shown)
    assert not any(text in row for text in left_out)


def test_of_too_many_keys_the_last_are_shown() -> None:
    row = head(40, *"abcdefghijklmnop")
    assert "p" in row
    assert " a " not in row


def test_the_bar_is_as_high_as_the_longest_caption() -> None:
    script = make_script("").model_copy(update={"teaches": "word " * 40})
    assert bar_height(script, 100) == 1 + 3
    assert bar_height(script, 60) == 1 + 4


def test_a_caption_is_no_markup() -> None:
    first, second, _ = rows(Captions("[b]T[/b]", "1/1", "[red]A[/red] caption."), 80)
    assert "[b]T[/b]" in first
    assert "[red]A[/red] caption." in second


def test_without_colours_keys_are_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    row = render(Captions("T", "1/1", "Text.", ("r",)), 60, 2, THEME)[0]
    styles = {segment.text: segment.style for segment in row}
    cap = styles[" r "]
    assert cap is not None
    assert cap.reverse
    assert all(style is None or style.color is None for style in styles.values())
