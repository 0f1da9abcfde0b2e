"""Recovery after a crash and after lost answers."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from entity_connections.domain.actions import REQUEST, WRITES, Write
from entity_connections.domain.clock import monotonic, now
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.zuora_api import ListResult
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import SENDING
from entity_connections.services.tenant import Tenant

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH, row
from tests.services.factories import MORNING, Clock, accept, intend, make_journal, request
from tests.services.tenant_in_file import TenantFile, open_file, open_journal

MUCH_LATER = SENDING + GATEWAY_TIMEOUT + timedelta(seconds=1)


def kill_while_sending(folder: Path, action: Write, stops: str) -> None:
    """Start a program that carries out an operation, and kill it before it has an answer."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.services.tenant_in_file", folder, action.id, stops],
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"stopped\n"
    program.send_signal(signal.SIGKILL)
    program.communicate()


def recover_after(folder: Path, tenant: Tenant, time: timedelta) -> list[Operation]:
    """Recover operations as a start of the program does that comes `time` later.

    The clock of this machine is wrong by an hour.
    """
    journal = open_journal(folder)
    assert isinstance(tenant.zuora, TenantFile)
    tenant.zuora.clock = lambda: now() + time
    tenant.clock = journal.clock = lambda: now() - timedelta(hours=1)
    tenant.steady = journal.steady = lambda: monotonic() + time.total_seconds()
    return asyncio.run(recover_operations(tenant, journal))


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("stops", ["before", "after"])
def test_the_operation_of_a_killed_program_is_recovered(
    tmp_path: Path, action: Write, stops: str
) -> None:
    kill_while_sending(tmp_path, action, stops)
    (left,) = open_journal(tmp_path).read_unresolved()
    assert (left.action, left.outcome) == (action, None)

    tenant = open_file(tmp_path)
    (at_once,) = recover_after(tmp_path, tenant, timedelta(0))
    expected = State.UNKNOWN if stops == "before" else State.CONFIRMED
    assert at_once.state is expected

    operations = recover_after(tmp_path, tenant, MUCH_LATER)
    if stops == "before":
        (later,) = operations
        assert later.state is State.NOT_APPLIED
        assert f"{action.label} did not happen: the list shows" in later.sentence
    else:
        assert operations == []
    journal = open_journal(tmp_path)
    assert [entry.outcome for entry in journal.read_entries()] == [
        "not done" if operations else "confirmed"
    ]
    assert journal.verify()[:2] == (3 if operations else 2, ())
    assert isinstance(tenant.zuora, TenantFile)
    assert tenant.zuora.sent == 0, "nothing is sent to find out"


class ListsByEntity:
    """A client with a list for each acting entity; without a list it is unreachable."""

    def __init__(self, clock: Clock, **lists: tuple[Connection, ...]) -> None:
        self.clock, self.lists = clock, lists
        self.asked: list[str] = []
        self.missing = ""

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        self.asked.append(acting_id)
        if acting_id not in self.lists:
            raise Unreachable("No connection to Zuora could be opened.")
        return ListResult(self.lists[acting_id], missing=self.missing, server_time=self.clock())


class ListsEntities(ListsByEntity):
    """A client that tells the entities, too."""

    async def list_accessible_ids(self) -> None:
        return None

    async def list_entities(self, _acting_id: str | None) -> ListResult[Entity]:
        return ListResult(tuple(HIERARCHY))


def tenant_with(clock: Clock, *connections: Connection) -> Tenant:
    tenant = Tenant(ListsByEntity(clock, **{GLOBAL.id: connections}), clock)  # type: ignore[arg-type]
    tenant.steady = clock.steady
    tenant.hierarchy = HIERARCHY
    return tenant


OLDER, ENDED = (Connection(id_ * 32, GLOBAL.id, SOUTH.id, DISCONNECTED) for id_ in "78")
WAITS = Connection("c" * 32, NORTH.id, GLOBAL.id, PENDING)


@pytest.mark.parametrize(
    ("status", "age", "result"),
    [
        (PENDING, SENDING + GATEWAY_TIMEOUT, State.UNKNOWN),
        (PENDING, MUCH_LATER, State.NOT_APPLIED),
        (CONNECTED, timedelta(0), State.CONFIRMED),
        (CONNECTED, MUCH_LATER, State.CONFIRMED),
        (DISCONNECTED, timedelta(0), State.UNKNOWN),
        (DISCONNECTED, MUCH_LATER, State.SUPERSEDED),
        ("Suspended", MUCH_LATER, State.SUPERSEDED),
        (None, MUCH_LATER, State.SUPERSEDED),
    ],
)
async def test_the_outcome_of_an_accept_depends_on_the_list_and_its_age(
    status: str | None, age: timedelta, result: State
) -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    entry = intend(journal, accept())
    clock.now += age
    shown = [WAITS._replace(status=status)] if status else []
    tenant = tenant_with(clock, *shown)
    tenant.steady = partial(next, count(clock.steady(), 4.0))
    (outcome,) = await recover_operations(tenant, journal, second_look_delay=0.0)
    assert outcome.state is result
    assert outcome.entry is not None
    assert outcome.entry.id == entry.id
    assert outcome.sentence.startswith("Accept of ")
    (recorded,) = journal.read_entries()
    assert recorded.outcome == result.value
    assert recorded.open is (result is State.UNKNOWN)
    if result is State.SUPERSEDED:
        assert "Nobody can tell whether Accept happened: the list shows" in outcome.sentence


