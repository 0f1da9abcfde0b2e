"""The adapter and the one-shot commands, against httpx alone on the same loopback server."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench.figures import Budget, Figure
from tests.bench.pages import ACTING, serving
from tests.bench.programs import SCRIPT, Contest

_KNOWN = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": "s"}


def one_shot(contest: Contest) -> Iterator[Figure]:
    """Yield the time of `connections --json`, whole, against a bare script."""
    if contest.with_itself:
        return
    with serving() as base_url:
        few = f"{base_url}/few"
        target = ("--base-url", few, "--entity", ACTING)
        ours_command = [SCRIPT, "connections", "--json", *target]
        floor_command = [sys.executable, "-m", "tests.bench.bare", few, ACTING]
        ours, floor = [], []
        for _ in range(contest.runs + 1):
            ours.append(_run(ours_command))
            floor.append(_run(floor_command))
    budget = Budget(1.3, "times")
    yield Figure("connections --json", "ms", median(ours[1:]), budget, median(floor[1:]))


def pages(contest: Contest) -> Iterator[Figure]:
    """Yield the time to list 10,000 connections, against fetching the pages alone."""
    if contest.with_itself:
        return
    ours, floor = [], []
    with serving() as base_url:
        for _ in range(contest.runs):
            ours.append(_listing("tests.bench.listing", base_url))
            floor.append(_listing("tests.bench.bare_listing", base_url))
    yield Figure("10,000 connections", "ms", median(ours), Budget(1.2, "times"), median(floor))


def _listing(module: str, base_url: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", module, base_url], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def _run(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=os.environ | _KNOWN,
    )
    return (time.perf_counter() - started) * 1000
