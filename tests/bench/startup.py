"""From the start of the process to something on the screen."""

from collections.abc import Iterator
from statistics import median

from tests.bench.figures import Budget, Figure
from tests.bench.keys import press
from tests.bench.programs import Contest, Program
from tests.terminal.pty import Terminal


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time to the first frame and the time to rows that listen to keys."""
    samples: dict[Program, list[tuple[float, float]]] = {contest.small: [], contest.floor: []}
    for _ in range(contest.runs + 1):
        ours, floor = start(contest.small), start(contest.floor)
        samples[contest.small].append(ours)
        samples.setdefault(contest.floor, []).append(floor)
    frame = [median(first for first, _ in one[1:]) for one in samples.values()]
    rows = median(last for _, last in samples[contest.small][1:])
    yield Figure("first frame", "ms", frame[0], Budget(1.05, "times"), frame[-1])
    yield Figure("rows on screen, keys live", "ms", rows, Budget(1.35, "times"), frame[-1])


def start(program: Program) -> tuple[float, float]:
    """Return the milliseconds to the first frame and to the rows."""
    with Terminal(program.command) as terminal:
        frame = terminal.wait_for(program.frame)
        rows = terminal.wait_for(program.rows)
        press(terminal, "down")
        return (frame - terminal.started) * 1000, (rows - terminal.started) * 1000
