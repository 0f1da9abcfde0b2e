"""Which operations wait for an earlier one on the same pair."""

import asyncio
import multiprocessing
import os
import re
import socket
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.services.operations.conflicts import (
    OperationInProgressError,
    check_open_entries,
)
from entity_connections.services.operations.journal_records import record_intent
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import SENDING

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, connection, row
from tests.services import tenant_in_file
from tests.services.factories import MORNING, Clock, accept, execute, intend, make_journal, request
from tests.services.tenant_in_file import open_file

WAITS = connection(NORTH, GLOBAL, PENDING, "c" * 32)


IN_PROGRESS = r"^Accept of Acme North → Acme may be under way for (\d+) s more"
WAIT = int(GATEWAY_TIMEOUT.total_seconds())
ONE_SECOND = timedelta(seconds=1)


def list_of(*connections: Connection, at: datetime | None = MORNING) -> Snapshot:
    """Return a list that Zuora answered at a moment by its own clock."""
    return Snapshot(GLOBAL.id, HIERARCHY, connections, MORNING, server_time=at)


def record(journal: Journal, operation: Operation, result: State | None = None) -> Operation:
    entry = intend(journal, operation)
    if result:
        journal.record_outcome(entry._replace(outcome=result.value))
    return operation


def check(operation: Operation, journal: Journal, snapshot: Snapshot | None = None) -> Operation:
    return check_open_entries(operation, journal.read_open(), snapshot, journal)


def find_seconds(operation: Operation, journal: Journal, snapshot: Snapshot | None = None) -> int:
    """Return how long an operation has to wait, by the sentence that refuses it."""
    with pytest.raises(OperationInProgressError) as caught:
        check(operation, journal, snapshot)
    match = re.match(IN_PROGRESS, str(caught.value))
    assert match
    assert "`entity-connections journal resolve`" in str(caught.value)
    return int(match[1])


@pytest.mark.parametrize("result", [None, State.UNKNOWN])
def test_only_the_same_action_is_sent_while_an_operation_may_be_under_way(
    result: State | None,
) -> None:
    journal = make_journal(None)
    record(journal, accept(), result)
    for action in (DENY, DISCONNECT, REQUEST):
        assert find_seconds(Operation.plan(action, accept().row), journal, list_of(WAITS)) == WAIT
    assert check(again := accept(), journal, list_of(WAITS)) is again
    other = accept().row._replace(connection=WAITS._replace(id="d" * 32))
    assert find_seconds(Operation.plan(ACCEPT, other), journal, list_of(WAITS)) == WAIT


def test_the_other_side_of_the_pair_waits_too() -> None:
    journal = make_journal(None)
    record(journal, accept())
    there = list_of(WAITS)._replace(acting_id=NORTH.id).make_row(Direction.OUTBOUND, GLOBAL.id)
    assert there is not None
    assert find_seconds(Operation.plan(DISCONNECT, there), journal) == WAIT


def test_another_user_waits_for_the_request_on_the_same_record() -> None:
    """Another spelling of the base URL is another tenant to the journal."""
    journal = make_journal(None, tenant="https://one.example alice")
    record(journal, accept())
    journal.tenant = "https://one.example bruno"
    assert find_seconds(Operation.plan(DENY, accept().row), journal) == WAIT


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(hours=-1), timedelta()])
def test_the_wait_for_another_machine_counts_by_zuoras_clock_whatever_this_machines_clock_says(
    wrong: timedelta,
) -> None:
    journal = make_journal(None)
    deny = Operation.plan(DENY, accept().row)
    entry = intend(journal, accept())._replace(outcome="unknown", at=MORNING + wrong)
    journal.record_outcome(entry)
    journal.process_id = "here:1"
    for seconds in (0, 1, WAIT - 1):
        at = MORNING + seconds * ONE_SECOND
        assert find_seconds(deny, journal, list_of(WAITS, at=at)) == WAIT - seconds
    assert check(deny, journal, list_of(WAITS, at=MORNING + GATEWAY_TIMEOUT)) is deny


