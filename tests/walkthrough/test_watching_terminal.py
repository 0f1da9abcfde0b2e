"""`walkthrough new` in a real pseudo-terminal: a person makes a script of request and accept."""

import signal
import sys
from pathlib import Path

import pytest
from entity_connections.walkthrough.script import Act, read

from tests.terminal.pty import Terminal

NEW = [sys.executable, "-m", "entity_connections", "walkthrough", "new"]
CELL = (10, 20)
"""Pixels of a cell, as the terminal says: then the mouse is told in pixels."""
LOOK = 0.35
"""Seconds for which a person looks at an outcome: longer than an act that is not for its sake."""

READ = 1.5
"""Seconds for which a question is read: it takes no answer in its first moments."""

# As a terminal with kitty's keyboard protocol sends them.
ESCAPE, CTRL_L, CTRL_Q = "\x1b[27u", "\x1b[108;5u", "\x1b[113;5u"


def see(terminal: Terminal, what: str, seconds: float = LOOK) -> None:
    terminal.wait_for(what)
    terminal.wait_quiet(seconds)


def click(terminal: Terminal, what: str, row: str = "") -> None:
    lines = terminal.text().splitlines()
    y, line = next((y, one) for y, one in enumerate(lines) if what in one and row in one)
    x = line.index(what) + len(what) // 2
    at = f"{x * CELL[0] + 1};{y * CELL[1] + 1}"
    terminal.send(f"\x1b[<0;{at}M", f"\x1b[<0;{at}m")


def test_a_person_makes_a_script_that_plays_back(tmp_path: Path) -> None:
    path = tmp_path / "by-hand.toml"
    with Terminal([*NEW, str(path)], (100, 30)) as terminal:
        see(terminal, "> Acme-US")
        terminal.send("e")
        see(terminal, "Entity switcher")
        terminal.send("americas")
        terminal.wait_for("- Acme-Americas")
        terminal.send("enter")
        see(terminal, "Acme-Americas ▾")
        click(terminal, "Request Connection", row="Acme-Europe")
        see(terminal, "y yes", READ)
        terminal.send("y")
        see(terminal, "Pending until Acme-Europe")
        terminal.send(CTRL_L)
        see(terminal, "POST /v1/entity-connections")
        terminal.send(ESCAPE)
        see(terminal, "a Accept")
        terminal.send("g")
        see(terminal, "> Acme-Americas")
        terminal.send("a")
        see(terminal, "y yes", READ)
        click(terminal, "Accept request from Acme-Americas")
        see(terminal, "Acme-Americas → Acme-Europe is Connected.")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0, terminal.text()
        assert terminal.leftovers() == []
        assert "by-hand.toml: 9 steps." in terminal.text()
        assert "It plays back." in terminal.text()
        assert "left out" not in terminal.text()
    script = read(path)
    assert (script.title, script.size, script.user) == ("By hand", [100, 30], "alice")
    assert [step.do for step in script.steps] == [
        [],
        [Act(press="e"), Act(type="americas"), Act(press="enter")],
        [Act(click="Acme-Europe … Request Connection")],
        [Act(press="y")],
        [Act(press="ctrl+l")],
        [Act(press="escape")],
        [Act(press="g")],
        [Act(press="a")],
        [Act(click="Accept request from Acme-Americas")],
    ]
    assert [step.see[0] for step in script.steps if step.see] == [
        "Acme Corporation ▾",
        "Acme-Americas ▾",
        "Request a connection?",
        "Acme-Europe … ◐ Pending",
        "Requests",
        "Acme-Europe ▾",
        "Accept this request?",
        "Acme-Americas … ● Connected",
    ]


def test_what_was_done_is_not_lost_to_a_signal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with Terminal([*NEW, str(path)], (100, 30)) as terminal:
        see(terminal, "> Acme-US")
        terminal.send("i")
        see(terminal, "▸Share From (Inbound)")
        terminal.send("o")
        see(terminal, "▸Share To (Outbound)")
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.leftovers() == []
    done = [step.do for step in read(path).steps]
    assert done == [[], [Act(press="i")], [Act(press="o")]]


@pytest.mark.parametrize("size", [(59, 30), (100, 19)])
def test_a_terminal_that_is_too_small_is_refused(size: tuple[int, int], tmp_path: Path) -> None:
    with Terminal([*NEW, str(tmp_path / "mine.toml")], size) as terminal:
        assert terminal.wait_exit() == 2
        assert f"this terminal has {size[0]} columns and {size[1]}" in terminal.text()
    assert not list(tmp_path.iterdir())
