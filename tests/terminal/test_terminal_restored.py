"""However the program ends, the terminal is restored."""

import re
import signal
import sys

import pytest

from tests.terminal import sample
from tests.terminal.pty import Terminal

SAMPLE = [sys.executable, "-m", "tests.terminal.sample"]
PROGRAM = [sys.executable, "-m", "entity_connections"]
READY = "Share To (Outbound)"

SUSPEND = '"$0" "$@"; echo STOPPED; read line; fg >/dev/null; echo "STATUS $?"'
"""A shell with job control that waits for a line before it goes on."""
IGNORES_HANGUP = 'trap \'\' HUP; "$0" "$@"; exit $?'
"""A shell that outlives its terminal, and does not send SIGHUP to its child."""


def clears_the_screen(terminal: Terminal) -> bool:
    """Return whether the screen was cleared: a terminal that has grown may keep lines of it."""
    left = terminal.transcript.rpartition(b"\x1b[?1049l")[0].rpartition(b"\x1b[2J")[2]
    return not re.sub(rb"\x1b\[[?<]?[\d;]*[a-z]", b"", left).strip()


@pytest.mark.parametrize(
    ("name", "command", "ready"),
    [
        ("SIGTERM", PROGRAM, READY),
        ("SIGINT", SAMPLE, sample.READY),
        ("SIGQUIT", SAMPLE, sample.READY),
    ],
)
def test_a_signal(name: str, command: list[str], ready: str) -> None:
    number = signal.Signals[name]
    with Terminal(command) as terminal:
        terminal.wait_for(ready)
        terminal.child.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.leftovers() == []


def test_a_signal_and_sigcont_at_once() -> None:
    with Terminal(SAMPLE) as terminal:
        terminal.wait_for(sample.READY)
        terminal.child.kill(signal.SIGTERM)
        terminal.child.kill(signal.SIGCONT)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.leftovers() == []


def test_a_signal_before_the_first_frame() -> None:
    with Terminal(SAMPLE) as terminal:
        terminal.wait_for(lambda: 1049 in terminal.modes)
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.leftovers() == []


@pytest.mark.parametrize("key", ["ctrl+t", "ctrl+f"], ids=["hangs", "nobody takes the output"])
def test_a_signal_while_the_app_cannot_exit(key: str) -> None:
    with Terminal(SAMPLE) as terminal:
        terminal.wait_for(sample.READY)
        terminal.wait_quiet()
        terminal.send(key)
        terminal.wait_idle()
        terminal.child.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.leftovers() == []


def test_suspended_and_brought_back() -> None:
    with Terminal(["sh", "-mc", SUSPEND, *PROGRAM]) as terminal:
        terminal.wait_for(READY)
        terminal.wait_quiet()
        terminal.send("ctrl+z")
        terminal.wait_for("STOPPED")
        terminal.wait_quiet()
        assert terminal.leftovers() == []
        terminal.screen.reset()
        terminal.send("\n")
        terminal.wait_for(READY)
        terminal.wait_for(lambda: 1016 in terminal.modes)
        terminal.send("ctrl+q")
        terminal.wait_for("STATUS 0")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []


def test_ended_while_suspended() -> None:
    with Terminal(["sh", "-mc", SUSPEND.replace("fg", "kill %1; fg"), *SAMPLE]) as terminal:
        terminal.wait_for(sample.READY)
        terminal.wait_quiet()
        terminal.send("ctrl+z")
        terminal.wait_for("STOPPED")
        terminal.send("\n")
        terminal.wait_for("STATUS 143")
        terminal.wait_exit()
        assert terminal.leftovers() == []


def test_stopped_by_force_and_continued() -> None:
    with Terminal(SAMPLE) as terminal:
        terminal.wait_for(sample.READY)
        terminal.wait_quiet()
        terminal.child.kill(signal.SIGSTOP)
        terminal.screen.reset()
        terminal.child.kill(signal.SIGCONT)
        terminal.wait_for(sample.READY)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.leftovers() == []
        assert clears_the_screen(terminal)


@pytest.mark.parametrize("shell", [[], ["sh", "-c", IGNORES_HANGUP]], ids=["alone", "in a shell"])
def test_the_terminal_hangs_up(shell: list[str]) -> None:
    with Terminal([*shell, *SAMPLE]) as terminal:
        terminal.wait_for(sample.READY)
        terminal.hang_up()
        assert terminal.wait_exit() == 128 + signal.SIGHUP