async def test_an_unknown_outcome_counts_from_its_answer() -> None:
    """The program saw the end of the request, so nothing was sent after that."""
    clock = Clock()
    journal = make_journal(None, clock)
    entry = intend(journal, accept())
    clock.turn(seconds=100)
    unknown = replace(accept(), entry=entry).with_state(State.UNKNOWN, "Lost.")
    assert record_outcomes(journal, [unknown])[0].entry is not None
    clock.now += GATEWAY_TIMEOUT
    assert (await recover_operations(tenant_with(clock, WAITS), journal))[0].state is State.UNKNOWN
    clock.turn(seconds=1)
    assert (await recover_operations(tenant_with(clock, WAITS), journal))[
        0
    ].state is State.NOT_APPLIED
    assert await recover_operations(tenant_with(clock, WAITS), journal) == []


@pytest.mark.parametrize("outcome", [None, "unknown"])
@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(hours=-1)])
async def test_a_clock_that_was_wrong_when_the_program_was_killed_blocks_nothing(
    tmp_path: Path, wrong: timedelta, outcome: str | None
) -> None:
    """Zuora's own clock as well: at worst it counts from the first look."""
    clock = Clock()
    journal = make_journal(tmp_path, clock)
    clock.now += wrong
    journal.record_outcome(intend(journal, accept())._replace(outcome=outcome))
    clock.now -= wrong
    await recover_operations(tenant_with(clock, WAITS), make_journal(tmp_path, clock))
    clock.now += GATEWAY_TIMEOUT + timedelta(seconds=1)
    later = make_journal(tmp_path, clock)
    await recover_operations(tenant_with(clock, WAITS), later)
    assert [entry.outcome for entry in later.read_entries()] == ["not done"]


@pytest.mark.parametrize(
    ("process_id", "result"), [("elsewhere:2", State.UNKNOWN), ("here:1", State.NOT_APPLIED)]
)
async def test_a_date_of_zuoras_proves_only_something_about_requests_of_another_machine(
    process_id: str, result: State
) -> None:
    """It may jump ahead; the monotonic clock of the machine that sent the request does not."""
    clock = Clock()
    journal = make_journal(None, clock)
    intend(journal, accept())
    journal.process_id = process_id
    tenant = tenant_with(clock, WAITS)
    assert isinstance(tenant.zuora, ListsByEntity)
    tenant.zuora.clock = Clock()
    tenant.zuora.clock.turn(days=90)
    (operation,) = await recover_operations(tenant, journal)
    assert operation.state is result


async def test_the_first_look_at_what_a_program_left_is_recorded_once() -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    intend(journal, accept())
    for _ in range(3):
        clock.turn(seconds=10)
        await recover_operations(tenant_with(clock, WAITS), journal)
    (entry,) = journal.read_open()
    assert entry.server_at == MORNING + timedelta(seconds=10)
    assert journal.verify()[:2] == (2, ())


async def test_what_a_running_program_sends_is_left_to_it_for_as_long_as_sending_takes() -> None:
    clock = Clock()
    journal = Journal(None, "acme", "acme", clock)
    journal.steady = clock.steady
    intend(journal, accept())
    assert await recover_operations(tenant_with(clock, WAITS), journal) == []
    clock.now += SENDING
    assert await recover_operations(tenant_with(clock, WAITS), journal) == []
    clock.turn(seconds=1)
    (operation,) = await recover_operations(tenant_with(clock, WAITS), journal)
    assert operation.state is State.UNKNOWN


async def test_a_request_that_was_denied_meanwhile_is_confirmed() -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    intend(journal, request())
    denied = Connection("e" * 32, GLOBAL.id, SOUTH.id, DISCONNECTED)
    (outcome,) = await recover_operations(tenant_with(clock, denied), journal)
    assert outcome.state is State.CONFIRMED
    assert "Acme → Acme South is Disconnected." in outcome.sentence


