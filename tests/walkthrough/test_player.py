"""Playing a walkthrough: the presenter's keys, in a real terminal of 100x30."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from entity_connections.walkthrough.caption_bar import bar_height, min_terminal_size
from entity_connections.walkthrough.script_file import read_script

from tests.cli.tenant import run
from tests.terminal.pty import Terminal
from tests.terminal.test_terminal_restored import SUSPEND
from tests.walkthrough.recordings import SHORT_TOUR

# These tests wait most of the time: one worker runs them while others compute.
pytestmark = pytest.mark.xdist_group("player")
PLAY = [sys.executable, "-m", "entity_connections", "walkthrough"]
LEFT = "\x1b[D"
SCRIPT = read_script(SHORT_TOUR)
STEPS = SCRIPT.steps


@contextmanager
def playing(speed: str = "8") -> Iterator[Terminal]:
    """Start a walkthrough, and wait until the presenter may go on."""
    with Terminal([*PLAY, str(SHORT_TOUR), "--speed", speed], (100, 30)) as terminal:
        terminal.wait_for("0/")
        terminal.wait_for("updated just now")
        yield terminal


def go_on(terminal: Terminal, number: int) -> list[str]:
    """Go on to a step and wait until it is done; return the app's part of the terminal."""
    terminal.send(" ")
    terminal.wait_for(f" {number}/")
    terminal.wait_for("the end" if number == len(STEPS) else "goes on")
    return screen(terminal)


def screen(terminal: Terminal) -> list[str]:
    """Return what is above the captions, once nothing more is drawn."""
    terminal.wait_quiet()
    lines = terminal.text().splitlines()
    return lines[: next(y for y, line in enumerate(lines) if line.startswith("── "))]


def test_space_runs_the_next_step_and_left_shows_the_screen_as_it_was() -> None:
    with playing() as terminal:
        shown = []
        for number, step in enumerate(STEPS, 1):
            shown.append(go_on(terminal, number))
            assert step.caption in terminal.text()
        assert len(set(map(tuple, shown))) == len(STEPS)
        for number in (2, 1):
            terminal.send(LEFT)
            terminal.wait_for(f" {number}/")
            terminal.wait_for("goes on")
            assert screen(terminal) == shown[number - 1]
        assert go_on(terminal, 2) == shown[1]
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []


def test_the_presenter_takes_control_and_gives_it_back() -> None:
    """And leaves at once with q, even when the tenant has been changed."""
    with playing() as terminal:
        shown = go_on(terminal, 1)
        terminal.send("escape")
        terminal.wait_for("yours ·")
        terminal.send("e")
        terminal.wait_for("Entity switcher")
        terminal.send("germany", "enter")
        terminal.wait_for("Acme-Germany ▾")
        terminal.send("ctrl+g")
        terminal.wait_for("space goes on")
        assert screen(terminal) == shown
        terminal.send("escape")
        terminal.wait_for("yours · q leaves")
        terminal.send("/", "japan", "enter", "r")
        terminal.answer("Request a connection?")
        terminal.wait_for("✓ Requested")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []


def test_control_taken_in_the_middle_of_a_step_counts_the_step_as_done() -> None:
    with playing(speed="0.5") as terminal:
        terminal.send(" ")
        terminal.wait_for("hurries")
        terminal.send("escape")
        terminal.wait_for("yours ·")
        terminal.send("ctrl+g")
        terminal.wait_for("space goes on")
        terminal.wait_for("Acme Corporation → Acme-Europe  ● Connected")
        assert " 1/" in terminal.text()


def test_keys_that_come_at_once_are_handled_in_turn_and_autoplay_stops_at_the_end() -> None:
    with playing() as terminal:
        terminal.send(" ", LEFT)
        terminal.wait_quiet(0.5)
        assert " 0/" in terminal.text()
        terminal.send(LEFT, LEFT, " ", " ")
        terminal.wait_for(" 1/")
        terminal.wait_for("goes on")
        terminal.send("p")
        terminal.wait_for("plays at 8×")
        terminal.wait_for("the end")
        terminal.send("p")
        terminal.wait_quiet(0.3)
        assert "the end" in terminal.text()


