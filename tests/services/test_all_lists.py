"""The lists of many entities: read together, and not asked for where that is useless."""

import asyncio

import pytest_asyncio
from entity_connections.domain.errors import EndlessList, RateLimited, ZuoraError
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.all_lists import (
    MAX_CONCURRENCY,
    MAX_FAILURES,
    list_readable_ids,
    list_stale_ids,
    read_lists,
)
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tenant import Tenant

from tests.acme import CORPORATION, JAPAN, client, open_acme

ACCESSIBLE = 11


class FakeLists:
    """A fake tenant as alice sees it, its calls, and what was reported of its lists."""

    def __init__(self, fake: FakeTenant) -> None:
        self.fake = fake
        self.log = RequestLog()
        self.tenant = Tenant(client(fake, request_log=self.log))
        self.reported: list[str] = []
        self.first_report = asyncio.Event()

    async def read(self) -> dict[str, Snapshot | ZuoraError]:
        ids = list_readable_ids(self.tenant)
        return await read_lists(ids, self.tenant, self.log, self._report)

    def _report(self, id_: str, _: Snapshot | ZuoraError) -> None:
        self.reported.append(id_)
        self.first_report.set()

    @property
    def calls(self) -> int:
        return sum("/entity-connections" in call.path for call in self.log.calls)


@pytest_asyncio.fixture
async def acme() -> FakeLists:
    lists = FakeLists(open_acme())
    await lists.tenant.read_entities()
    return lists


def errors_of(lists: dict[str, Snapshot | ZuoraError]) -> list[ZuoraError]:
    return [found for found in lists.values() if isinstance(found, ZuoraError)]


async def test_every_list_is_read_once_and_reported(acme: FakeLists) -> None:
    lists = await acme.read()
    assert (len(lists), errors_of(lists)) == (ACCESSIBLE, [])
    assert acme.calls == ACCESSIBLE
    assert sorted(acme.reported) == sorted(lists)
    assert next(iter(lists)) == CORPORATION


async def test_a_key_has_its_turn_before_all_lists_are_read() -> None:
    """Also where a fake tenant in this process answers at once."""
    lists = FakeLists(open_acme("global-500"))
    await lists.tenant.read_entities()
    reading = asyncio.create_task(lists.read())
    await lists.first_report.wait()
    await asyncio.sleep(0)
    assert len(lists.reported) < 100
    assert len(await reading) > 400


async def test_a_server_whose_lists_do_not_end_is_asked_for_one(acme: FakeLists) -> None:
    acme.fake.faults.on("endless-pages=200")
    lists = await acme.read()
    assert {type(error) for error in lists.values()} == {EndlessList}
    assert len(acme.reported) == len(lists) == ACCESSIBLE
    assert {call.acting_id for call in acme.log.calls} == {"", CORPORATION}


async def test_after_some_failures_in_a_row_no_more_is_asked(acme: FakeLists) -> None:
    acme.fake.faults.on("gateway-page=503,calls=connections")
    lists = await acme.read()
    assert len(errors_of(lists)) == ACCESSIBLE
    assert acme.calls < MAX_FAILURES + MAX_CONCURRENCY


async def test_lists_that_are_refused_leave_the_others(acme: FakeLists) -> None:
    acme.fake.faults.on("refusal=40,calls=connections,times=10")
    lists = await acme.read()
    assert len(errors_of(lists)) == 10
    assert acme.calls == ACCESSIBLE


async def test_no_list_is_begun_while_the_limits_delay_any_call(acme: FakeLists) -> None:
    """As when an accept is delayed: the limits are the tenant's."""
    until = asyncio.get_running_loop().time() + 60
    accept = asyncio.create_task(acme.log.wait(RetryDelay("rate limited", until, limited=True)))
    reading = asyncio.create_task(acme.read())
    async with asyncio.timeout(10):
        await acme.first_report.wait()
        await asyncio.sleep(0)
    acme.log.cancel_delays()
    errors = errors_of(await reading)
    assert {type(error) for error in errors} == {RateLimited}
    assert (len(errors), await accept, acme.calls) == (ACCESSIBLE - 1, False, 1)


async def test_the_oldest_lists_are_stale_first(acme: FakeLists) -> None:
    time = acme.tenant.steady()
    acme.tenant.steady = lambda: time
    await acme.tenant.read(JAPAN)
    time += 20
    await acme.tenant.read(CORPORATION)
    time += 20
    unread = set(list_readable_ids(acme.tenant)) - {JAPAN, CORPORATION}
    stale = list_stale_ids(acme.tenant, 30)
    assert (set(stale[:-1]), stale[-1]) == (unread, JAPAN)
    assert list_stale_ids(acme.tenant, 10)[-2:] == [JAPAN, CORPORATION]
