"""Many operations in a run: at the same time, with shared lists, until the first doubt."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, REQUEST
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.domain.zuora_api import Receipt, ZuoraApi
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.executor import MAX_CONCURRENCY, Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import plan_operations
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.storage.journal import Journal, JournalWriter
from entity_connections.services.tenant import Tenant

from tests.acme import client, find_writes, open_acme
from tests.services.factories import intend, plan_of


@dataclass
class Batch:
    """A fake tenant, and an executor that works in it as alice.

    Attributes:
        reported: the operations that the executor reported, in order.
    """

    fake: FakeTenant
    request_log: RequestLog
    tenant: Tenant
    executor: Executor
    journal: Journal
    reported: list[Operation]

    def make_executor(
        self, request_log: RequestLog, report: Callable[[Operation], None] | None = None
    ) -> Executor:
        report = report or self.reported.append
        return Executor(self.tenant, self.journal, "alice", request_log, report, lag_delays=())

    @property
    def global_id(self) -> str:
        return next(iter(self.tenant.hierarchy)).id

    async def plan(self, acting_id: str, count: int) -> list[Operation]:
        """Plan requests from an entity to the first entities that it can request."""
        snapshot = await self.tenant.read(acting_id)
        rows = [
            row for row in snapshot.rows(Direction.OUTBOUND) if REQUEST.disabled_reason(row) is None
        ]
        return [Operation.plan(REQUEST, row) for row in rows[:count]]

    async def run(self, operations: Iterable[Operation]) -> list[State]:
        """Run operations and return their states."""
        self.request_log.calls.clear()
        results = await self.executor.run(plan_of(operations))
        return [operation.state for operation in results]

    def list_reads(self) -> list[str]:
        """Return whose lists were read; a list may have several pages."""
        return [
            call.acting_id
            for call in self.request_log.calls
            if call.method == "GET" and "&page=" not in call.path
        ]


class PatientLog(RequestLog):
    """Ends every delay at once."""

    async def wait(self, delay: RetryDelay) -> bool:
        return True


@pytest_asyncio.fixture
async def batch() -> Batch:
    fake = open_acme("global-500")
    zuora, journal = client(fake), Journal(None, "global-500")
    tenant = Tenant(zuora)
    await tenant.open()
    reported: list[Operation] = []
    executor = Executor(tenant, journal, "alice", RequestLog(), reported.append, lag_delays=())
    return Batch(fake, zuora.request_log, tenant, executor, journal, reported)


async def test_operations_in_an_entity_share_the_list_before_and_the_list_after(
    batch: Batch,
) -> None:
    global_id = batch.global_id
    assert await batch.run(await batch.plan(global_id, 30)) == [State.CONFIRMED] * 30
    assert batch.list_reads() == [global_id] * 2
    assert len(find_writes(batch.request_log)) == 30
    assert [entry.outcome for entry in batch.journal.read_entries()] == ["confirmed"] * 30
    snapshot = batch.tenant.cached(global_id)
    assert snapshot is not None
    pending = [record for record in snapshot.connections if record.status == PENDING]
    assert len(pending) >= 30


async def test_results_have_the_order_of_the_operations_and_each_is_reported_twice(
    batch: Batch,
) -> None:
    ids = [entity.id for entity in batch.tenant.hierarchy if entity.provisioned][:2]
    first, second = [await batch.plan(id_, 2) for id_ in ids]
    mixed = [first[0], second[0], first[1], second[1]]
    results = await batch.executor.run(plan_of(mixed))
    assert [operation.ends for operation in results] == [operation.ends for operation in mixed]
    for operation in results:
        states = [other.state for other in batch.reported if other.ends == operation.ends]
        assert states == [State.SENT, State.CONFIRMED]


async def test_one_list_shows_what_is_done_in_many_entities(batch: Batch) -> None:
    requests = await batch.executor.run(plan_of(await batch.plan(batch.global_id, 30)))
    rows = [operation.snapshot.find_row(operation.row).flip()
            for operation in requests if operation.snapshot]  # fmt: skip
    plan = await plan_operations(ACCEPT, rows, batch.tenant, batch.journal)
    assert len({operation.acting_id for operation in plan.operations}) == 30
    assert await batch.run(plan.operations) == [State.CONFIRMED] * 30
    assert batch.list_reads() == [batch.global_id] * 2
    assert plan.calls == 32


async def test_a_record_that_has_changed_is_found_in_the_list_of_the_other_end(
    batch: Batch,
) -> None:
    requests = await batch.executor.run(plan_of(await batch.plan(batch.global_id, 2)))
    rows = [operation.snapshot.find_row(operation.row).flip()
            for operation in requests if operation.snapshot]  # fmt: skip
    plan = await plan_operations(ACCEPT, rows, batch.tenant, batch.journal)
    await batch.tenant.zuora.deny(rows[0].acting.id, rows[0].connection_id)
    assert await batch.run(plan.operations) == [State.STALE, State.CONFIRMED]


class HeldRequests:
    """Passes calls to a client; requests are held until `expected` of them are under way."""

    def __init__(self, zuora: ZuoraApi, expected: int) -> None:
        self._zuora, self._expected = zuora, expected
        self._all_there = asyncio.Event()
        self._under_way = self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._zuora, name)

    async def request_connection(self, *args: str) -> Receipt:
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        if self._under_way == self._expected:
            self._all_there.set()
        await self._all_there.wait()
        try:
            return await self._zuora.request_connection(*args)
        finally:
            self._under_way -= 1


async def test_eight_operations_are_sent_at_the_same_time_and_never_more(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 30)
    held = HeldRequests(batch.tenant.zuora, MAX_CONCURRENCY)
    batch.tenant.zuora = held
    assert await batch.run(operations) == [State.CONFIRMED] * 30
    assert held.most == MAX_CONCURRENCY == 8


async def test_what_is_in_flight_at_the_first_unknown_outcome_ends_and_nothing_more_is_sent(
    batch: Batch,
) -> None:
    operations = await batch.plan(batch.global_id, 40)
    batch.fake.faults.on("lost,after=10,times=1")
    states = await batch.run(operations)
    sent = len(find_writes(batch.request_log))
    assert 11 <= sent < 11 + MAX_CONCURRENCY
    assert Counter(states) == {
        State.CONFIRMED: sent - 1, State.UNKNOWN: 1, State.PLANNED: 40 - sent
    }  # fmt: skip
    assert State.PLANNED not in states[:sent], "they are sent in their order"


@pytest.mark.parametrize("fault", ["drop", "committed-then-401", "committed-then-504"])
async def test_a_lost_answer_that_the_list_proves_does_not_stop_the_rest(
    batch: Batch, fault: str
) -> None:
    operations = await batch.plan(batch.global_id, 20)
    batch.fake.faults.on(f"{fault},calls=writes,share=0.5")
    assert await batch.run(operations) == [State.CONFIRMED] * 20
    assert len(find_writes(batch.request_log)) == 20


async def test_requests_under_a_token_that_is_refused_are_sent_again_under_a_new_one(
    batch: Batch,
) -> None:
    operations = await batch.plan(batch.global_id, 20)
    batch.fake.faults.on("expired-token=6,times=1")
    assert await batch.run(operations) == [State.CONFIRMED] * 20
    refused = [call for call in find_writes(batch.request_log) if call.status == 401]
    assert refused
    assert len(find_writes(batch.request_log)) == 20 + len(refused)
    assert len(batch.journal.read_entries()) == 20, "under the same intent"


async def test_a_refusal_does_not_stop_the_rest(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 20)
    batch.fake.faults.on("refusal=10,calls=writes,after=5,times=2")
    states = await batch.run(operations)
    assert Counter(states) == {State.REFUSED: 2, State.CONFIRMED: 18}


async def test_an_error_that_the_next_would_meet_too_stops_the_rest(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 30)
    batch.fake.faults.on("rate-limit,calls=writes")
    states = await batch.run(operations)
    sent = len(find_writes(batch.request_log))
    assert sent <= MAX_CONCURRENCY
    assert Counter(states) == {State.REFUSED: sent, State.PLANNED: 30 - sent}


async def test_a_list_that_cannot_be_read_stops_all_before_anything_is_sent(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 3)
    batch.fake.faults.on("gateway-page=503,calls=connections")
    assert await batch.run(operations) == [State.NOT_SENT, State.PLANNED, State.PLANNED]
    assert not find_writes(batch.request_log)


async def test_stop_lets_what_is_in_flight_end(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 30)

    def stop_at_the_tenth(operation: Operation) -> None:
        batch.reported.append(operation)
        if len(batch.reported) == 10:
            batch.executor.stop()

    batch.executor = batch.make_executor(RequestLog(), stop_at_the_tenth)
    states = await batch.run(operations)
    sent = len(find_writes(batch.request_log))
    assert 10 <= sent < 10 + MAX_CONCURRENCY
    assert Counter(states) == {State.CONFIRMED: sent, State.PLANNED: 30 - sent}


async def test_one_that_an_earlier_operation_forbids_does_not_stop_the_rest(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 20)
    intend(batch.journal, Operation.plan(ACCEPT, operations[3].row))
    states = await batch.run(operations)
    assert states == [State.CONFIRMED] * 3 + [State.IN_PROGRESS] + [State.CONFIRMED] * 16


async def test_lists_are_read_again_before_they_are_too_old_to_check_by(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 20)
    seconds = 0.0

    def send_for_ten_seconds(_: Operation) -> None:
        nonlocal seconds
        seconds += 10.0

    batch.tenant.steady = lambda: seconds
    batch.executor = batch.make_executor(RequestLog(), send_for_ten_seconds)
    assert await batch.run(operations) == [State.CONFIRMED] * 20
    assert len(batch.list_reads()) > 2


async def test_nothing_is_sent_while_the_rate_limit_delays_another_call(batch: Batch) -> None:
    operations = await batch.plan(batch.global_id, 3)
    log = RequestLog()
    never = asyncio.get_running_loop().time() + 1e6
    log.delays.append(RetryDelay("rate limited", never, limited=True))
    batch.executor = batch.make_executor(log)
    batch.request_log.calls.clear()

    def give_up() -> None:
        if len(log.delays) > 1:
            asyncio.get_running_loop().call_soon(log.cancel_delays)

    log.changed = give_up
    run = batch.executor.run(plan_of(operations))
    assert {operation.state for operation in await run} == {State.PLANNED}
    assert not find_writes(batch.request_log)


async def test_the_journal_waits_for_the_disk_twice_for_each_write_and_once_for_all_outcomes(
    batch: Batch, tmp_path: Path
) -> None:
    operations = await batch.plan(batch.global_id, 40)
    transactions = 0

    class CountingJournal(Journal):
        @contextmanager
        def write(self) -> Iterator[JournalWriter]:
            nonlocal transactions
            transactions += 1
            with super().write() as writer:
                yield writer

    journal = CountingJournal(tmp_path / "state.sqlite3", "global-500")
    executor = Executor(batch.tenant, journal, "alice", RequestLog(), lag_delays=())
    outcomes = await executor.run(plan_of(operations))
    assert {operation.state for operation in outcomes} == {State.CONFIRMED}
    assert transactions == 2 * 40 + 3, "the beginning and the end of the run, too"
    assert journal.verify()[:2] == (3 * 40, ())