def leave_in_the_middle_of_a_step(terminal: Terminal, key: str) -> None:
    terminal.wait_for("hurries")
    terminal.send(key)
    assert terminal.wait_exit() == 0
    assert terminal.leftovers() == []


def test_the_speed_is_changed_before_and_while_it_plays() -> None:
    with playing(speed="0.5") as terminal:
        terminal.send("+", "+")
        terminal.wait_for("2× · space goes on")
        terminal.send("p")
        terminal.wait_for("plays at 2×")
        terminal.send("-", "-", "-", "-", "-")
        terminal.wait_for("plays at 0.25×")
        terminal.send("p")
        leave_in_the_middle_of_a_step(terminal, "ctrl+c")


def test_pointer_and_keys_are_shown() -> None:
    with playing(speed="1") as terminal:
        terminal.send(" ")
        terminal.wait_for("● Connected◀")
        terminal.send(" ")  # no more waiting
        terminal.wait_for("goes on", timeout=1)
        assert "◀" not in terminal.text()
        terminal.send(" ")
        terminal.wait_for(lambda: " 2 " in terminal.screen.display[-2])
        leave_in_the_middle_of_a_step(terminal, "q")


@pytest.mark.parametrize("size", [(60, 20), (40, 18), (79, 30)])
def test_a_terminal_that_is_too_small_shows_the_size_it_takes_and_how_to_leave(
    size: tuple[int, int],
) -> None:
    columns, lines = min_terminal_size(SCRIPT)
    with Terminal([*PLAY, str(SHORT_TOUR)], size) as terminal:
        terminal.wait_for("q leaves")
        assert f"It takes {columns} columns by {lines} lines." in terminal.text()
        terminal.send(" ")
        terminal.wait_for("make it")
        terminal.send("escape")
        terminal.wait_for("ctrl+g goes on")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def shows_first_caption(terminal: Terminal, head: int) -> bool:
    """Return whether the screen is at the top, and the first caption from line `head` on."""
    shown = terminal.screen.display
    heads = [y for y, line in enumerate(shown) if line.startswith("── 1/")]
    caption = shown[head + 1].strip()
    at_top = " Acme Corporation ▾" in shown[0]
    return at_top and heads == [head] and caption.startswith(STEPS[0].caption)


def test_captions_stay_below_after_a_resize_and_a_signal_restores_the_terminal() -> None:
    """The smallest terminal is large enough, too."""
    sizes = ((80, 24), (80, 25), (160, 48), min_terminal_size(SCRIPT), (100, 30))
    with playing() as terminal:
        go_on(terminal, 1)
        for columns, lines in sizes:
            terminal.screen.resize(lines, columns)
            terminal.child.setwinsize(lines, columns)
            terminal.send(f"\x1b[48;{lines};{columns};{lines * 20};{columns * 10}t")
            head = lines - bar_height(SCRIPT, columns)
            terminal.wait_for(partial(shows_first_caption, terminal, head))
        terminal.send(LEFT)
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.leftovers() == []


def test_suspended_and_brought_back() -> None:
    with Terminal(["sh", "-mc", SUSPEND, *PLAY, str(SHORT_TOUR)], (100, 30)) as terminal:
        terminal.wait_for("0/")
        terminal.wait_quiet()
        terminal.send("ctrl+z")
        terminal.wait_for("STOPPED")
        terminal.wait_quiet()
        assert terminal.leftovers() == []
        terminal.screen.reset()
        terminal.send("\n")
        terminal.wait_for("0/")
        terminal.wait_for("Acme-Americas")
        terminal.send("q")
        terminal.wait_for("STATUS 0")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set-up-a-conection"], "did you mean set-up-a-connection?"),
        (["nowhere.toml"], "nowhere.toml cannot be read: No such file or directory."),
        ([str(SHORT_TOUR), "--png"], "--png and --force belong to --export DIR."),
        ([str(SHORT_TOUR)], "the screen needs a terminal"),
    ],
)
def test_what_cannot_be_played(arguments: list[str], message: str, tmp_path: Path) -> None:
    ended = run(tmp_path, "walkthrough", *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr
