"""Keys have the same effect at every pace, from a procedure in one write to quick typing."""

import sys
import time
from itertools import product

import pytest

from tests.terminal.pty import Terminal

# These tests wait most of the time: one worker runs them while others compute.
pytestmark = pytest.mark.xdist_group("typing speed")
PROGRAM = [sys.executable, "-m", "entity_connections"]
REQUEST = ["e", *"americas", "enter", "/", *"europe", "enter", "r"]
ACCEPT = ["g", "a"]


def type_at(terminal: Terminal, keys: list[str], pace: float) -> None:
    """Type keys with a pause after each; without one they leave in a single write."""
    if not pace:
        terminal.send(*keys)
        return
    for key in keys:
        terminal.send(key)
        end = time.perf_counter() + pace
        while (left := end - time.perf_counter()) > 0:
            terminal.receive(left)


@pytest.mark.parametrize(("pace", "before_rows"), [(0.02, False), (0, True)])
def test_the_procedure_is_the_same_at_every_pace(pace: float, before_rows: bool) -> None:
    with Terminal(PROGRAM, (100, 30)) as terminal:
        if before_rows:
            terminal.wait_for(lambda: 1049 in terminal.modes)
        else:
            terminal.wait_for("Acme-Americas")
        type_at(terminal, REQUEST, pace)
        terminal.answer("Acme-Americas  →  Acme-Europe")
        type_at(terminal, ACCEPT, pace)
        terminal.answer("Accept this request?")
        terminal.wait_for("Acme-Americas → Acme-Europe is Connected.")
        assert "▌  Acme-Americas" in terminal.text()
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []


BURSTS = [
    ["e", "enter", "enter"], ["t", "enter", "enter"], ["u", "enter", "enter"],
    ["F", "enter", "enter"], ["ctrl+p", "enter", "enter"], ["e", "down", "escape", "escape"],
    ["x", *"Acme-Americas", "enter", "enter"], ["ctrl+p", *"zzz", "\x1b[6~", "\x1b[5~", "enter"],
    ["g", "g"], ["g", "a"], ["?", "?", "escape", "J", "escape", "ctrl+l", "escape", "q"],
]  # fmt: skip


def test_no_burst_ends_the_program() -> None:
    with Terminal(PROGRAM, (100, 30)) as terminal:
        terminal.wait_for("Acme-Americas")
        for keys in BURSTS:
            terminal.send(*keys)
            terminal.wait_quiet(0.2)
            assert terminal.child.isalive(), keys
            # No key is refused; the palette may list what is impossible while a list is read.
            assert ": Nothing has been read yet" not in terminal.text()
            for _ in range(3):
                terminal.send("escape")
                terminal.wait_quiet(0.12)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0


REPORTS = [
    b"\x1bP>|kitty(0.35.2y)\x1b\\", b"\x1b]52;c;eXl5y\x07", b"\x1b[?2026;2$y", b"\x9b?1;2c",
    b"\xfc", b"\x1b[M \xa1\x85", b"\x1b_Gi=1;OKy\x1b\\", b"\x1b[?62;22c\x1b[24;80R",
]  # fmt: skip


def test_no_report_of_the_terminal_answers_a_question() -> None:
    with Terminal(PROGRAM, (100, 30)) as terminal:
        terminal.wait_for("Acme-Americas")
        type_at(terminal, ["/", *"acme-us", "enter"], 0)
        for report, cut in product(REPORTS, (0, 1, 3)):
            if "Request a connection?" not in terminal.text():
                terminal.send("r")
                terminal.wait_for("Request a connection?")
                terminal.wait_quiet(0.3)
            for piece in (report[:cut], report[cut:]):
                terminal.send_bytes(piece)
                terminal.wait_quiet(0.12)
            assert "Requested:" not in terminal.text(), report
        terminal.send_bytes(b"\x1b[27u")
        terminal.wait_quiet(1.3)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0


def test_a_question_takes_no_yes_before_it_is_on_the_terminal() -> None:
    with Terminal(PROGRAM, (200, 60)) as terminal:
        terminal.wait_for("Acme-US")
        terminal.wait_quiet(0.3)
        terminal.send("r")
        time.sleep(1)  # the terminal takes no output: a slow line, or a pause
        terminal.send("y")
        time.sleep(0.3)
        terminal.wait_for("too early")
        terminal.wait_quiet(0.5)
        assert "Requested:" not in terminal.text()
        terminal.send("y")
        terminal.wait_for("Requested:")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
