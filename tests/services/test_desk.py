"""The desk: what stays where it is, and what is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import monotonic

import pytest
import pytest_asyncio
from entity_connections.domain.actions import DISCONNECT, REQUEST, Action
from entity_connections.domain.clock import now
from entity_connections.domain.connections import CONNECTED, PENDING, Connection, Direction
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.row_order import SortColumn as Sorting
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.operations.recovery import record_resolved
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import Progress, ScreenState
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession

from tests.acme import AMERICAS, CANADA, CORPORATION, EUROPE, JAPAN, US, client, open_acme
from tests.domain.world import GLOBAL, NORTH, connection
from tests.services.journals import intend

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
    desk.apply(await tenant.read(acting))
    yield desk
    fake.close()


async def test_the_inbound_count_is_what_waits_for_the_acting_entity(desk: ScreenState) -> None:
    assert desk.waiting_count == 2


async def test_every_change_is_announced(desk: ScreenState) -> None:
    row, snapshot = desk.find(US), desk.snapshot
    assert row is not None
    assert snapshot is not None
    operation = Operation.plan(REQUEST, row)
    changes: list[Callable[[], None]] = [
        lambda: desk.set_filter("acme"),
        lambda: desk.sort_next([Sorting.STATUS]),
        lambda: desk.sort_by(Sorting.COUNTERPART),
        lambda: desk.start_operation(operation),
        lambda: desk.finish_operation(operation.with_state(State.REFUSED, "")),
        lambda: desk.fail(Unreachable("No connection.")),
        lambda: desk.apply(snapshot),
        lambda: desk.other_side(row),
        desk.go_back,
        lambda: desk.to_tab(IN),
        lambda: desk.act_in(EUROPE),
    ]
    count = 0

    def listen() -> None:
        nonlocal count
        count += 1

    desk.on_change = listen
    for number, change in enumerate(changes, 1):
        change()
        assert count == number
    desk.move_to(US)
    assert count == len(changes), "the rows are the same"


async def test_filter_and_order_leave_the_cursor_on_its_record(desk: ScreenState) -> None:
    desk.move_to(CANADA)
    desk.tab.sort_by(Sorting.STATUS)
    assert desk.cursor == CANADA
    desk.set_filter("europe")
    assert CANADA not in [row.key for row in desk.visible_rows()]
    assert desk.moved_reason
    desk.set_filter("")
    assert (desk.cursor, desk.moved_reason) == (CANADA, "")


async def test_another_entity_starts_afresh_and_is_remembered(desk: ScreenState) -> None:
    desk.set_filter("x")
    desk.act_in(EUROPE)
    desk.act_in(AMERICAS)
    desk.act_in(EUROPE)
    assert desk.recent == [AMERICAS, EUROPE, CORPORATION]
    assert (desk.tab.filter_text, desk.cursor, desk.snapshot) == ("", None, None)


async def test_what_was_seen_of_an_entity_is_shown_until_it_is_read_again(
    desk: ScreenState,
) -> None:
    before = desk.snapshot
    desk.act_in(EUROPE)
    desk.act_in(CORPORATION)
    assert desk.snapshot is before


async def test_the_other_side_shows_the_same_pair(desk: ScreenState) -> None:
    desk.to_tab(IN)
    row = desk.find(JAPAN)
    assert row is not None
    desk.other_side(row)
    assert (desk.acting_id, desk.direction) == (JAPAN, Direction.OUTBOUND)
    desk.apply(await desk.session.tenant.read(JAPAN))
    assert desk.cursor == CORPORATION


async def test_g_comes_back_to_a_row_that_the_filter_would_hide_by_now(desk: ScreenState) -> None:
    desk.set_filter("pending")
    assert [row.key for row in desk.visible_rows()] == [CANADA]
    row = desk.find(CANADA)
    assert row is not None
    assert row.connection is not None
    desk.move_to(CANADA)
    desk.other_side(row)
    assert desk.can_go_back
    await desk.session.tenant.zuora.accept(CANADA, row.connection.id)
    desk.go_back()
    desk.apply(await desk.session.tenant.read(CORPORATION))
    assert (desk.tab.filter_text, [row.status for row in desk.visible_rows()]) == (
        "pending",
        [CONNECTED],
    )
    assert (desk.cursor, desk.moved_reason) == (CANADA, "")


async def test_a_row_that_is_acted_on_moves_only_with_an_order_that_is_asked_for(
    desk: ScreenState,
) -> None:
    desk.move_to(US)
    desk.tab.sort_by(Sorting.STATUS)
    row = desk.find(US)
    assert row is not None
    keys = [row.key for row in desk.visible_rows()]
    order = Operation.plan(REQUEST, row)
    desk.start_operation(order)
    await desk.session.tenant.zuora.request_connection(CORPORATION, US, order.key)
    desk.apply(await desk.session.tenant.read(CORPORATION))
    assert [row.key for row in desk.visible_rows()] == keys
    desk.tab.sort_by(Sorting.STATUS)
    desk.tab.sort_by(Sorting.STATUS)
    desk.tab.sort_by(Sorting.STATUS)
    in_order = [row.key for row in desk.visible_rows()]
    assert in_order.index(US) < keys.index(US), "Pending comes first"
    await desk.session.tenant.zuora.disconnect(CORPORATION, "8a808255575bdae401576a914a140420")
    view = await desk.session.tenant.read(CORPORATION)
    left = tuple(
        record for record in view.connections if (record.source_id, record.target_id) != order.ends
    )
    desk.apply(view._replace(connections=left))
    assert [row.key for row in desk.visible_rows()].index(US) == in_order.index(US)


async def test_the_cursor_goes_to_a_neighbour_of_the_row_that_is_gone(desk: ScreenState) -> None:
    desk.to_tab(IN)
    keys = [row.key for row in desk.visible_rows()]
    desk.move_to(keys[1])
    view = desk.snapshot
    assert view is not None
    for gone, neighbour in (({1}, keys[2]), ({1, 2, 3}, keys[0])):
        ids = {keys[at] for at in gone}
        left = tuple(record for record in view.connections if record.source_id not in ids)
        desk.apply(view._replace(connections=left))
        assert (desk.cursor, bool(desk.moved_reason)) == (neighbour, True)
    desk.apply(view)
    assert (desk.cursor, desk.moved_reason) == (keys[1], ""), "it is the same record again"


async def test_an_older_view_never_replaces_a_newer_one(desk: ScreenState) -> None:
    tenant = desk.session.tenant
    older, newer = await tenant.read(CORPORATION), await tenant.read(CORPORATION)
    desk.apply(newer)
    desk.apply(older)
    assert desk.snapshot is newer


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
    assert tenant.cached(GLOBAL.id) is newer


def sent(desk: ScreenState, action: Action, title: str, kept: Journal) -> Operation:
    """Send an order whose answer is lost."""
    row = next(row for row in desk.rows() if row.counterpart.title == title)
    order = Operation.plan(action, row)
    desk.start_operation(order)
    assert desk.progress(row) is Progress.SENDING
    entry = intend(kept, order)
    entry = entry._replace(outcome="unknown", concluded_at=kept.clock())
    outcome = replace(
        order.with_state(State.UNKNOWN, "lost"),
        snapshot=desk.snapshot,
        entry=entry,
        answered_at=desk.session.tenant.steady(),
    )
    desk.finish_operation(outcome)
    return outcome


async def test_an_unknown_outcome_is_unknown_until_a_list_of_its_entity_tells(
    desk: ScreenState,
) -> None:
    tenant, kept = desk.session.tenant, Journal(None, "acme")
    order = sent(desk, REQUEST, "Acme-US", kept)
    for entity in (CORPORATION, EUROPE):
        desk.apply(await tenant.read(entity))
        assert desk.progress(order.row) is Progress.UNKNOWN
        assert desk.take_resolved() == []
    await tenant.zuora.request_connection(CORPORATION, order.row.key, order.key)
    desk.apply(await tenant.read(CORPORATION))
    assert desk.progress(order.row) is None
    (settled,) = desk.take_resolved()
    assert (settled.state, settled.id) == (State.CONFIRMED, order.id)
    assert desk.take_resolved() == []
    await record_resolved(kept, [settled])
    assert kept.read_entries()[0].outcome == "confirmed"


async def test_what_no_list_shows_has_not_happened_once_it_is_late(desk: ScreenState) -> None:
    tenant = desk.session.tenant
    order = sent(desk, REQUEST, "Acme-US", Journal(None, "acme"))
    tenant.clock = lambda: now() + GATEWAY_TIMEOUT
    tenant.steady = lambda: monotonic() + GATEWAY_TIMEOUT.total_seconds()
    desk.apply(await tenant.read(CORPORATION))
    (settled,) = desk.take_resolved()
    assert settled.state is State.NOT_APPLIED
    assert settled.sentence == (
        "Request Connection did not happen: the list shows no connection for "
        "Acme Corporation → Acme-US."
    )
    assert desk.progress(order.row) is None


async def test_the_list_of_another_entity_settles_nothing(desk: ScreenState) -> None:
    order = sent(desk, DISCONNECT, "Acme-Europe", Journal(None, "acme"))
    desk.act_in(JAPAN)
    desk.apply(await desk.session.tenant.read(JAPAN))
    assert desk.take_resolved() == [], "that it is not in there does not mean that it has ended"
    assert desk.progress(order.row) is Progress.UNKNOWN


async def test_a_clock_that_is_set_forward_makes_nothing_late(desk: ScreenState) -> None:
    tenant = desk.session.tenant
    order = sent(desk, REQUEST, "Acme-US", Journal(None, "acme"))
    for by_day, by_steady in (
        (GATEWAY_TIMEOUT, NO_TIME),
        (NO_TIME, GATEWAY_TIMEOUT),
        (GATEWAY_TIMEOUT, GATEWAY_TIMEOUT),
    ):
        tenant.clock = partial(lambda time: now() + time, by_day)
        tenant.steady = partial(lambda time: monotonic() + time.total_seconds(), by_steady)
        desk.apply(await tenant.read(CORPORATION))
        late = by_day is by_steady is GATEWAY_TIMEOUT
        assert desk.progress(order.row) is (None if late else Progress.UNKNOWN)


async def test_a_list_that_is_older_than_the_write_says_nothing_of_it(desk: ScreenState) -> None:
    before = await desk.session.tenant.read(CORPORATION)
    order = sent(desk, DISCONNECT, "Acme-Europe", Journal(None, "acme"))
    left = tuple(one for one in before.connections if one.id != order.connection_id)
    for asked in (before.asked, 0.0):
        desk.apply(before._replace(connections=left, asked=asked))
        assert desk.progress(order.row) is Progress.UNKNOWN
    desk.apply(before._replace(connections=left, asked=desk.session.tenant.steady()))
    assert desk.progress(order.row) is None


async def test_both_sides_see_what_is_under_way_and_either_list_tells(desk: ScreenState) -> None:
    tenant = desk.session.tenant
    order = sent(desk, REQUEST, "Acme-US", Journal(None, "acme"))
    assert desk.unresolved_acting_ids() == []
    desk.act_in(EUROPE)
    assert desk.unresolved_acting_ids() == [CORPORATION]
    desk.act_in(US)
    assert desk.unresolved_acting_ids() == [], "its own list tells"
    await tenant.zuora.request_connection(CORPORATION, US, order.key)
    view = await tenant.read(US)
    row = view.row(IN, CORPORATION)
    assert row is not None
    assert desk.progress(row) is Progress.UNKNOWN
    desk.apply(view)
    assert desk.progress(row) is None
    assert [one.state for one in desk.take_resolved()] == [State.CONFIRMED]


async def test_an_unknown_request_asked_for_again_keeps_both_lines_open(desk: ScreenState) -> None:
    kept = Journal(None, "acme")
    first = sent(desk, REQUEST, "Acme-US", kept)
    second = sent(desk, REQUEST, "Acme-US", kept)
    await desk.session.tenant.zuora.request_connection(CORPORATION, US, first.key)
    desk.apply(await desk.session.tenant.read(CORPORATION))
    assert [one.id for one in desk.take_resolved()] == [first.id, second.id]


async def test_what_an_earlier_program_left_unknown_is_taken_up(desk: ScreenState) -> None:
    kept = Journal(None, "acme")
    before = sent(desk, REQUEST, "Acme-US", kept)
    entry = kept.read_entries()[0]
    another = ScreenState(desk.session, CORPORATION, desk.snapshot)
    another.update_unresolved([Operation.from_entry(entry)])
    assert another.progress(before.row) is Progress.UNKNOWN


async def test_a_view_of_another_entity_is_ignored(desk: ScreenState) -> None:
    before = desk.snapshot
    desk.apply(await desk.session.tenant.read(EUROPE))
    assert desk.snapshot is before


async def test_waiting_requests_are_known_from_the_lists_read(desk: ScreenState) -> None:
    tenant = desk.session.tenant
    assert tenant.count_waiting() == {CORPORATION: 2, CANADA: 1}
    await tenant.read(EUROPE)
    assert tenant.count_waiting()[EUROPE] == 1


async def test_a_request_that_is_gone_waits_no_more() -> None:
    fake = open_acme("denied-removed")
    zuora = client(fake)
    tenant = Tenant(zuora)
    await tenant.open(CORPORATION)
    await tenant.read(CORPORATION)
    await zuora.deny(CORPORATION, "8a8082555b3c70de015b44a61f0a2b09")
    await tenant.read(CORPORATION)
    assert tenant.count_waiting()[CORPORATION] == 1
    fake.close()


async def test_where_one_starts() -> None:
    fake = open_acme()
    assert await Tenant(client(fake, "alice")).open(CORPORATION) == CORPORATION
    assert await Tenant(client(fake, "bruno")).open(CORPORATION) == EUROPE
    assert await Tenant(client(fake, "alice")).open() == CORPORATION
    fake.close()
