"""From the start of the process to something on the screen."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figures import Budget, Figure
from tests.bench.keys import press
from tests.bench.programs import Contest, Program
from tests.terminal.pty import Terminal


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time to the first frame and the time to rows that listen to keys."""
    ours: list[tuple[float, float]] = []
    floor: list[tuple[float, float]] = []
    for _ in range(contest.runs + 1):  # the first fills the caches and does not count
        ours.append(start(contest.small))
        floor.append(start(contest.floor))
    bare = median(frame for frame, _ in floor[1:])
    frame, rows = median(one[0] for one in ours[1:]), median(one[1] for one in ours[1:])
    yield Figure("first frame", "ms", frame, Budget(1.05, "times"), bare)
    yield Figure("rows on screen, keys live", "ms", rows, Budget(1.45, "times"), bare)


def start(program: Program) -> tuple[float, float]:
    """Return the milliseconds to the first frame and to the rows."""
    with Terminal(program.command) as terminal:
        frame = terminal.wait_for(program.frame)
        rows = terminal.wait_for(program.rows)
        press(terminal, "down")
        return (frame - terminal.started) * 1000, (rows - terminal.started) * 1000
