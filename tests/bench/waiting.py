"""What waits in a tenant of 512 entities, against the same calls by httpx alone, in process.

The processor time counts, because nothing is waited for; both sides take turns in a process of
their own, which prints the median of each in ms.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

import httpx
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.fake.tenant import open_tenant
from entity_connections.services.all_lists import MAX_CONCURRENCY, list_readable_ids, read_lists
from entity_connections.services.request_log import RequestLog
from entity_connections.services.tenant import Tenant
from entity_connections.services.waiting import find_waiting
from entity_connections.services.workspace import UserSession
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.in_process import InProcessTransport

from tests.bench.figures import Budget, Figure
from tests.bench.programs import Contest


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time to find what waits, once the entities are known."""
    if contest.with_itself:
        return
    command = [sys.executable, "-m", "tests.bench.waiting", str(contest.runs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ours, floor = map(float, done.stdout.split())
    yield Figure("what waits, 512 entities", "ms", ours, Budget(1.3, "times"), floor)


async def _find_waiting(fake: FakeTenant) -> tuple[float, list[str]]:
    """Return the time in ms, and the ids of the entities whose lists were read."""
    log = RequestLog()
    user = fake.users[0]
    credentials = Credentials.from_text(user.client_id, user.client_secret)
    async with ZuoraClient.in_process(fake.asgi, credentials, request_log=log) as zuora:
        tenant = Tenant(zuora)
        await tenant.read_entities()
        ids = list_readable_ids(tenant)
        gc.collect()
        started = time.process_time()
        await read_lists(ids, tenant, log)
        found = find_waiting(UserSession(tenant, user.name, None, lambda _: None, log))
        elapsed = time.process_time() - started
        assert found.for_me
        return elapsed * 1000, ids


async def _call_bare(fake: FakeTenant, ids: Sequence[str]) -> float:
    """Return the time in ms of the calls that read the same lists."""
    user = fake.users[0]
    transport = InProcessTransport(fake.asgi)
    async with httpx.AsyncClient(base_url="http://localhost", transport=transport) as http:
        form = {"client_id": user.client_id, "client_secret": user.client_secret}
        form["grant_type"] = "client_credentials"
        token = (await http.post("/oauth/token", data=form)).json()["access_token"]
        queue = iter(ids)

        async def read_lists() -> None:
            for id_ in queue:
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Zuora-Entity-Ids": hyphenate_id(id_),
                }
                url = "/v1/entity-connections?pageSize=300"
                while url:
                    page = json.loads((await http.get(url, headers=headers)).content)
                    url = page.get("nextPage", "")

        gc.collect()
        started = time.process_time()
        await asyncio.gather(*(read_lists() for _ in range(MAX_CONCURRENCY)))
        return (time.process_time() - started) * 1000


def main(runs: str) -> None:
    """Print our median and that of the bare calls, after a round to warm up."""
    fake = open_tenant("global-500")
    gc.freeze()
    times = []
    for _ in range(int(runs) + 1):
        ours, ids = asyncio.run(_find_waiting(fake))
        times.append((ours, asyncio.run(_call_bare(fake, ids))))
    print(*map(median, zip(*times[1:], strict=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