@pytest.mark.parametrize(
    ("after", "result"),
    [
        ([OLDER, ENDED], State.NOT_APPLIED),
        ([OLDER, ENDED._replace(status="Suspended")], State.SUPERSEDED),
        ([OLDER, ENDED, ENDED._replace(id="9" * 32)], State.CONFIRMED),
        ([OLDER, ENDED._replace(status=PENDING)], State.CONFIRMED),
    ],
)
async def test_a_new_record_proves_a_request_beside_old_records(
    after: list[Connection], result: State
) -> None:
    """Also if Zuora answered with an id and the list could not be read."""
    for made in ("", "9" * 32):
        clock = Clock()
        journal = make_journal(None, clock)
        view = await tenant_with(clock, OLDER, ENDED).read(GLOBAL.id)
        seen = view.make_row(Direction.OUTBOUND, SOUTH.id)
        assert seen is not None
        entry = intend(journal, Operation.plan(REQUEST, seen))
        journal.record_outcome(entry._replace(outcome="unknown", connection_id=made))
        clock.now += MUCH_LATER
        (outcome,) = await recover_operations(tenant_with(clock, *after), journal)
        assert outcome.state is result


async def test_an_incomplete_list_proves_nothing_about_a_request() -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    intend(journal, request())
    ended = row(Direction.OUTBOUND, SOUTH, ENDED)
    intend(journal, Operation.plan(REQUEST, ended))
    clock.now += MUCH_LATER
    for shown in ((), (ENDED,)):
        tenant = tenant_with(clock, *shown)
        assert isinstance(tenant.zuora, ListsByEntity)
        tenant.zuora.missing = "1 connection could not be read."
        assert State.UNKNOWN is (await recover_operations(tenant, journal))[-1].state


async def test_operations_in_another_tenant_are_not_looked_up() -> None:
    """The name of the profile does not identify a tenant."""
    journal = make_journal(None, tenant="https://one.example id")
    intend(journal, accept())
    journal.tenant = "https://another.example id"
    assert journal.read_unresolved() == []
    journal.tenant, journal.profile = "https://one.example id", "renamed"
    assert len(journal.read_unresolved()) == 1


async def test_the_entities_are_read_before_the_lists_that_name_them() -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    tenant = Tenant(ListsEntities(clock, **{GLOBAL.id: (WAITS,)}), clock)  # type: ignore[arg-type]
    intend(journal, accept())
    await recover_operations(tenant, journal)
    assert tenant.snapshots()[0].make_row(Direction.INBOUND, NORTH.id).pair == accept().pair


async def test_each_list_is_read_once_and_an_unreadable_one_resolves_nothing() -> None:
    clock = Clock()
    journal = make_journal(None, clock)
    seen = [intend(journal, accept()), intend(journal, request())]
    operation = accept()
    there = operation.row._replace(acting=NORTH)
    hidden = intend(journal, Operation.plan(operation.action, there))
    clock.now += MUCH_LATER
    tenant = tenant_with(clock, WAITS._replace(status=CONNECTED))
    operations = await recover_operations(tenant, journal)
    assert [operation.state for operation in operations] == [
        State.CONFIRMED,
        State.NOT_APPLIED,
        State.UNKNOWN,
    ]
    assert isinstance(tenant.zuora, ListsByEntity)
    assert sorted(tenant.zuora.asked) == sorted([GLOBAL.id, NORTH.id])
    assert isinstance(operations[2].error, Unreachable)
    assert "cannot be looked up" in operations[2].sentence
    assert [entry.id for entry in journal.read_unresolved()] == [hidden.id]
    assert [operation.id for operation in operations[:2]] == [entry.id for entry in seen]


def test_an_operation_is_restored_from_its_entry() -> None:
    for operation in (accept(), request()):
        again = Operation.from_entry(intend(make_journal(None), operation), HIERARCHY)
        assert again.pair == operation.pair
        assert again.connection_id == operation.connection_id
        assert (again.row.direction, again.row.key) == (operation.row.direction, operation.row.key)
        assert again.row.status == operation.row.status
    assert again.key == operation.key


async def test_a_journal_that_cannot_be_used(tmp_path: Path) -> None:
    clock = Clock()
    journal = make_journal(tmp_path, clock)
    entry = intend(journal, accept())
    assert journal.path
    journal.path.unlink()
    journal.path.mkdir()
    with pytest.raises(JournalError, match="cannot be read"):
        await recover_operations(tenant_with(clock), journal)
    done = replace(accept(), state=State.CONFIRMED, sentence="Done.", entry=entry)
    (recorded,) = record_outcomes(journal, [done])
    assert recorded.sentence.startswith("Done. The journal ")


async def test_an_entity_is_called_as_it_is_now() -> None:
    """Another entity may have got the same display name since."""
    journal = make_journal(None)
    intend(journal, request())
    tenant = tenant_with(Clock(), Connection("9" * 32, GLOBAL.id, SOUTH.id, PENDING))
    twin = NORTH._replace(display_name=SOUTH.display_name)
    tenant.hierarchy = Hierarchy([GLOBAL, SOUTH, twin])
    (operation,) = await recover_operations(tenant, journal)
    assert "Acme → Acme South (South) is Pending" in operation.sentence
