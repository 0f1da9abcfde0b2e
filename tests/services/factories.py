"""Orders and journals to write them in, for the tests of what is recorded."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from entity_connections.domain.actions import ACCEPT, REQUEST
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.journal_records import make_entry
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.plan import Plan
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant

from tests.domain.small_tenant import GLOBAL, NORTH, SOUTH, connection, row

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is turned; it is Zuora's and this machine's."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return (self.now - MORNING).total_seconds() + 1.0

    def turn(self, **time: float) -> None:
        self.now += timedelta(**time)


def request() -> Operation:
    return Operation.plan(REQUEST, row(Direction.OUTBOUND, SOUTH))


def accept() -> Operation:
    waits = connection(NORTH, GLOBAL, PENDING, "c" * 32)
    return Operation.plan(ACCEPT, row(Direction.INBOUND, NORTH, waits))


def make_journal(folder: Path | None, clock: Clock | None = None, tenant: str = "acme") -> Journal:
    """Open a journal as a program on another machine, whose open writes anybody may look up."""
    path = folder / "state" / "state.sqlite3" if folder else None
    clock = clock or Clock()
    journal = Journal(path, "acme", tenant, clock, process_id="elsewhere:1")
    journal.steady = clock.steady
    return journal


def intend(
    journal: Journal, operation: Operation, user: str = "alice", track_id: str = "t"
) -> Entry:
    """Record an operation as about to be sent, whatever else is open."""
    entry = make_entry(journal, operation, user, track_id)
    entry = entry._replace(server_at=entry.at)
    with journal.write() as writer:
        writer.add_intent(entry)
    return entry


async def execute(
    tenant: Tenant,
    operation: Operation,
    journal: Journal,
    request_log: RequestLog | None = None,
    report: Callable[[Operation], None] = lambda _: None,
    lag_delays: Sequence[float] = (0.0, 0.0, 0.0),
) -> Operation:
    """Carry out one operation."""
    executor = Executor(
        tenant, journal, "alice", request_log or RequestLog(), report, lag_delays=lag_delays
    )
    (outcome,) = await executor.run(plan_of([operation]))
    return outcome


def plan_of(operations: Iterable[Operation]) -> Plan:
    """Return a plan that sends operations in their order."""
    planned = tuple(operations)
    return Plan(planned[0].action, planned)
