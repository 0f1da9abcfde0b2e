"""What an interrupted run has not done: who is offered it, and what is planned of it."""

import asyncio
import os
import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, CONNECT, REQUEST, Action
from entity_connections.domain.clock import monotonic
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.interrupted_runs import (
    InterruptedRun,
    find_interrupted_runs,
    plan_interrupted_run,
)
from entity_connections.services.operations.journal_records import (
    record_intent,
    record_outcomes,
    record_run,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, Plan, plan_operations
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.zuora.http.retry import RetryPolicy

from tests.acme import AMERICAS, EUROPE, GERMANY, JAPAN, client, open_acme, write_names
from tests.services.factories import plan_of

HOST = socket.gethostname()
ENDED = f"{HOST}:{2**22 + 1}:ended"
"""No process has this id on Linux or macOS."""
RUNNING = f"{HOST}:{os.getppid()}:another"


class Administrator(NamedTuple):
    """A tenant in which alice works, and the file with her journal."""

    fake: FakeTenant
    tenant: Tenant
    request_log: RequestLog
    path: Path

    def open_journal(self, process_id: str | None = None, tenant: str = "acme") -> Journal:
        return Journal(self.path, "acme", tenant, process_id=process_id)

    async def plan(self, action: Action, *targets: str) -> Plan:
        snapshot = await self.tenant.read(AMERICAS)
        rows = [snapshot.make_row(Direction.OUTBOUND, target) for target in targets]
        return await plan_operations(action, rows, self.tenant, self.open_journal())

    async def execute(self, plan: Plan) -> list[Operation]:
        executor = Executor(self.tenant, self.open_journal(), "alice", RequestLog(), lag_delays=())
        return await executor.run(plan)

    async def find(self, tenant: str = "acme", user: str = "alice") -> list[InterruptedRun]:
        journal = self.open_journal(tenant=tenant)
        return await find_interrupted_runs(journal, self.tenant, user)

    async def find_plan(self) -> tuple[InterruptedRun, Plan]:
        (run,) = await self.find()
        return run, await plan_interrupted_run(run, self.tenant, self.open_journal())


@pytest_asyncio.fixture
async def alice(tmp_path: Path) -> Administrator:
    fake = open_acme()
    zuora = client(fake)
    tenant = Tenant(zuora)
    await tenant.open()
    return Administrator(fake, tenant, zuora.request_log, tmp_path / "state.sqlite3")


async def test_what_was_not_sent_is_planned_anew_and_then_forgotten(alice: Administrator) -> None:
    operations = (await alice.plan(REQUEST, EUROPE, GERMANY, JAPAN)).operations
    record_run(alice.open_journal(ENDED), "run-1", plan_of(operations[1:]), "alice")
    run, plan = await alice.find_plan()
    pairs = [operation.pair for operation in operations[1:]]
    assert [operation.pair for operation in run.operations] == pairs
    assert {operation.state for operation in run.operations} == {State.PLANNED}
    assert [operation.pair for operation in plan.operations] == pairs
    outcomes = await alice.execute(plan)
    assert {outcome.state for outcome in outcomes} == {State.CONFIRMED}
    assert await alice.find() == []


async def test_a_run_that_ends_leaves_nothing(alice: Administrator) -> None:
    await alice.execute(await alice.plan(REQUEST, EUROPE, GERMANY))
    assert await alice.find() == []
    with alice.open_journal().write() as writer:
        assert writer.connection.execute("SELECT count(*) FROM run").fetchone() == (0,)


async def test_a_forgotten_run_is_not_offered_again(alice: Administrator) -> None:
    record_run(alice.open_journal(ENDED), "run-1", await alice.plan(REQUEST, EUROPE), "alice")
    (run,) = await alice.find()
    alice.open_journal().end_run(run.id)
    assert await alice.find() == []


@pytest.mark.parametrize(
    ("process", "minutes", "offered"),
    [(None, 0, False), (RUNNING, 0, False), (RUNNING, 9, False), (RUNNING, 11, True),
     (ENDED, 0, True), ("elsewhere:1", 0, True)],
)  # fmt: skip
async def test_a_run_that_a_program_works_on_is_not_offered(
    alice: Administrator, process: str | None, minutes: int, offered: bool
) -> None:
    """A process id that has been silent for long may be another program's by now."""
    journal = alice.open_journal(process)
    journal.steady = lambda: monotonic() - 60 * minutes
    record_run(journal, "run-1", await alice.plan(REQUEST, EUROPE), "alice")
    assert bool(await alice.find()) is offered


async def test_a_program_that_has_sent_something_lately_works_on_its_run(
    alice: Administrator,
) -> None:
    journal = alice.open_journal(RUNNING)
    journal.steady = lambda: monotonic() - 660
    operations = (await alice.plan(REQUEST, EUROPE, JAPAN)).operations
    record_run(journal, "run-1", plan_of(operations), "alice")
    assert await alice.find()
    journal.steady = monotonic
    record_intent(journal, operations[0], None, "alice", "t", "run-1")
    assert await alice.find() == []


async def test_what_did_not_reach_zuora_is_offered_again(alice: Administrator) -> None:
    plan = await alice.plan(CONNECT, EUROPE, JAPAN)
    alice.fake.faults.on("offline,calls=writes")
    outcomes = await alice.execute(plan)
    assert {operation.state for operation in outcomes} == {State.NOT_SENT}
    alice.fake.faults.off()
    run, resumed = await alice.find_plan()
    assert run.pairs == 2
    assert {operation.state for operation in await alice.execute(resumed)} == {State.CONFIRMED}
    assert await alice.find() == []


async def test_a_run_in_another_tenant_or_of_another_user_is_not_offered(
    alice: Administrator,
) -> None:
    record_run(alice.open_journal(ENDED), "run-1", await alice.plan(REQUEST, EUROPE), "alice")
    assert await alice.find("another tenant") == []
    assert await alice.find(user="bruno") == []


async def test_what_has_changed_since_is_left_out(alice: Administrator) -> None:
    operations = (await alice.plan(REQUEST, EUROPE, JAPAN)).operations
    record_run(alice.open_journal(ENDED), "run-1", plan_of(operations), "alice")
    (run,) = await alice.find()
    await alice.tenant.zuora.request_connection(AMERICAS, EUROPE, "somebody-else")
    plan = await plan_interrupted_run(run, alice.tenant, alice.open_journal())
    assert [operation.row.key for operation in plan.operations] == [JAPAN]
    ((row, reason, cause, _),) = plan.left_out
    assert (row.key, cause) == (EUROPE, Cause.ALREADY_SO)
    assert reason.endswith("is Pending now; it was not connected when you asked.")


async def test_what_the_list_shows_as_done_has_left_its_run(alice: Administrator) -> None:
    plan = await alice.plan(CONNECT, EUROPE, JAPAN)
    record_run(alice.open_journal(ENDED), "run-1", plan, "alice")
    to_europe = await alice.tenant.zuora.request_connection(AMERICAS, EUROPE, "key-1")
    await alice.tenant.zuora.accept(EUROPE, to_europe.connection_id)
    await alice.tenant.zuora.request_connection(AMERICAS, JAPAN, "key-2")
    (run,) = await alice.find()
    assert [(o.action, o.row.acting.id) for o in run.operations] == [(ACCEPT, JAPAN)]
    alice.fake.faults.on("success-twice,calls=connections")  # the journal knows it now
    (run,) = await alice.find()
    assert len(run.operations) == 1


async def test_what_a_later_run_takes_on_has_left_the_earlier_run(alice: Administrator) -> None:
    """The later one may be stopped, too: what it has not done is offered once."""
    record_run(alice.open_journal(ENDED), "1", await alice.plan(REQUEST, EUROPE, JAPAN), "alice")
    record_run(alice.open_journal(ENDED), "2", await alice.plan(REQUEST, GERMANY, JAPAN), "alice")
    pairs = [[operation.row.key for operation in run.operations] for run in await alice.find()]
    assert pairs == [[EUROPE], [GERMANY, JAPAN]]


@pytest.mark.parametrize("stops", [1, 2])
async def test_a_stop_forgets_what_was_not_sent_and_a_second_one_nothing_without_an_outcome(
    alice: Administrator, stops: int
) -> None:
    """What was under way is lost: it is sent again, and accepted, when the run is resumed."""
    sent = asyncio.Event()
    executor = Executor(
        alice.tenant, alice.open_journal(ENDED), "alice", RequestLog(), lambda _: sent.set(),
        lag_delays=(),
    )  # fmt: skip
    await alice.tenant.zuora.request_connection(AMERICAS, GERMANY, "somebody-else")
    plan = await alice.plan(CONNECT, EUROPE, GERMANY, JAPAN)
    alice.fake.faults.on("time-out,calls=writes" if stops > 1 else "gateway-page,calls=writes")
    run = asyncio.create_task(executor.run(plan))
    await sent.wait()
    executor.stop()
    if stops > 1:
        run.cancel()
    with suppress(asyncio.CancelledError):
        await run
    alice.fake.faults.off()
    resumed, outcomes = await resume(alice)
    assert {operation.action for operation in resumed.operations} == {REQUEST, ACCEPT}
    assert {outcome.state for outcome in outcomes} == {State.CONFIRMED}
    connected = {outcome.pair for outcome in outcomes}
    assert len(connected) == 3 if stops > 1 else connected
    assert await alice.find() == []


async def test_connecting_goes_on_with_the_half_that_is_missing(alice: Administrator) -> None:
    """Of three pairs nothing was sent, the request, and a request that did not come about."""
    to_europe, to_germany, _, *accepts = (
        await alice.plan(CONNECT, EUROPE, GERMANY, JAPAN)
    ).operations
    await alice.execute(plan_of([to_germany]))
    left = [to_europe, *accepts]
    record_run(alice.open_journal(ENDED), "run-1", plan_of(left), "alice")
    _, plan = await alice.find_plan()
    assert [(operation.action, operation.pair) for operation in plan.operations] == [
        (REQUEST, "Acme-Americas → Acme-Europe"),
        (ACCEPT, "Acme-Americas → Acme-Germany"),
        (ACCEPT, "Acme-Americas → Acme-Europe"),
    ]
    ((_, reason, *_),) = plan.left_out
    assert reason == "Acme-Americas → Acme-Japan has no request that waits for an answer."
    outcomes = await alice.execute(plan)
    assert {outcome.state for outcome in outcomes} == {State.CONFIRMED}
    assert write_names(alice.request_log) == ["request", "request", "accept", "accept"]


def begin(alice: Administrator, plan: Plan, *sent: Operation) -> list[str]:
    """Leave a run whose program was killed while operations were sent; return their keys."""
    journal = alice.open_journal(ENDED)
    record_run(journal, "run-1", plan, "alice")
    return [
        record_intent(journal, operation, None, "alice", "t", "run-1").key for operation in sent
    ]


async def resume(alice: Administrator) -> tuple[Plan, list[Operation]]:
    """Look up what was sent, and go on with the only run."""
    await recover_operations(alice.tenant, alice.open_journal(), second_look_delay=0)
    _, plan = await alice.find_plan()
    executor = Executor(alice.tenant, alice.open_journal(), "alice", RequestLog(), lag_delays=())
    outcomes = await executor.run(plan)
    return plan, outcomes


async def test_what_was_lost_on_its_way_is_sent_again_under_its_key(alice: Administrator) -> None:
    """Of three pairs one request was lost, one has arrived, and one was not sent."""
    plan = await alice.plan(CONNECT, EUROPE, GERMANY, JAPAN)
    lost, arrived, *_ = plan.operations
    key, _ = begin(alice, plan, lost, arrived)
    await alice.tenant.zuora.request_connection(AMERICAS, GERMANY, arrived.key)
    resumed, outcomes = await resume(alice)
    assert [operation.pair for operation in resumed.operations if operation.action is ACCEPT] == [
        "Acme-Americas → Acme-Germany",
        "Acme-Americas → Acme-Europe",
        "Acme-Americas → Acme-Japan",
    ]
    assert key in [operation.key for operation in resumed.operations]
    assert {outcome.state for outcome in outcomes} == {State.CONFIRMED}
    snapshot = await alice.tenant.read(AMERICAS)
    for target in (EUROPE, GERMANY, JAPAN):
        assert snapshot.make_row(Direction.OUTBOUND, target).status == CONNECTED
    assert await alice.find() == []


async def test_lost_accepts_are_sent_again(alice: Administrator) -> None:
    await alice.execute(await alice.plan(REQUEST, EUROPE, JAPAN))
    plan = await alice.plan(CONNECT, EUROPE, JAPAN)
    begin(alice, plan, *plan.operations)
    (run,) = await alice.find()
    assert {operation.state for operation in run.operations} == {State.UNKNOWN}
    _, outcomes = await resume(alice)
    assert [outcome.state for outcome in outcomes] == [State.CONFIRMED] * 2
    assert await alice.find() == []


async def test_what_has_to_wait_stays_in_its_run(alice: Administrator) -> None:
    """Zuora answered success to a request that no list shows yet: it is not sent again."""
    plan = await alice.plan(CONNECT, EUROPE, JAPAN)
    journal = alice.open_journal(ENDED)
    record_run(journal, "run-1", plan, "alice")
    lagging = plan.operations[0]
    sent = record_intent(journal, lagging, None, "alice", "t", "run-1")
    record_outcomes(journal, [replace(sent, success=True, state=State.UNKNOWN)])
    resumed, outcomes = await resume(alice)
    assert [left.cause for left in resumed.left_out] == [Cause.IN_PROGRESS]
    assert {outcome.pair for outcome in outcomes} == {"Acme-Americas → Acme-Japan"}
    (run,) = await alice.find()
    assert [(operation.action, operation.pair) for operation in run.operations] == [
        (REQUEST, lagging.pair),
        (ACCEPT, lagging.pair),
    ]
    _, outcomes = await resume(alice)
    assert outcomes == []
    assert await alice.find(), "it waits still"


@pytest.mark.parametrize("resumes", [False, True])
@pytest.mark.parametrize("forget_unsent", [True, False])
async def test_what_a_run_has_not_sent_is_forgotten_only_by_the_person_who_began_it(
    alice: Administrator, resumes: bool, forget_unsent: bool
) -> None:
    plan = await alice.plan(REQUEST, EUROPE, JAPAN)
    if resumes:
        begin(alice, plan)
        _, plan = await alice.find_plan()
    executor = Executor(alice.tenant, alice.open_journal(), "alice", RequestLog())
    executor.stop(forget_unsent=forget_unsent)
    await executor.run(plan)
    assert bool(await alice.find()) is (resumes or not forget_unsent)


async def test_a_run_that_is_left_keeps_what_is_under_way(alice: Administrator) -> None:
    reported = asyncio.Event()
    executor = Executor(
        alice.tenant, alice.open_journal(), "alice", RequestLog(), lambda _: reported.set()
    )
    plan = await alice.plan(CONNECT, EUROPE, JAPAN)
    run = asyncio.create_task(executor.run(plan))
    await reported.wait()
    executor.stop(forget_unsent=False)
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run
    (left,) = await alice.find()
    assert len(left.operations) == len(plan.operations)
    assert State.UNKNOWN in {operation.state for operation in left.operations}


@pytest.mark.parametrize(
    ("fault", "outcome", "state"),
    [
        ("rate-limit=30", "refused", State.PLANNED),
        ("lost", None, State.UNKNOWN),
    ],
)
async def test_what_was_refused_at_every_try_was_not_applied_when_a_run_is_left(
    alice: Administrator, fault: str, outcome: str | None, state: State
) -> None:
    log = RequestLog()
    tenant = Tenant(client(alice.fake, request_log=log, retry_policy=RetryPolicy()))
    await tenant.open()
    plan = await alice.plan(REQUEST, EUROPE, JAPAN)
    alice.fake.faults.on(f"{fault},calls=writes")
    executor = Executor(tenant, alice.open_journal(ENDED), "alice", log)
    run = asyncio.create_task(executor.run(plan))

    def cancel_in_delays() -> None:
        if len(log.delays) == 2:
            run.cancel()

    log.changed = cancel_in_delays
    with suppress(asyncio.CancelledError):
        await run
    alice.fake.faults.off()
    assert [entry.outcome for entry in alice.open_journal().read_entries()] == [outcome] * 2
    (left,) = await alice.find()
    assert [operation.state for operation in left.operations] == [state] * 2


async def test_a_request_that_zuora_could_not_do_now_stays_in_its_run(alice: Administrator) -> None:
    plan = await alice.plan(REQUEST, EUROPE, JAPAN)
    alice.fake.faults.on("refusal=61,calls=writes,times=1")
    outcomes = {operation.state: operation for operation in await alice.execute(plan)}
    assert outcomes.keys() == {State.REFUSED, State.CONFIRMED}
    run, resumed = await alice.find_plan()
    ((operation,),) = [run.operations]
    assert (operation.state, operation.ends) == (State.PLANNED, outcomes[State.REFUSED].ends)
    assert {operation.state for operation in await alice.execute(resumed)} == {State.CONFIRMED}
    assert await alice.find() == []
