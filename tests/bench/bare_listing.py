"""The floor of `listing`: the same pages by httpx alone, and nothing made of them."""

import asyncio
import json
import sys
import time
from statistics import median

import httpx

RUNS = 5


async def main(base_url: str) -> None:
    """Fetch the pages, once to warm up and then for the record."""
    times = []
    async with httpx.AsyncClient(base_url=base_url) as http:
        for _ in range(RUNS + 1):
            started, url, count = time.perf_counter(), "/v1/entity-connections?pageSize=300", 0
            while url:
                page = json.loads((await http.get(url)).content)
                count += len(page["entityConnections"])
                url = page.get("nextPage", "")
            times.append((time.perf_counter() - started) * 1000)
            assert count == 10_000
    print(median(times[1:]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
