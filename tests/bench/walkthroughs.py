"""Walkthroughs: what a presenter waits for a recording, and everybody for their tests."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from entity_connections.walkthrough.script_file import list_shipped_scripts

from tests.bench.figures import Budget, Figure
from tests.bench.programs import SCRIPT, Contest

ROOT = Path(__file__).parents[2]
RUNS = 3


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the seconds of recording each, of one with all pictures, and of the tests."""
    if contest.with_itself:
        return
    with TemporaryDirectory() as folder:
        for name in list_shipped_scripts():
            command = [SCRIPT, "walkthrough", name, "--export", f"{folder}/{name}", "--force"]
            yield Figure(f"record {name}", "s", _median(command), Budget(5, "alone"))
        command += ["--png"]
        yield Figure("  with PNG", "s", _median(command), Budget(5, "alone"))
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/walkthrough/test_shipped.py"]
    yield Figure("tests of all shipped", "s", _median(pytest), Budget(20, "alone"))


def _median(command: Sequence[str]) -> float:
    return median(_seconds(command) for _ in range(RUNS))


def _seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - started
