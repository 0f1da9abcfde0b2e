"""The programs that are measured, and how they are brought to a state to measure."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import floor
from tests.terminal.pty import Terminal

SCRIPT = str(Path(sys.executable).with_name("entity-connections"))


@dataclass(frozen=True)
class Program:
    """A command, a text of its first frame, a text that comes with its rows, and the terminal."""

    command: tuple[str, ...]
    frame: str
    rows: str
    size: tuple[int, int] = (120, 36)


FLOOR = Program((sys.executable, floor.__file__), floor.TABS["out"], "Acme-19")


@dataclass(frozen=True)
class Contest:
    """What is measured against the floor: our program, small and at full size."""

    small: Program = Program((SCRIPT,), "Share To (Outbound)", "Acme-Americas")
    full: Program = Program((SCRIPT, "--scenario", "global-500"), "Share To", "(Outbound) 511")
    floor: Program = FLOOR
    runs: int = 9

    @property
    def with_itself(self) -> bool:
        return self.small is self.floor


@contextmanager
def at_rest(programs: Sequence[Program]) -> Iterator[list[Terminal]]:
    """Run programs side by side, each with its rows on the screen and nothing under way."""
    with ExitStack() as stack:
        terminals = [
            stack.enter_context(Terminal(program.command, program.size)) for program in programs
        ]
        for terminal, program in zip(terminals, programs, strict=True):
            terminal.wait_for(program.rows)
            terminal.wait_for(partial(_knows_what_waits, terminal))
            terminal.wait_idle()
            terminal.wait_quiet()
        yield terminals


def _knows_what_waits(terminal: Terminal) -> bool:
    """Whether the lists of all entities are read, on which the count in the top line depends."""
    return "+ waiting" not in "\n".join(terminal.screen.display)
