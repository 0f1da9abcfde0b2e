"""The adapter and the one-shot commands, against httpx alone on the same loopback server."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

import httpx

from app.zuora.client import ZuoraClient
from app.zuora.token import credentials
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
    with serving() as base_url:
        ours, floor = asyncio.run(_listed(base_url, contest.runs))
    yield Figure("10,000 connections", "ms", ours, Budget(1.2, "times"), floor)


async def _listed(base_url: str, runs: int) -> tuple[float, float]:
    ours, floor = [], []
    known_by = credentials("id", "s")
    async with (
        ZuoraClient.over_internet(base_url, known_by) as zuora,
        httpx.AsyncClient(base_url=base_url) as http,
    ):
        for _ in range(runs + 1):
            started = time.perf_counter()
            found = await zuora.list_connections(ACTING)
            ours.append((time.perf_counter() - started) * 1000)
            assert len(found.found) == 10_000
            started = time.perf_counter()
            assert await _fetched(http) == 10_000
            floor.append((time.perf_counter() - started) * 1000)
    return median(ours[1:]), median(floor[1:])


async def _fetched(http: httpx.AsyncClient) -> int:
    url, count = "/v1/entity-connections?pageSize=300", 0
    while url:
        page = json.loads((await http.get(url)).content)
        count += len(page["entityConnections"])
        url = page.get("nextPage", "")
    return count


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
