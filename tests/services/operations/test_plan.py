"""What a plan sends and leaves out, and its price."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, CONNECT, DENY, DISCONNECT, REQUEST, Action
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import Receipt, ZuoraApi
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import NORDICS
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, Plan, plan_operations
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant

from tests.acme import AMERICAS, CORPORATION, EUROPE, JAPAN, US, client, open_acme, write_names
from tests.services.factories import intend

OUT, IN = Direction.OUTBOUND, Direction.INBOUND


class Alice(NamedTuple):
    """Alice, who works in a fake tenant."""

    fake: FakeTenant
    request_log: RequestLog
    tenant: Tenant
    journal: Journal

    def limit_access(self, *ids: str) -> None:
        self.tenant.hierarchy = Hierarchy(self.tenant.hierarchy, accessible_ids=set(ids))

    async def rows(self, acting_id: str, direction: Direction, *keys: str) -> list[Row]:
        snapshot = await self.tenant.read(acting_id)
        return [snapshot.make_row(direction, key) for key in keys]

    async def plan(self, action: Action, rows: Iterable[Row]) -> Plan:
        return await plan_operations(action, rows, self.tenant, self.journal)

    async def run(self, plan: Plan) -> list[Operation]:
        self.request_log.calls.clear()
        executor = Executor(self.tenant, self.journal, "alice", RequestLog(), lag_delays=())
        return await executor.run(plan)


async def open_alice(policy: Policy | None = None, scenario: str = "acme") -> Alice:
    fake = open_acme(scenario, policy)
    zuora = client(fake)
    tenant = Tenant(zuora)
    await tenant.open()
    return Alice(fake, zuora.request_log, tenant, Journal(None, scenario))


@pytest_asyncio.fixture
async def alice() -> Alice:
    return await open_alice()


async def test_a_plan_says_what_is_left_out_and_why(alice: Alice) -> None:
    rows = (await alice.tenant.read(AMERICAS)).rows(OUT)
    plan = await alice.plan(REQUEST, rows)
    shown = {operation.row.key for operation in plan.operations}
    assert EUROPE in shown
    assert shown | {left.row.key for left in plan.left_out} == {row.key for row in rows}
    causes = {left.row.status: left.cause for left in plan.left_out}
    assert causes[CONNECTED] is Cause.ALREADY_SO
    assert causes[None] is Cause.DISABLED
    assert all(left.reason.endswith(".") for left in plan.left_out)
    assert plan.calls == len(plan.operations) + 2


async def test_what_may_be_under_way_is_left_out(alice: Alice) -> None:
    rows = await alice.rows(CORPORATION, IN, JAPAN)
    intend(alice.journal, (await alice.plan(ACCEPT, rows)).operations[0])
    plan = await alice.plan(DENY, rows)
    assert not plan.operations
    assert not plan.calls
    ((_, reason, cause, _),) = plan.left_out
    assert cause is Cause.IN_PROGRESS
    assert "is being sent by another program" in reason


async def test_a_list_that_is_not_whole_is_told_from_an_impossible_action(
    alice: Alice,
) -> None:
    alice.fake.faults.on("unreadable-record=2")
    rows = (await alice.tenant.read(AMERICAS)).rows(OUT)
    plan = await alice.plan(REQUEST, rows)
    assert not plan.operations
    causes = {left.row.key: left.cause for left in plan.left_out}
    assert causes[EUROPE] is Cause.UNREADABLE
    even_so = await plan_operations(REQUEST, rows, alice.tenant, alice.journal, even_so=True)
    assert EUROPE in {operation.row.key for operation in even_so.operations}


async def test_a_record_is_acted_on_once_however_often_it_is_named(alice: Alice) -> None:
    row, again = await alice.rows(AMERICAS, OUT, EUROPE, EUROPE)
    assert len((await alice.plan(REQUEST, [row, again])).operations) == 1


@pytest.mark.parametrize(
    ("action", "count"), [(REQUEST, 1), (REQUEST, 100), (REQUEST, 201), (CONNECT, 30)]
)
async def test_the_price_is_what_it_takes(action: Action, count: int) -> None:
    alice = await open_alice(scenario="global-500")
    ids = [entity.id for entity in alice.tenant.hierarchy if alice.tenant.can_act_in(entity.id)]
    snapshot = await alice.tenant.read(ids[-1])
    free = [row for row in snapshot.rows(OUT) if row.key in ids and row.connection is None]
    plan = await alice.plan(action, free[:count])
    calls: list[str] = []
    alice.request_log.changed = lambda: calls.append(alice.request_log.calls[-1].track_id)
    outcomes = await alice.run(plan)
    assert {operation.state for operation in outcomes} == {State.CONFIRMED}
    assert len(outcomes) == count * (2 if action is CONNECT else 1)
    pages = [
        call for call in alice.request_log.calls if call.method == "GET" and "&page=" in call.path
    ]
    assert len(set(calls)) - len(pages) == plan.calls


async def test_connect_requests_in_the_source_and_accepts_in_the_target(
    alice: Alice,
) -> None:
    plan = await alice.plan(CONNECT, await alice.rows(AMERICAS, OUT, EUROPE))
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.CONFIRMED, State.CONFIRMED)
    assert (request.acting_id, accept.acting_id) == (AMERICAS, EUROPE)
    assert accept.sentence == "Acme-Americas → Acme-Europe is Connected."
    assert write_names(alice.request_log) == ["request", "accept"]
    entries = alice.journal.read_entries()
    assert [(entry.action, entry.acting.id, entry.outcome) for entry in entries] == [
        (REQUEST, AMERICAS, "confirmed"),
        (ACCEPT, EUROPE, "confirmed"),
    ]


async def test_connect_only_accepts_where_a_request_waits_already(alice: Alice) -> None:
    inbound = await alice.rows(CORPORATION, IN, JAPAN)
    outbound = [row.flip() for row in inbound]
    for rows in (inbound, outbound):
        (accept,) = (await alice.plan(CONNECT, rows)).operations
        assert (accept.action, accept.acting_id) == (ACCEPT, CORPORATION)
    (outcome,) = await alice.run(await alice.plan(CONNECT, outbound))
    assert outcome.state is State.CONFIRMED


async def test_the_first_half_is_told_when_the_second_fails(alice: Alice) -> None:
    rows = await alice.rows(AMERICAS, OUT, EUROPE, JAPAN)
    plan = await alice.plan(CONNECT, rows)
    count = len(plan.operations) // 2
    alice.fake.faults.on(f"refusal=10,calls=writes,after={count}")
    outcomes = await alice.run(plan)
    states = [operation.state for operation in outcomes]
    assert states == [State.CONFIRMED] * count + [State.REFUSED] * count
    assert all("is Pending until" in outcome.sentence for outcome in outcomes[:count])


async def test_nothing_is_accepted_where_the_request_is_refused(alice: Alice) -> None:
    plan = await alice.plan(CONNECT, await alice.rows(AMERICAS, OUT, EUROPE))
    alice.fake.faults.on("refusal=10,calls=writes")
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.REFUSED, State.NOT_SENT)
    assert accept.sentence == "Its request was refused: there was nothing to accept."
    assert write_names(alice.request_log) == ["request"]


async def test_nothing_is_accepted_after_a_request_without_a_known_outcome(
    alice: Alice,
) -> None:
    plan = await alice.plan(CONNECT, await alice.rows(AMERICAS, OUT, EUROPE))
    alice.fake.faults.on("lost,calls=writes")
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.UNKNOWN, State.PLANNED)


async def test_connect_is_done_where_zuora_accepts_by_itself() -> None:
    """Whether it does is not documented (contract L10)."""
    alice = await open_alice(Policy().with_options(["own-request=connected"]))
    plan = await alice.plan(CONNECT, await alice.rows(AMERICAS, OUT, EUROPE))
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.CONFIRMED, State.CONFIRMED)
    assert accept.sentence.endswith("is Connected already: nothing had to be accepted.")
    assert not accept.is_already_so
    assert write_names(alice.request_log) == ["request"]


class DeniedAndRequestedAgain:
    """Passes calls to a client; whatever is requested, somebody else denies and requests again."""

    def __init__(self, zuora: ZuoraApi) -> None:
        self._zuora = zuora

    def __getattr__(self, name: str) -> Any:
        return getattr(self._zuora, name)

    async def request_connection(self, source_id: str, target_id: str, *keys: str) -> Receipt:
        receipt = await self._zuora.request_connection(source_id, target_id, *keys)
        await self._zuora.deny(target_id, receipt.connection_id)
        await self._zuora.request_connection(source_id, target_id, "another")
        return receipt


async def test_connect_accepts_only_the_request_that_it_made(alice: Alice) -> None:
    plan = await alice.plan(CONNECT, await alice.rows(AMERICAS, OUT, EUROPE))
    alice.tenant.zuora = DeniedAndRequestedAgain(alice.tenant.zuora)
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.CONFIRMED, State.STALE)
    assert "is another Pending connection than the one requested" in accept.sentence


async def test_connect_accepts_its_request_although_the_answer_did_not_name_it(
    alice: Alice,
) -> None:
    """The record that the pair had before has ended; the list shows the one that was made."""
    rows = await alice.rows(CORPORATION, OUT, NORDICS)
    assert rows[0].connection
    plan = await alice.plan(CONNECT, rows)
    alice.fake.faults.on("committed-then-page,times=1,calls=writes")
    request, accept = await alice.run(plan)
    assert (request.state, accept.state) == (State.CONFIRMED, State.CONFIRMED)


async def test_connect_takes_both_ends(alice: Alice) -> None:
    alice.limit_access(AMERICAS, US)
    rows = await alice.rows(AMERICAS, OUT, EUROPE)
    ((_, reason, cause, _),) = (await alice.plan(CONNECT, rows)).left_out
    assert cause is Cause.DISABLED
    assert reason.startswith("You have no access to Acme-Europe")


async def test_disconnecting_needs_one_end(alice: Alice) -> None:
    alice.limit_access(CORPORATION)
    plan = await alice.plan(DISCONNECT, await alice.rows(CORPORATION, OUT, EUROPE))
    assert [outcome.state for outcome in await alice.run(plan)] == [State.CONFIRMED]
