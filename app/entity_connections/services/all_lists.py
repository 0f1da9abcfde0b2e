"""Reads the lists of many entities, several at the same time, and not more than is useful."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field

from entity_connections.domain.errors import EndlessList, RateLimited, ZuoraError
from entity_connections.services.request_log import RequestLog
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tenant import Tenant

MAX_CONCURRENCY = 6
"""How many lists are read at the same time. The adapter sends 8 calls at once, so that two are
left for what the user does meanwhile."""
MAX_FAILURES = 3
"""After so many lists in a row that Zuora did not give, the next would fail, too."""
_LISTS_WITHOUT_PAUSE = 8
"""After so many lists other tasks have a turn: a fake tenant in this process answers at once."""

Report = Callable[[str, Snapshot | ZuoraError], bool | None]
"""Called with the id of each entity and its list, or why there is none; returns whether that is
enough, so that no further list is read."""


def list_readable_ids(tenant: Tenant) -> list[str]:
    """Return the ids of the entities whose lists the user may read, in the order of the tree."""
    return [entity.id for entity in tenant.hierarchy if tenant.can_act_in(entity.id)]


def list_stale_ids(tenant: Tenant, max_age: float) -> list[str]:
    """Return the ids of the entities whose lists are older than `max_age` seconds, or not known.

    The oldest list comes first.
    """
    now = tenant.steady()
    asked = {
        id_: snapshot.asked if (snapshot := tenant.cached(id_)) else -math.inf
        for id_ in list_readable_ids(tenant)
    }
    stale = [id_ for id_, moment in asked.items() if moment <= 0 or now - moment > max_age]
    return sorted(stale, key=asked.__getitem__)


async def read_lists(
    ids: Iterable[str],
    tenant: Tenant,
    request_log: RequestLog,
    report: Report = lambda *_: None,
) -> dict[str, Snapshot | ZuoraError]:
    """Return the list of each entity, or why it could not be read, in the order of `ids`.

    Those are left out that were not read because `report` has found enough.

    The first list is read alone: a server whose lists do not end is asked for no second one.
    After `MAX_FAILURES` failures in a row, refusals aside, no further list is asked for either:
    those that are left get an error that says so. While Zuora's limits delay a call,
    whoever made it, no new list is begun.
    """
    ids = list(ids)
    reader = _Reader(deque(ids), tenant, request_log, report)
    await reader.read_next()
    async with asyncio.TaskGroup() as group:
        for _ in range(MAX_CONCURRENCY):
            group.create_task(reader.read_rest())
    if reader.stop:
        for id_ in ids:
            if id_ not in reader.lists:
                reader.add(id_, reader.stop)
    return {id_: reader.lists[id_] for id_ in ids if id_ in reader.lists}


@dataclass
class _Reader:
    """Reads the lists of a queue.

    Attributes:
        lists: what has become of each list so far.
        failures: how many lists in a row were not read.
        stop: why no further list is read, if so.
    """

    queue: deque[str]
    tenant: Tenant
    request_log: RequestLog
    report: Report
    lists: dict[str, Snapshot | ZuoraError] = field(default_factory=dict)
    failures: int = 0
    stop: ZuoraError | None = None

    def add(self, id_: str, result: Snapshot | ZuoraError) -> None:
        self.lists[id_] = result
        if self.report(id_, result):
            self.queue.clear()

    async def read_rest(self) -> None:
        while self.queue and not self.stop:
            if not await self.request_log.wait_for_limits():
                self.stop = RateLimited("You gave up waiting: it was not read.")
            await self.read_next()
            if len(self.lists) % _LISTS_WITHOUT_PAUSE == 0:
                await asyncio.sleep(0)

    async def read_next(self) -> None:
        if not self.queue or self.stop:
            return
        id_ = self.queue.popleft()
        try:
            self.add(id_, await self.tenant.read(id_))
            self.failures = 0
        except ZuoraError as error:
            self.failures += not error.is_refusal
            if self.failures >= MAX_FAILURES or (isinstance(error, EndlessList) and not self.lists):
                self.stop = copy(error)
                self.stop.sentence = f"Not read, because of this before: {error.sentence}"
                self.stop.request_id = ""
            self.add(id_, error)
