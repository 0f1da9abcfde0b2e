"""The desk: what stays where it is, and what is forgotten."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.domain.actions import Action
from app.domain.connections import PENDING, Connection, Direction
from app.domain.listing import Order
from app.domain.records import Records
from app.services.desk import Desk, Progress
from app.services.target import Access
from app.services.tenant import Tenant
from app.services.traffic import Traffic
from app.services.writes import Outcome, Result
from tests.acme import AMERICAS, CANADA, CORPORATION, EUROPE, JAPAN, client, open_acme
from tests.domain.world import GLOBAL, NORTH, connection

pytestmark = pytest.mark.asyncio
IN = Direction.INBOUND


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    fake = open_acme()
    tenant = Tenant(client(fake))
    acting = await tenant.open(CORPORATION)
    desk = Desk(Access(tenant, "alice@acme.example", None, lambda _: None, Traffic()), acting)
    desk.take(await tenant.read(acting))
    yield desk
    fake.close()


async def test_the_inbound_count_is_what_waits_for_the_acting_entity(desk: Desk) -> None:
    assert desk.waiting == 2


async def test_filter_and_order_leave_the_cursor_on_its_record(desk: Desk) -> None:
    desk.tab.cursor = CANADA
    desk.tab.order, desk.tab.reverse = Order.STATUS, True
    desk.tab.needle = "europe"
    assert CANADA not in [row.key for row in desk.shown()]
    row = desk.find(desk.tab.cursor)
    assert row is not None
    assert row.key == CANADA


async def test_another_entity_starts_afresh_and_is_remembered(desk: Desk) -> None:
    desk.tab.needle = "x"
    desk.act_in(EUROPE)
    desk.act_in(AMERICAS)
    desk.act_in(EUROPE)
    assert desk.recent == [AMERICAS, EUROPE, CORPORATION]
    assert (desk.tab.needle, desk.tab.cursor, desk.view) == ("", None, None)


async def test_what_was_seen_of_an_entity_is_shown_until_it_is_read_again(desk: Desk) -> None:
    before = desk.view
    desk.act_in(EUROPE)
    desk.act_in(CORPORATION)
    assert desk.view is before


async def test_the_other_side_shows_the_same_pair(desk: Desk) -> None:
    desk.direction = IN
    row = desk.find(JAPAN)
    assert row is not None
    desk.other_side(row)
    assert (desk.acting_id, desk.direction) == (JAPAN, Direction.OUTBOUND)
    assert desk.tab.cursor == CORPORATION


async def test_an_older_view_never_replaces_a_newer_one(desk: Desk) -> None:
    tenant = desk.access.tenant
    older, newer = await tenant.read(CORPORATION), await tenant.read(CORPORATION)
    desk.take(newer)
    desk.take(older)
    assert desk.view is newer


async def test_a_list_asked_for_before_another_is_older_however_late_it_comes() -> None:
    late = asyncio.Event()
    calls: list[str] = []

    class Slow:
        async def list_connections(self, acting_id: str) -> Records[Connection]:
            calls.append(acting_id)
            if len(calls) == 1:
                await late.wait()
                return Records(())
            return Records((connection(GLOBAL, NORTH, PENDING),))

    tenant = Tenant(Slow())  # type: ignore[arg-type]
    first = asyncio.create_task(tenant.read(GLOBAL.id))
    await asyncio.sleep(0)
    newer = await tenant.read(GLOBAL.id)
    late.set()
    assert (await first).read_at < newer.read_at
    assert tenant.seen(GLOBAL.id) is newer


async def test_an_unknown_request_is_asked_for_again_under_its_key(desk: Desk) -> None:
    row = next(row for row in desk.rows() if row.counterpart.title == "Acme-US")
    order = desk.order(Action.REQUEST, row)
    desk.started(order)
    desk.finished(Outcome(order, Result.UNKNOWN, "lost", view=desk.view))
    assert desk.progress(row) is Progress.UNKNOWN
    desk.take(await desk.access.tenant.read(EUROPE))
    assert desk.progress(row) is Progress.UNKNOWN, "another entity's list tells nothing"
    desk.take(await desk.access.tenant.read(CORPORATION))
    assert desk.progress(row) is None
    assert desk.order(Action.REQUEST, row).key == order.key
    await desk.access.tenant.zuora.request_connection(CORPORATION, row.key, order.key)
    desk.take(await desk.access.tenant.read(CORPORATION))
    assert desk.order(Action.REQUEST, row).key != order.key


async def test_a_view_of_another_entity_is_ignored(desk: Desk) -> None:
    before = desk.view
    desk.take(await desk.access.tenant.read(EUROPE))
    assert desk.view is before


async def test_waiting_requests_are_known_from_the_lists_read(desk: Desk) -> None:
    tenant = desk.access.tenant
    assert tenant.waiting() == {CORPORATION: 2, CANADA: 1}
    await tenant.read(EUROPE)
    assert tenant.waiting()[EUROPE] == 1


async def test_a_request_that_is_gone_waits_no_more() -> None:
    fake = open_acme("denied-removed")
    zuora = client(fake)
    tenant = Tenant(zuora)
    await tenant.open(CORPORATION)
    await tenant.read(CORPORATION)
    await zuora.deny(CORPORATION, "8a8082555b3c70de015b44a61f0a2b09")
    await tenant.read(CORPORATION)
    assert tenant.waiting()[CORPORATION] == 1
    fake.close()


async def test_where_one_starts() -> None:
    fake = open_acme()
    assert await Tenant(client(fake, "alice")).open(CORPORATION) == CORPORATION
    assert await Tenant(client(fake, "bruno")).open(CORPORATION) == EUROPE
    assert await Tenant(client(fake, "alice")).open() == CORPORATION
    fake.close()
