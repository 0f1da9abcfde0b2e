"""The floor of `bulk`: the same calls by httpx alone, eight at a time, and nothing recorded."""

import asyncio
import json
import sys
import time
import uuid

import httpx

from tests.bench.bulk import REQUESTS, make_hierarchy
from tests.bench.pages import ACTING

PATH = "/v1/entity-connections"


async def main(base_url: str) -> None:
    """Carry out the run, once to warm up and then for the record; print ms."""
    async with httpx.AsyncClient(base_url=base_url, limits=httpx.Limits(max_connections=8)) as http:
        form = {"client_id": "id", "client_secret": "s", "grant_type": "client_credentials"}
        for _ in range(2):
            token = json.loads((await http.post("/oauth/token", data=form)).content)
            http.headers["Authorization"] = f"Bearer {token['access_token']}"
            http.headers["Zuora-Entity-Ids"] = ACTING
            started = time.perf_counter()
            await _request_all(http)
            milliseconds = (time.perf_counter() - started) * 1000
    print(milliseconds)


async def _request_all(http: httpx.AsyncClient) -> None:
    """Read the list, request, and read it again."""
    targets = [entity.id for entity in make_hierarchy()][1:]

    async def request_waiting() -> None:
        while targets:
            body = {"targetEntityId": targets.pop()}
            headers = {"Idempotency-Key": str(uuid.uuid4()), "Zuora-Track-Id": str(uuid.uuid4())}
            answer = await http.post(PATH, json=body, headers=headers)
            assert json.loads(answer.content)["success"]

    await _list(http)
    await asyncio.gather(*(request_waiting() for _ in range(8)))
    assert len(await _list(http)) == REQUESTS


async def _list(http: httpx.AsyncClient) -> list[object]:
    answer = await http.get(PATH, params={"pageSize": "300"})
    listed: list[object] = json.loads(answer.content)["entityConnections"]
    return listed


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