@pytest.mark.parametrize("result", [None, State.UNKNOWN])
def test_the_wait_for_another_machine_counts_from_when_its_entry_was_seen_if_zuora_tells_no_time(
    result: State | None,
) -> None:
    clock = Clock()
    journal, deny = make_journal(None, clock), Operation.plan(DENY, accept().row)
    record(journal, accept(), result)
    journal.process_id = "here:1"
    clock.turn(hours=1)  # nobody was there to see it
    for seconds in (0, WAIT - 1):
        assert find_seconds(deny, journal, list_of(WAITS, at=None)) == WAIT - seconds
        clock.turn(seconds=WAIT - 1)
    assert check(deny, journal, list_of(WAITS, at=None)) is deny


@pytest.mark.parametrize("at", [None, MORNING, MORNING + timedelta(days=90)])
def test_the_wait_counts_down_for_every_program_of_the_machine_whatever_date_zuora_tells(
    tmp_path: Path, at: datetime | None
) -> None:
    clock, deny = Clock(), Operation.plan(DENY, accept().row)
    record(make_journal(tmp_path, clock), accept(), State.UNKNOWN)
    for seconds in (0, 1, WAIT - 1):
        clock.now = MORNING + seconds * ONE_SECOND
        assert find_seconds(deny, make_journal(tmp_path, clock), list_of(WAITS, at=at)) == (
            WAIT - seconds
        )
    clock.now = MORNING + GATEWAY_TIMEOUT
    assert check(deny, make_journal(tmp_path, clock), list_of(WAITS, at=at)) is deny


def test_the_wait_counts_from_the_start_of_a_machine_that_was_started_since(
    tmp_path: Path,
) -> None:
    clock, deny = Clock(), Operation.plan(DENY, accept().row)
    clock.turn(days=1)
    record(make_journal(tmp_path, clock), accept(), State.UNKNOWN)
    for seconds in (10, 100):
        journal = make_journal(tmp_path)
        journal.steady = partial(float, seconds)
        assert find_seconds(deny, journal, list_of(WAITS, at=None)) == WAIT - seconds


def test_the_time_since_the_list_counts_until_the_intent() -> None:
    """A list may be read long before the last of many requests is sent."""
    clock = Clock()
    journal = make_journal(None, clock)
    shown = list_of(WAITS)._replace(asked=clock.steady())
    clock.turn(minutes=10)
    sent = record_intent(journal, accept(), shown, "alice", "t")
    assert sent.entry is not None
    assert sent.entry.server_at == clock.now


def test_a_clock_of_zuoras_that_was_wrong_blocks_no_longer_than_any_other() -> None:
    clock = Clock()
    journal, deny = make_journal(None, clock), Operation.plan(DENY, accept().row)
    entry = intend(journal, accept())._replace(
        outcome="unknown", server_at=MORNING + timedelta(days=365)
    )
    journal.record_outcome(entry)
    assert find_seconds(deny, journal, list_of(WAITS)) == WAIT
    clock.turn(seconds=WAIT)
    assert check(deny, journal, list_of(WAITS)) is deny


def test_what_a_running_program_sends_waits_for_it_but_not_for_another_with_its_number() -> None:
    """A process id is used again; sending takes no longer than `SENDING`."""
    clock = Clock()
    journal = Journal(None, "acme", "acme", clock)
    journal.steady = clock.steady
    record(journal, accept())
    for operation in (accept(), Operation.plan(DENY, accept().row)):
        with pytest.raises(OperationInProgressError, match="is being sent by another program"):
            check(operation, journal, list_of(WAITS, at=MORNING + timedelta(days=90)))
    clock.now += SENDING + ONE_SECOND
    assert check(again := accept(), journal, list_of(WAITS, at=None)) is again


