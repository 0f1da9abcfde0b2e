"""Many operations at once: they share lists, and the first doubt stops the rest."""

from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

import pytest
import pytest_asyncio
from entity_connections.domain.actions import REQUEST
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant

from tests.acme import client, find_writes, open_acme

pytestmark = pytest.mark.asyncio


class Batch(NamedTuple):
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

    async def plan(self, acting_id: str, count: int) -> list[Operation]:
        """Plan requests from an entity to the first entities that it can request."""
        snapshot = await self.tenant.read(acting_id)
        rows = [
            row
            for row in snapshot.rows(Direction.OUTBOUND)
            if REQUEST.disabled_reason(row, snapshot.accessible_ids) is None
        ]
        return [Operation.plan(REQUEST, row) for row in rows[:count]]

    async def run(self, operations: Iterable[Operation]) -> list[State]:
        """Run operations and return their states."""
        self.request_log.calls.clear()
        results = await self.executor.run(operations)
        return [operation.state for operation in results]


@pytest_asyncio.fixture
async def batch() -> AsyncIterator[Batch]:
    fake = open_acme("global-500")
    zuora, journal = client(fake), Journal(None, "global-500")
    tenant = Tenant(zuora)
    await tenant.open()
    reported: list[Operation] = []
    executor = Executor(tenant, journal, "alice", RequestLog(), reported.append, lag_delays=())
    yield Batch(fake, zuora.request_log, tenant, executor, journal, reported)
    fake.close()


async def test_operations_in_an_entity_share_the_list_before_and_the_list_after(
    batch: Batch,
) -> None:
    global_id = next(iter(batch.tenant.hierarchy)).id
    assert await batch.run(await batch.plan(global_id, 30)) == [State.CONFIRMED] * 30
    reads = [
        call.acting_id
        for call in batch.request_log.calls
        if call.method == "GET" and "&page=" not in call.path
    ]
    assert reads == [global_id] * 2
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
    results = await batch.executor.run(mixed)
    assert [operation.ends for operation in results] == [operation.ends for operation in mixed]
    for operation in results:
        states = [other.state for other in batch.reported if other.ends == operation.ends]
        assert states == [State.SENT, State.CONFIRMED]


async def test_nothing_is_sent_after_an_unknown_outcome(batch: Batch) -> None:
    operations = await batch.plan(next(iter(batch.tenant.hierarchy)).id, 4)
    batch.fake.faults.on("lost,after=1")
    states = await batch.run(operations)
    assert states == [State.CONFIRMED, State.UNKNOWN, State.PLANNED, State.PLANNED]
    assert len(find_writes(batch.request_log)) == 2


async def test_a_lost_answer_that_the_list_proves_does_not_stop_the_rest(batch: Batch) -> None:
    operations = await batch.plan(next(iter(batch.tenant.hierarchy)).id, 3)
    batch.fake.faults.on("drop")
    assert await batch.run(operations) == [State.CONFIRMED] * 3
    assert len(find_writes(batch.request_log)) == 3


async def test_a_refusal_does_not_stop_the_rest(batch: Batch) -> None:
    operations = await batch.plan(next(iter(batch.tenant.hierarchy)).id, 3)
    batch.fake.faults.on("refusal=10,calls=writes,times=1")
    assert await batch.run(operations) == [State.REFUSED, State.CONFIRMED, State.CONFIRMED]


async def test_an_error_that_the_next_would_meet_too_stops_the_rest(batch: Batch) -> None:
    operations = await batch.plan(next(iter(batch.tenant.hierarchy)).id, 3)
    batch.fake.faults.on("rate-limit,calls=writes")
    assert await batch.run(operations) == [State.REFUSED, State.PLANNED, State.PLANNED]
    assert len(find_writes(batch.request_log)) == 1
