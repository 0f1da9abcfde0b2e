"""What the program takes while nobody touches it."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.figures import Budget, Figure
from tests.bench.programs import Contest, Program, at_rest
from tests.terminal.pty import Terminal

SECONDS = 6
"""How long to watch. The median second counts, so that a refresh in between does not."""


def idle(contest: Contest) -> Iterator[Figure]:
    """Yield what is written and computed while nothing happens."""
    with at_rest((contest.small, contest.floor)) as terminals:
        seconds = [[_second(terminal) for terminal in terminals] for _ in range(SECONDS)]
    size = median(ours[0] for ours, _ in seconds)
    ours, floor = (median(second[which][1] for second in seconds) for which in (0, 1))
    yield Figure("idle, written in a second", "bytes", size, Budget(0, "alone"))
    yield Figure("idle, computed in a second", "ms", ours, Budget(1, "above"), floor)


def memory(contest: Contest) -> Iterator[Figure]:
    """Yield the memory at rest, shared pages counted by share."""
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(min(contest.runs, 3)):
        ours.append(_memory(contest.small))
        floor.append(_memory(contest.floor))
    yield Figure("memory at rest", "MiB", median(ours), Budget(1.5, "times"), median(floor))


def _second(terminal: Terminal) -> tuple[int, float]:
    received, computed = len(terminal.transcript), terminal.processor_time()
    end = time.perf_counter() + 1
    while (left := end - time.perf_counter()) > 0:
        terminal.receive(left)
    return len(terminal.transcript) - received, (terminal.processor_time() - computed) / 1e6


def _memory(program: Program) -> float:
    with at_rest([program]) as (terminal,):
        rollup = Path(f"/proc/{terminal.pid}/smaps_rollup").read_text()
    sizes = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
    return int(sizes["Pss"].split()[0]) / 1024
