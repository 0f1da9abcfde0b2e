"""The desk: what stays where it is, and what is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from time import monotonic

import pytest
import pytest_asyncio
from entity_connections.domain.actions import Action
from entity_connections.domain.clock import now
from entity_connections.domain.connections import CONNECTED, PENDING, Connection, Direction
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.row_order import SortColumn as Sorting
from entity_connections.services.operations.execute import record_intent
from entity_connections.services.operations.operation import Order, Outcome, Result
from entity_connections.services.operations.recover import conclude
from entity_connections.services.operations.resolve import LATE
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import Progress, ScreenState
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession

from tests.acme import AMERICAS, CANADA, CORPORATION, EUROPE, JAPAN, US, client, open_acme
from tests.domain.world import GLOBAL, NORTH, connection

pytestmark = pytest.mark.asyncio
IN = Direction.INBOUND
NO_TIME = timedelta(0)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[ScreenState]:
    fake = open_acme()
    tenant = Tenant(client(fake))
    acting = await tenant.open(CORPORATION)
    desk = ScreenState(
        UserSession(tenant, "alice@acme.example", None, lambda _: None, RequestLog()), acting
    )
    desk.take(await tenant.read(acting))
    yield desk
    fake.close()


async def test_the_inbound_count_is_what_waits_for_the_acting_entity(desk: ScreenState) -> None:
    assert desk.waiting == 2


async def test_filter_and_order_leave_the_cursor_on_its_record(desk: ScreenState) -> None:
    desk.move_to(CANADA)
    desk.tab.sort_by(Sorting.STATUS)
    assert desk.cursor == CANADA
    desk.narrow("europe")
    assert CANADA not in [row.key for row in desk.shown()]
    assert desk.why_moved
    desk.narrow("")
    assert (desk.cursor, desk.why_moved) == (CANADA, "")


async def test_another_entity_starts_afresh_and_is_remembered(desk: ScreenState) -> None:
    desk.narrow("x")
    desk.act_in(EUROPE)
    desk.act_in(AMERICAS)
    desk.act_in(EUROPE)
    assert desk.recent == [AMERICAS, EUROPE, CORPORATION]
    assert (desk.tab.needle, desk.cursor, desk.view) == ("", None, None)


async def test_what_was_seen_of_an_entity_is_shown_until_it_is_read_again(
    desk: ScreenState,
) -> None:
    before = desk.view
    desk.act_in(EUROPE)
    desk.act_in(CORPORATION)
    assert desk.view is before


async def test_the_other_side_shows_the_same_pair(desk: ScreenState) -> None:
    desk.to_tab(IN)
    row = desk.find(JAPAN)
    assert row is not None
    desk.other_side(row)
    assert (desk.acting_id, desk.direction) == (JAPAN, Direction.OUTBOUND)
    desk.take(await desk.access.tenant.read(JAPAN))
    assert desk.cursor == CORPORATION


async def test_g_comes_back_to_a_row_that_the_filter_would_hide_by_now(desk: ScreenState) -> None:
    desk.narrow("pending")
    assert [row.key for row in desk.shown()] == [CANADA]
    row = desk.find(CANADA)
    assert row is not None
    assert row.connection is not None
    desk.move_to(CANADA)
    desk.other_side(row)
    assert desk.can_go_back
    await desk.access.tenant.zuora.accept(CANADA, row.connection.id)
    desk.go_back()
    desk.take(await desk.access.tenant.read(CORPORATION))
    assert (desk.tab.needle, [row.status for row in desk.shown()]) == ("pending", [CONNECTED])
    assert (desk.cursor, desk.why_moved) == (CANADA, "")


async def test_a_row_that_is_acted_on_moves_only_with_an_order_that_is_asked_for(
    desk: ScreenState,
) -> None:
    desk.move_to(US)
    desk.tab.sort_by(Sorting.STATUS)
    row = desk.find(US)
    assert row is not None
    keys = [row.key for row in desk.shown()]
    order = Order.on(Action.REQUEST, row)
    desk.started(order)
    await desk.access.tenant.zuora.request_connection(CORPORATION, US, order.key)
    desk.take(await desk.access.tenant.read(CORPORATION))
    assert [row.key for row in desk.shown()] == keys
    desk.tab.sort_by(Sorting.STATUS)
    desk.tab.sort_by(Sorting.STATUS)
    desk.tab.sort_by(Sorting.STATUS)
    in_order = [row.key for row in desk.shown()]
    assert in_order.index(US) < keys.index(US), "Pending comes first"
    await desk.access.tenant.zuora.disconnect(CORPORATION, "8a808255575bdae401576a914a140420")
    view = await desk.access.tenant.read(CORPORATION)
    left = tuple(
        record for record in view.connections if (record.source_id, record.target_id) != order.ends
    )
    desk.take(view._replace(connections=left))
    assert [row.key for row in desk.shown()].index(US) == in_order.index(US)


async def test_the_cursor_goes_to_a_neighbour_of_the_row_that_is_gone(desk: ScreenState) -> None:
    desk.to_tab(IN)
    keys = [row.key for row in desk.shown()]
    desk.move_to(keys[1])
    view = desk.view
    assert view is not None
    for gone, neighbour in (({1}, keys[2]), ({1, 2, 3}, keys[0])):
        ids = {keys[at] for at in gone}
        left = tuple(record for record in view.connections if record.source_id not in ids)
        desk.take(view._replace(connections=left))
        assert (desk.cursor, bool(desk.why_moved)) == (neighbour, True)
    desk.take(view)
    assert (desk.cursor, desk.why_moved) == (keys[1], ""), "it is the same record again"


async def test_an_older_view_never_replaces_a_newer_one(desk: ScreenState) -> None:
    tenant = desk.access.tenant
    older, newer = await tenant.read(CORPORATION), await tenant.read(CORPORATION)
    desk.take(newer)
    desk.take(older)
    assert desk.view is newer


async def test_a_list_asked_for_before_another_is_older_however_late_it_comes() -> None:
    late = asyncio.Event()
    calls: list[str] = []

    class Slow:
        async def list_connections(self, acting_id: str) -> ListResult[Connection]:
            calls.append(acting_id)
            if len(calls) == 1:
                await late.wait()
                return ListResult(())
            return ListResult((connection(GLOBAL, NORTH, PENDING),))

    tenant = Tenant(Slow())  # type: ignore[arg-type]
    first = asyncio.create_task(tenant.read(GLOBAL.id))
    await asyncio.sleep(0)
    newer = await tenant.read(GLOBAL.id)
    late.set()
    assert (await first).read_at < newer.read_at
    assert tenant.seen(GLOBAL.id) is newer


def sent(desk: ScreenState, action: Action, title: str, kept: Journal) -> Outcome:
    """Send an order whose answer is lost."""
    row = next(row for row in desk.rows() if row.counterpart.title == title)
    order = Order.on(action, row)
    desk.started(order)
    assert desk.progress(row) is Progress.SENDING
    entry = record_intent(kept, order, "alice", "t")
    entry = entry._replace(outcome="unknown", concluded_at=kept.clock())
    left = desk.access.tenant.steady()
    outcome = Outcome(order, Result.UNKNOWN, "lost", view=desk.view, entry=entry, sent=left)
    desk.finished(outcome)
    return outcome


async def test_an_unknown_outcome_is_unknown_until_a_list_of_its_entity_tells(
    desk: ScreenState,
) -> None:
    tenant, kept = desk.access.tenant, Journal(None, "acme")
    order = sent(desk, Action.REQUEST, "Acme-US", kept).order
    for entity in (CORPORATION, EUROPE):
        desk.take(await tenant.read(entity))
        assert desk.progress(order.row) is Progress.UNKNOWN
        assert desk.settled() == []
    await tenant.zuora.request_connection(CORPORATION, order.row.key, order.key)
    desk.take(await tenant.read(CORPORATION))
    assert desk.progress(order.row) is None
    (settled,) = desk.settled()
    assert (settled.result, settled.order) == (Result.CONFIRMED, order)
    assert desk.settled() == []
    await conclude(kept, [settled])
    assert kept.read_entries()[0].outcome == "confirmed"


async def test_what_no_list_shows_has_not_happened_once_it_is_late(desk: ScreenState) -> None:
    tenant = desk.access.tenant
    order = sent(desk, Action.REQUEST, "Acme-US", Journal(None, "acme")).order
    tenant.clock = lambda: now() + LATE
    tenant.steady = lambda: monotonic() + LATE.total_seconds()
    desk.take(await tenant.read(CORPORATION))
    (settled,) = desk.settled()
    assert settled.result is Result.NOT_DONE
    assert settled.sentence == (
        "Request Connection did not happen: the list shows no connection for "
        "Acme Corporation → Acme-US."
    )
    assert desk.progress(order.row) is None


async def test_the_list_of_another_entity_settles_nothing(desk: ScreenState) -> None:
    order = sent(desk, Action.DISCONNECT, "Acme-Europe", Journal(None, "acme")).order
    desk.act_in(JAPAN)
    desk.take(await desk.access.tenant.read(JAPAN))
    assert desk.settled() == [], "that it is not in there does not mean that it has ended"
    assert desk.progress(order.row) is Progress.UNKNOWN


async def test_a_clock_that_is_set_forward_makes_nothing_late(desk: ScreenState) -> None:
    tenant = desk.access.tenant
    order = sent(desk, Action.REQUEST, "Acme-US", Journal(None, "acme")).order
    for by_day, by_steady in ((LATE, NO_TIME), (NO_TIME, LATE), (LATE, LATE)):
        tenant.clock = partial(lambda time: now() + time, by_day)
        tenant.steady = partial(lambda time: monotonic() + time.total_seconds(), by_steady)
        desk.take(await tenant.read(CORPORATION))
        late = by_day is by_steady is LATE
        assert desk.progress(order.row) is (None if late else Progress.UNKNOWN)


async def test_a_list_that_is_older_than_the_write_says_nothing_of_it(desk: ScreenState) -> None:
    before = await desk.access.tenant.read(CORPORATION)
    order = sent(desk, Action.DISCONNECT, "Acme-Europe", Journal(None, "acme")).order
    left = tuple(one for one in before.connections if one.id != order.connection_id)
    for asked in (before.asked, 0.0):
        desk.take(before._replace(connections=left, asked=asked))
        assert desk.progress(order.row) is Progress.UNKNOWN
    desk.take(before._replace(connections=left, asked=desk.access.tenant.steady()))
    assert desk.progress(order.row) is None


async def test_both_sides_see_what_is_under_way_and_either_list_tells(desk: ScreenState) -> None:
    tenant = desk.access.tenant
    order = sent(desk, Action.REQUEST, "Acme-US", Journal(None, "acme")).order
    assert desk.to_look_up() == []
    desk.act_in(EUROPE)
    assert desk.to_look_up() == [CORPORATION]
    desk.act_in(US)
    assert desk.to_look_up() == [], "its own list tells"
    await tenant.zuora.request_connection(CORPORATION, US, order.key)
    view = await tenant.read(US)
    row = view.row(IN, CORPORATION)
    assert row is not None
    assert desk.progress(row) is Progress.UNKNOWN
    desk.take(view)
    assert desk.progress(row) is None
    assert [one.result for one in desk.settled()] == [Result.CONFIRMED]


async def test_an_unknown_request_asked_for_again_keeps_both_lines_open(desk: ScreenState) -> None:
    kept = Journal(None, "acme")
    first = sent(desk, Action.REQUEST, "Acme-US", kept)
    second = sent(desk, Action.REQUEST, "Acme-US", kept)
    await desk.access.tenant.zuora.request_connection(CORPORATION, US, first.order.key)
    desk.take(await desk.access.tenant.read(CORPORATION))
    assert [one.entry for one in desk.settled()] == [first.entry, second.entry]


async def test_what_an_earlier_program_left_unknown_is_taken_up(desk: ScreenState) -> None:
    kept = Journal(None, "acme")
    before = sent(desk, Action.REQUEST, "Acme-US", kept)
    entry = kept.read_entries()[0]
    another = ScreenState(desk.access, CORPORATION, desk.view)
    another.restore([Outcome(Order.again(entry), Result.UNKNOWN, "lost", entry=entry)])
    assert another.progress(before.order.row) is Progress.UNKNOWN


async def test_a_view_of_another_entity_is_ignored(desk: ScreenState) -> None:
    before = desk.view
    desk.take(await desk.access.tenant.read(EUROPE))
    assert desk.view is before


async def test_waiting_requests_are_known_from_the_lists_read(desk: ScreenState) -> None:
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
