"""A run of 100 requests, with its journal, against httpx alone making the same calls."""

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from entity_connections.domain.actions import REQUEST
from entity_connections.domain.connections import Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import State
from entity_connections.services.operations.plan import plan_operations
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

from tests.bench.figures import Budget, Figure
from tests.bench.pages import ACTING, serving
from tests.bench.programs import Contest

REQUESTS = 100


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time of the run, and its calls, both for each write."""
    if contest.with_itself:
        return
    pairs, calls = [], 0
    with serving() as base_url:
        for _ in range(contest.runs):
            ours, calls_text = _start("tests.bench.bulk", base_url).split()
            pairs.append((float(ours), float(_start("tests.bench.bare_bulk", base_url))))
            calls = int(calls_text)
    ours_ms, floor_ms = (median(side) for side in zip(*pairs, strict=True))
    yield Figure(f"{REQUESTS} requests", "ms", ours_ms, Budget(1.3, "times"), floor_ms)
    yield Figure("calls of a write", "calls", calls / REQUESTS, Budget(1.1, "alone"))


def _start(module: str, base_url: str) -> str:
    command = [sys.executable, "-m", module, f"{base_url}/growing"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_hierarchy() -> Hierarchy:
    """Return the source and its targets."""
    source = Entity(ACTING, "Source", "Source", None)
    targets = [Entity(f"{n:032x}", f"T{n}", f"T {n}", ACTING) for n in range(1, REQUESTS + 1)]
    return Hierarchy([source, *targets])


async def main(base_url: str) -> None:
    """Carry out the run, once to warm up and then for the record; print ms and calls."""
    gc.freeze()  # as the program does once everything is loaded
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            milliseconds, calls = await _run(base_url, Path(folder))
    print(milliseconds, calls)


async def _run(base_url: str, folder: Path) -> tuple[float, int]:
    request_log = RequestLog()
    credentials = Credentials.from_text("id", "s")
    async with ZuoraClient(base_url, credentials, request_log=request_log) as zuora:
        tenant = Tenant(zuora)
        tenant.hierarchy = make_hierarchy()
        journal = Journal(folder / "state.sqlite3", "bench", anchor=folder / "anchor")
        rows = (await tenant.read(ACTING)).rows(Direction.OUTBOUND)
        request_log.calls.clear()
        started = time.perf_counter()
        plan = await plan_operations(REQUEST, rows, tenant, journal)
        outcomes = await Executor(tenant, journal, "bench", request_log).run(plan)
        milliseconds = (time.perf_counter() - started) * 1000
        assert [operation.state for operation in outcomes] == [State.CONFIRMED] * REQUESTS
        return milliseconds, len(request_log.calls)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
