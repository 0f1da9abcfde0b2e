"""The one-shot commands: they must not pay for the screen."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench.figures import Budget, Figure
from tests.bench.programs import SCRIPT, Contest

HEAVY = {"textual", "httpx", "pydantic"}


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time of `--version` and `--help`, and what they load in vain."""
    if contest.with_itself:
        return
    for option in ("--version", "--help"):
        ours: list[float] = []
        floor: list[float] = []
        for _ in range(contest.runs + 1):
            ours.append(_run([SCRIPT, option]))
            floor.append(_run([sys.executable, "-c", "pass"]))
        yield Figure(option, "ms", median(ours[1:]), Budget(60, "above"), median(floor[1:]))
        loaded = HEAVY & _loaded([SCRIPT, option])
        yield Figure(f"{option}, heavy packages", "loaded", len(loaded), Budget(0, "alone"))


def _run(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000


def _loaded(command: Sequence[str]) -> set[str]:
    completed = subprocess.run(
        [sys.executable, "-X", "importtime", *command], check=True, capture_output=True, text=True
    )
    lines = (line for line in completed.stderr.splitlines() if line.startswith("import time:"))
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}
