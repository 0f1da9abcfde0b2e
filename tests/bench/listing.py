"""Lists 10,000 connections by the adapter, and prints the median of five times, in ms."""

import asyncio
import gc
import sys
import time
from statistics import median

from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

from tests.bench.pages import ACTING, CONNECTIONS

RUNS = 5


async def main(base_url: str) -> None:
    """List them, once to warm up and then for the record."""
    gc.freeze()  # as the program does once everything is loaded
    times = []
    async with ZuoraClient(base_url, Credentials.from_text("id", "s")) as zuora:
        for _ in range(RUNS + 1):
            started = time.perf_counter()
            found = await zuora.list_connections(ACTING)
            times.append((time.perf_counter() - started) * 1000)
            assert len(found.items) == CONNECTIONS
    print(median(times[1:]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
