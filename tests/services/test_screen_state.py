"""The state: what stays where it is, and what is forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import pytest_asyncio
from entity_connections.domain.actions import DISCONNECT, REQUEST, Write
from entity_connections.domain.clock import now
from entity_connections.domain.connections import CONNECTED, PENDING, Connection, Direction
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.row_sort import SortColumn
from entity_connections.domain.zuora_api import ListResult
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.operations.plan import Plan
from entity_connections.services.operations.runs import Progress
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession

from tests.acme import AMERICAS, CANADA, CORPORATION, EUROPE, JAPAN, US, client, open_acme
from tests.domain.small_tenant import GLOBAL, NORTH, connection
from tests.services.factories import intend

if TYPE_CHECKING:
    from collections.abc import Callable

    from entity_connections.services.operations.runs import Run

IN = Direction.INBOUND
NO_TIME = timedelta(0)


@pytest_asyncio.fixture
async def state() -> ScreenState:
    fake = open_acme()
    tenant = Tenant(client(fake))
    acting = await tenant.open(CORPORATION)
    state = ScreenState(
        UserSession(tenant, "alice@acme.example", None, lambda _: None, RequestLog()), acting
    )
    state.apply(await tenant.read(acting))
    return state


async def test_the_waiting_count_is_that_of_the_acting_entity(state: ScreenState) -> None:
    assert state.waiting_count == 2


async def test_every_change_calls_on_change(state: ScreenState) -> None:
    row, snapshot = state.tab.find(US), state.snapshot
    assert row is not None
    assert snapshot is not None
    operation = Operation.plan(REQUEST, row)
    runs: list[Run] = []
    changes: list[Callable[[], object]] = [
        lambda: state.tab.mark_and_move(US),
        lambda: state.tab.mark_range(1),
        state.tab.mark_all,
        lambda: state.tab.set_filter("acme"),
        lambda: state.tab.sort_next([SortColumn.STATUS]),
        lambda: state.tab.sort_by(SortColumn.COUNTERPART),
        lambda: runs.append(state.start_run(Plan(REQUEST, (operation,)))),
        lambda: state.end_run(runs[0], [operation.with_state(State.REFUSED, "")]),
        state.tab.clear_marks,
        lambda: state.fail(Unreachable("No connection.")),
        lambda: state.apply(snapshot),
        lambda: state.go_to_other_side(row),
        state.go_back,
        lambda: state.switch_tab(IN),
        lambda: state.act_in(EUROPE),
    ]
    count = 0

    def listen() -> None:
        nonlocal count
        count += 1

    state.on_change = state.on_filter = state.on_mark = listen
    for number, change in enumerate(changes, 1):
        change()
        assert count == number
    state.tab.move_cursor(US)
    assert count == len(changes), "the rows are the same"


async def test_another_entity_starts_without_filter_and_becomes_recent(state: ScreenState) -> None:
    state.tab.set_filter("x")
    state.act_in(EUROPE)
    state.act_in(AMERICAS)
    state.act_in(EUROPE)
    assert state.recent == [AMERICAS, EUROPE, CORPORATION]
    assert (state.tab.filter_text, state.tab.cursor, state.snapshot) == ("", None, None)


async def test_the_cached_list_is_shown_until_a_new_one_is_read(
    state: ScreenState,
) -> None:
    before = state.snapshot
    state.act_in(EUROPE)
    state.act_in(CORPORATION)
    assert state.snapshot is before


async def test_going_back_shows_a_row_that_the_filter_would_hide(state: ScreenState) -> None:
    state.tab.set_filter("pending")
    assert [row.key for row in state.tab.visible_rows()] == [CANADA]
    row = state.tab.find(CANADA)
    assert row is not None
    assert row.connection is not None
    state.tab.move_cursor(CANADA)
    state.go_to_other_side(row)
    assert state.can_go_back
    await state.session.tenant.zuora.accept(CANADA, row.connection.id)
    state.go_back()
    state.apply(await state.session.tenant.read(CORPORATION))
    assert (state.tab.filter_text, [row.status for row in state.tab.visible_rows()]) == (
        "pending",
        [CONNECTED],
    )
    assert (state.tab.cursor, state.tab.moved_reason) == (CANADA, "")


async def test_the_filter_finds_what_is_under_way_on_a_row(state: ScreenState) -> None:
    row = state.tab.find(US)
    assert row is not None
    operation = Operation.plan(REQUEST, row)
    run = state.start_run(Plan(REQUEST, (operation,)))
    state.runs.report(run, operation.with_state(State.SENT, ""))
    state.tab.move_cursor(CANADA)
    state.tab.set_filter("sending")
    assert [row.key for row in state.tab.visible_rows()] == [US]
    state.tab.set_filter("outcome unknown")
    assert state.tab.visible_rows() == []
    unknown = operation.with_state(State.UNKNOWN, "")
    state.end_run(run, [unknown])
    state.update_unresolved([unknown])
    assert [row.key for row in state.tab.visible_rows()] == [US]


async def test_sorting_puts_the_cursor_on_the_first_row_every_time(state: ScreenState) -> None:
    in_tree = [row.key for row in state.tab.visible_rows()]
    state.tab.move_cursor(in_tree[-1])
    for _ in range(2):
        state.tab.sort_by(SortColumn.STATUS)
        assert (state.tab.cursor, state.tab.moved_reason) == (state.tab.visible_rows()[0].key, "")
    state.tab.sort_by(SortColumn.STATUS)
    assert (state.tab.cursor, [row.key for row in state.tab.visible_rows()]) == (
        in_tree[0],
        in_tree,
    )


async def test_a_row_in_progress_moves_only_when_the_user_sorts(state: ScreenState) -> None:
    state.tab.sort_by(SortColumn.STATUS)
    state.tab.move_cursor(US)
    row = state.tab.find(US)
    assert row is not None
    keys = [row.key for row in state.tab.visible_rows()]
    operation = Operation.plan(REQUEST, row)
    state.start_run(Plan(REQUEST, (operation,)))
    await state.session.tenant.zuora.request_connection(CORPORATION, US, operation.key)
    state.apply(await state.session.tenant.read(CORPORATION))
    assert [row.key for row in state.tab.visible_rows()] == keys
    for _ in range(3):
        state.tab.sort_by(SortColumn.STATUS)
    in_order = [row.key for row in state.tab.visible_rows()]
    assert in_order.index(US) < keys.index(US), "Pending comes first"


async def test_the_cursor_moves_to_a_neighbour_when_its_row_is_gone(state: ScreenState) -> None:
    state.switch_tab(IN)
    keys = [row.key for row in state.tab.visible_rows()]
    state.tab.move_cursor(keys[1])
    snapshot = state.snapshot
    assert snapshot is not None
    for gone, neighbour in (({1}, keys[2]), ({1, 2, 3}, keys[0])):
        ids = {keys[at] for at in gone}
        left = tuple(record for record in snapshot.connections if record.source_id not in ids)
        state.apply(snapshot._replace(connections=left))
        assert (state.tab.cursor, bool(state.tab.moved_reason)) == (neighbour, True)
    state.apply(snapshot)
    assert (state.tab.cursor, state.tab.moved_reason) == (keys[1], ""), (
        "it is the same record again"
    )


async def test_an_older_list_never_replaces_a_newer_one(state: ScreenState) -> None:
    tenant = state.session.tenant
    older, newer = await tenant.read(CORPORATION), await tenant.read(CORPORATION)
    state.apply(newer)
    state.apply(older)
    assert state.snapshot is newer


async def test_lists_are_ordered_by_the_time_of_their_request() -> None:
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


def send_without_answer(
    state: ScreenState, action: Write, title: str, journal: Journal
) -> Operation:
    """Send an operation whose answer is lost."""
    row = next(row for row in state.tab.rows() if row.counterpart.title == title)
    operation = Operation.plan(action, row)
    run = state.start_run(Plan(action, (operation,)))
    assert state.runs.progress(row) is Progress.SENDING
    entry = intend(journal, operation)
    entry = entry._replace(outcome="unknown", concluded_at=journal.clock())
    outcome = replace(
        operation.with_state(State.UNKNOWN, "lost"),
        snapshot=state.snapshot,
        entry=entry,
        answered_at=state.session.tenant.steady(),
    )
    state.end_run(run, [outcome])
    return outcome


async def test_an_unknown_outcome_is_resolved_by_a_list_of_its_entity(
    state: ScreenState,
) -> None:
    tenant, journal = state.session.tenant, Journal(None, "acme")
    operation = send_without_answer(state, REQUEST, "Acme-US", journal)
    for entity in (CORPORATION, EUROPE):
        state.apply(await tenant.read(entity))
        assert state.runs.progress(operation.row) is Progress.UNKNOWN
        assert state.runs.unresolved.take_resolved() == []
    await tenant.zuora.request_connection(CORPORATION, operation.row.key, operation.key)
    state.apply(await tenant.read(CORPORATION))
    assert state.runs.progress(operation.row) is None
    (resolved,) = state.runs.unresolved.take_resolved()
    assert (resolved.state, resolved.id) == (State.CONFIRMED, operation.id)
    assert state.runs.unresolved.take_resolved() == []
    record_outcomes(journal, [resolved])
    assert journal.read_entries()[0].outcome == "confirmed"


async def test_an_operation_that_no_list_shows_was_not_applied_once_it_is_late(
    state: ScreenState,
) -> None:
    tenant = state.session.tenant
    operation = send_without_answer(state, REQUEST, "Acme-US", Journal(None, "acme"))
    tenant.clock = lambda: now() + GATEWAY_TIMEOUT
    tenant.steady = lambda: monotonic() + GATEWAY_TIMEOUT.total_seconds()
    state.apply(await tenant.read(CORPORATION))
    (resolved,) = state.runs.unresolved.take_resolved()
    assert resolved.state is State.NOT_APPLIED
    assert resolved.sentence == (
        "Request Connection did not happen: the list shows no connection for "
        "Acme Corporation → Acme-US."
    )
    assert state.runs.progress(operation.row) is None


async def test_the_list_of_another_entity_resolves_nothing(state: ScreenState) -> None:
    operation = send_without_answer(state, DISCONNECT, "Acme-Europe", Journal(None, "acme"))
    state.act_in(JAPAN)
    state.apply(await state.session.tenant.read(JAPAN))
    resolved = state.runs.unresolved.take_resolved()
    assert resolved == [], "a list without the record does not prove that it has ended"
    assert state.runs.progress(operation.row) is Progress.UNKNOWN


async def test_setting_the_clock_forward_makes_nothing_late(state: ScreenState) -> None:
    tenant = state.session.tenant
    operation = send_without_answer(state, REQUEST, "Acme-US", Journal(None, "acme"))
    for by_day, by_steady in (
        (GATEWAY_TIMEOUT, NO_TIME),
        (NO_TIME, GATEWAY_TIMEOUT),
    ):
        tenant.clock = partial(lambda time: now() + time, by_day)
        tenant.steady = partial(lambda time: monotonic() + time.total_seconds(), by_steady)
        state.apply(await tenant.read(CORPORATION))
        late = by_steady is GATEWAY_TIMEOUT
        assert state.runs.progress(operation.row) is (None if late else Progress.UNKNOWN)


async def test_a_list_that_is_older_than_the_answer_resolves_nothing(state: ScreenState) -> None:
    before = await state.session.tenant.read(CORPORATION)
    operation = send_without_answer(state, DISCONNECT, "Acme-Europe", Journal(None, "acme"))
    left = tuple(record for record in before.connections if record.id != operation.connection_id)
    for asked in (before.asked, 0.0):
        state.apply(before._replace(connections=left, asked=asked))
        assert state.runs.progress(operation.row) is Progress.UNKNOWN
    state.apply(before._replace(connections=left, asked=state.session.tenant.steady()))
    assert state.runs.progress(operation.row) is None


async def test_both_sides_show_an_unknown_outcome_and_either_list_resolves_it(
    state: ScreenState,
) -> None:
    tenant = state.session.tenant
    operation = send_without_answer(state, REQUEST, "Acme-US", Journal(None, "acme"))
    assert state.runs.unresolved.acting_ids(excluding=state.acting_id) == []
    state.act_in(EUROPE)
    assert state.runs.unresolved.acting_ids(excluding=state.acting_id) == [CORPORATION]
    state.act_in(US)
    assert state.runs.unresolved.acting_ids(excluding=state.acting_id) == [], "its own list tells"
    await tenant.zuora.request_connection(CORPORATION, US, operation.key)
    snapshot = await tenant.read(US)
    row = snapshot.make_row(IN, CORPORATION)
    assert row is not None
    assert state.runs.progress(row) is Progress.UNKNOWN
    state.apply(snapshot)
    assert state.runs.progress(row) is None
    assert [operation.state for operation in state.runs.unresolved.take_resolved()] == [
        State.CONFIRMED
    ]


async def test_a_repeated_unknown_request_keeps_both_entries_open(state: ScreenState) -> None:
    journal = Journal(None, "acme")
    first = send_without_answer(state, REQUEST, "Acme-US", journal)
    second = send_without_answer(state, REQUEST, "Acme-US", journal)
    await state.session.tenant.zuora.request_connection(CORPORATION, US, first.key)
    state.apply(await state.session.tenant.read(CORPORATION))
    assert [operation.id for operation in state.runs.unresolved.take_resolved()] == [
        first.id,
        second.id,
    ]


async def test_unknown_operations_of_an_earlier_program_are_shown(state: ScreenState) -> None:
    journal = Journal(None, "acme")
    before = send_without_answer(state, REQUEST, "Acme-US", journal)
    entry = journal.read_entries()[0]
    another = ScreenState(state.session, CORPORATION, state.snapshot)
    another.update_unresolved([Operation.from_entry(entry, state.session.tenant.hierarchy)])
    assert another.runs.progress(before.row) is Progress.UNKNOWN


async def test_waiting_requests_are_counted_from_the_lists_read(state: ScreenState) -> None:
    tenant = state.session.tenant
    assert tenant.count_waiting() == {CORPORATION: 2, CANADA: 1}
    await tenant.read(EUROPE)
    assert tenant.count_waiting()[EUROPE] == 1


async def test_a_request_that_is_gone_is_not_counted() -> None:
    fake = open_acme("denied-removed")
    zuora = client(fake)
    tenant = Tenant(zuora)
    await tenant.open(CORPORATION)
    await tenant.read(CORPORATION)
    await zuora.deny(CORPORATION, "8a8082555b3c70de015b44a61f0a2b09")
    await tenant.read(CORPORATION)
    assert tenant.count_waiting()[CORPORATION] == 1


async def test_the_first_entity_is_one_that_the_user_may_enter() -> None:
    fake = open_acme()
    assert await Tenant(client(fake, "alice")).open(CORPORATION) == CORPORATION
    assert await Tenant(client(fake, "bruno")).open(CORPORATION) == EUROPE
    assert await Tenant(client(fake, "alice")).open() == CORPORATION
