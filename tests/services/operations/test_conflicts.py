"""Which operations wait for an earlier one on the same pair."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
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
    KEY_LIFETIME,
    OperationInProgressError,
    check_open_entries,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.operations.recording import record_intent
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import SENDING

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, connection, row
from tests.services import tenant_in_file
from tests.services.factories import MORNING, Clock, accept, execute, intend, make_journal, request
from tests.services.tenant_in_file import open_file

WAITS = connection(NORTH, GLOBAL, PENDING, "c" * 32)


def list_of(*connections: Connection) -> Snapshot:
    return Snapshot(GLOBAL.id, HIERARCHY, connections, None, MORNING)


def record(journal: Journal, operation: Operation, result: State | None = None) -> Operation:
    entry = intend(journal, operation)
    if result:
        journal.record_outcome(entry._replace(outcome=result.value))
    return operation


def check(
    operation: Operation,
    journal: Journal,
    snapshot: Snapshot | None = None,
    now: datetime = MORNING,
    tenant: str | None = None,
) -> Operation:
    tenant = tenant or journal.tenant
    return check_open_entries(operation, journal.read_open(), snapshot, now, tenant)


@pytest.mark.parametrize("result", [None, State.UNKNOWN])
def test_nothing_is_sent_while_an_operation_on_the_pair_is_open(result: State | None) -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    record(journal, accept(), result)
    for action in (ACCEPT, DENY, DISCONNECT, REQUEST):
        other = Operation.plan(action, accept().row)
        with pytest.raises(
            OperationInProgressError, match=r"^Accept of Acme North → Acme is under way or"
        ):
            check(other, journal, list_of(WAITS), clock.now)


def test_the_other_side_of_the_pair_waits_too() -> None:
    journal = make_journal(None)
    record(journal, accept())
    there = list_of(WAITS)._replace(acting_id=NORTH.id).row(Direction.OUTBOUND, GLOBAL.id)
    assert there is not None
    order = Operation.plan(DISCONNECT, there)
    with pytest.raises(OperationInProgressError, match="is under way or unknown since"):
        check(order, journal)


def test_another_user_waits_while_the_request_on_the_record_may_be_under_way() -> None:
    """Another spelling of the base URL is another tenant to the journal."""
    journal = make_journal(None)
    record(journal, accept())
    with pytest.raises(OperationInProgressError, match="is under way or unknown since"):
        check(accept(), journal, tenant="another")
    later, operation = MORNING + SENDING + GATEWAY_TIMEOUT, accept()
    assert check(operation, journal, now=later, tenant="another") is operation
    with pytest.raises(OperationInProgressError):
        check(operation, journal, now=later)


def test_a_moment_of_another_day_includes_the_date() -> None:
    journal = make_journal(None)
    record(journal, accept())
    local = MORNING.astimezone()
    with pytest.raises(OperationInProgressError, match=f"since {local:%H:%M}: read"):
        check(accept(), journal)
    with pytest.raises(OperationInProgressError, match=f"since {local:%Y-%m-%d %H:%M}: read"):
        check(accept(), journal, now=MORNING + timedelta(days=2))


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


def test_a_request_is_repeated_under_its_key_while_zuora_remembers_the_key() -> None:
    journal = make_journal(None)
    first = record(journal, request(), State.UNKNOWN)
    for age, same in ((KEY_LIFETIME - timedelta(seconds=1), True), (KEY_LIFETIME, False)):
        again = check(request(), journal, list_of(), MORNING + age)
        assert (again.key == first.key) is same


def test_operations_in_another_tenant_block_nothing(tmp_path: Path) -> None:
    record(make_journal(tmp_path, tenant="another"), request())
    journal, operation = make_journal(tmp_path), request()
    assert check(operation, journal) is operation


def intend_at_once(path: Path) -> bool:
    """Return whether this process could record the intent."""
    try:
        record_intent(Journal(path, "acme", "t"), accept(), None, "alice", "t")
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
        for action in (DISCONNECT, REQUEST):
            first = record(
                journal, await tenant_in_file.plan_operation(tenant, action), State.UNKNOWN
            )
            outcome = await execute(
                tenant, await tenant_in_file.plan_operation(tenant, action), journal
            )
            if action is REQUEST:
                assert outcome.state is State.CONFIRMED
                assert outcome.key == first.key == journal.read_entries()[-1].key
            else:
                assert outcome.state is State.REFUSED
                assert outcome.sentence.endswith("until it is known. Nothing was sent.")
                assert tenant.zuora.sent == 0  # type: ignore[attr-defined]
                assert len(journal.read_entries()) == 1

    asyncio.run(run())