def test_what_a_running_program_got_success_for_is_left_to_it_before_the_list_is_said_to_lag() -> (
    None
):
    clock = Clock()
    journal = Journal(None, "acme", "acme", clock)
    journal.steady = clock.steady
    entry = intend(journal, accept())
    parent = f"{socket.gethostname()}:{os.getppid()}"
    for process, sentence in (
        (parent, "another program, which looks up"),
        ("gone:1", "does not show it yet"),
    ):
        other = entry._replace(process=process, success=True, outcome="unknown")
        with pytest.raises(OperationInProgressError, match=sentence):
            check_open_entries(accept(), [other], list_of(WAITS), journal)


@pytest.mark.parametrize("result", [State.CONFIRMED, State.REFUSED, State.NOT_APPLIED,
                                    State.SUPERSEDED])  # fmt: skip
def test_a_known_outcome_blocks_nothing(result: State) -> None:
    journal = make_journal(None)
    record(journal, accept(), result)
    assert check(operation := accept(), journal) is operation


def test_an_outcome_that_the_list_proves_blocks_nothing() -> None:
    journal = make_journal(None)
    record(journal, accept())
    operation = Operation.plan(DISCONNECT, accept().row)
    shown = list_of(WAITS._replace(status=CONNECTED))
    assert check(operation, journal, shown) is operation
    with pytest.raises(OperationInProgressError):
        check(operation, journal, list_of(WAITS._replace(status=DISCONNECTED)))


def test_other_pairs_and_directions_are_not_blocked() -> None:
    journal = make_journal(None)
    record(journal, accept())
    for operation in (request(), Operation.plan(REQUEST, row(Direction.OUTBOUND, NORTH))):
        assert check(operation, journal, list_of()) is operation


def test_a_request_is_repeated_under_its_key() -> None:
    journal = make_journal(None)
    first = record(journal, request(), State.UNKNOWN)
    assert check(request(), journal, list_of()).key == first.key


def test_operations_in_another_tenant_block_nothing(tmp_path: Path) -> None:
    record(make_journal(tmp_path, tenant="another"), request())
    journal, operation = make_journal(tmp_path), request()
    assert check(operation, journal) is operation


def test_fake_tenants_with_the_same_records_do_not_block_each_other() -> None:
    journal = make_journal(None, tenant="11111111 /tmp/one.tenant")
    record(journal, accept())
    for tenant in ("22222222 /tmp/one.tenant", "11111111 /tmp/two.tenant", "https://one.example a"):
        journal.tenant = tenant
        assert check(operation := accept(), journal) is operation


def intend_at_once(path: Path) -> bool:
    """Return whether this process could record the intent."""
    journal = Journal(path, "acme", "t")
    try:
        record_intent(journal, accept(), None, "alice", "t")
    except OperationInProgressError:
        return False
    return True


def test_only_one_of_several_programs_records_an_intent(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(intend_at_once, [path] * 8)) == 1
    assert len(Journal(path, "acme", "t").read_entries()) == 1


def test_the_executor_checks_open_entries(tmp_path: Path) -> None:

    async def run() -> None:
        tenant = open_file(tmp_path)
        journal = Journal(tmp_path / "state.sqlite3", "acme", "t")
        shared = await tenant_in_file.plan_operation(tenant, DISCONNECT)
        record(journal, replace(shared, action=DENY), State.UNKNOWN)
        outcome = await execute(tenant, shared, journal)
        assert outcome.state is State.IN_PROGRESS
        assert outcome.sentence.endswith("`entity-connections journal resolve`. Nothing was sent.")
        assert tenant.zuora.sent == 0  # type: ignore[attr-defined]
        assert len(journal.read_entries()) == 1
        asked = record(journal, await tenant_in_file.plan_operation(tenant, REQUEST), State.UNKNOWN)
        again = await tenant_in_file.plan_operation(tenant, REQUEST)
        outcome = await execute(tenant, again, journal)
        assert outcome.state is State.CONFIRMED
        assert outcome.key == asked.key == journal.read_entries()[-1].key

    asyncio.run(run())
