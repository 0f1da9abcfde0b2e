"""How an operation is checked, recorded, sent and concluded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, Write
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.errors import (
    NoResponse,
    ReadOnlyError,
    Reason,
    ServerError,
    Unreachable,
)
from entity_connections.domain.zuora_api import ListResult, Receipt
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import conclude
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.zuora.client import ZuoraClient

from tests.acme import (
    AMERICAS,
    CORPORATION,
    EUROPE,
    JAPAN,
    client,
    find_writes,
    open_acme,
    write_names,
)
from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH, connection
from tests.services.factories import MORNING, Clock, execute, intend
from tests.zuora.raw_server import RawServer, http_response

OUT, IN = Direction.OUTBOUND, Direction.INBOUND


@dataclass
class World:
    """A fake tenant in which alice works, and another administrator beside her."""

    fake: FakeTenant
    zuora: ZuoraClient
    tenant: Tenant
    other: ZuoraClient
    journal: Journal

    async def plan(self, action: Write, acting: str, direction: Direction, key: str) -> Operation:
        row = (await self.tenant.read(acting)).make_row(direction, key)
        assert row is not None
        return Operation.plan(action, row)

    async def execute(
        self,
        operation: Operation,
        report: Callable[[Operation], None] = lambda _: None,
        delays: RequestLog | None = None,
    ) -> Operation:
        return await execute(self.tenant, operation, self.journal, delays, report)

    @property
    def writes(self) -> list[str]:
        return write_names(self.zuora.request_log)


def open_world(scenario: str) -> World:
    fake = open_acme(scenario)
    zuora = client(fake)
    return World(fake, zuora, Tenant(zuora), client(fake), Journal(None, scenario))


@pytest_asyncio.fixture
async def world() -> World:
    world = open_world("acme")
    await world.tenant.open()
    return world


async def test_request_and_accept_connect_two_entities(world: World) -> None:
    asked = await world.execute(await world.plan(REQUEST, AMERICAS, OUT, EUROPE))
    assert asked.state is State.CONFIRMED
    assert asked.sentence == (
        "Requested: Acme-Americas → Acme-Europe is Pending until Acme-Europe accepts."
    )
    accepted = await world.execute(await world.plan(ACCEPT, EUROPE, IN, AMERICAS))
    assert accepted.state is State.CONFIRMED
    assert accepted.sentence == "Acme-Americas → Acme-Europe is Connected."
    assert accepted.snapshot is not None
    row = accepted.snapshot.make_row(IN, AMERICAS)
    assert row is not None
    assert row.status == CONNECTED


@pytest.mark.parametrize(("scenario", "status"), [("acme", DISCONNECTED), ("denied-removed", None)])
async def test_the_outcome_of_a_denial_names_the_status_in_the_list(
    scenario: str, status: str | None
) -> None:
    world = open_world(scenario)
    await world.tenant.open()
    outcome = await world.execute(await world.plan(DENY, CORPORATION, IN, JAPAN))
    assert outcome.state is State.CONFIRMED
    assert outcome.snapshot is not None
    row = outcome.snapshot.make_row(IN, JAPAN)
    assert (row.status if row else None) == status
    assert (status or "gone from the list") in outcome.sentence


async def test_disconnect_ends_a_connection(world: World) -> None:
    operation = await world.plan(DISCONNECT, CORPORATION, OUT, EUROPE)
    outcome = await world.execute(operation)
    assert outcome.state is State.CONFIRMED
    assert outcome.sentence == "Acme Corporation → Acme-Europe is Disconnected."


async def test_an_operation_on_a_changed_record_is_not_sent(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    assert operation.row.connection is not None
    await world.other.deny(CORPORATION, operation.row.connection.id)
    outcome = await world.execute(operation)
    assert outcome.state is State.STALE
    assert "Disconnected now; it was Pending" in outcome.sentence
    assert not world.writes


async def test_an_operation_on_a_record_that_is_gone_is_not_sent() -> None:
    world = open_world("denied-removed")
    await world.tenant.open()
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    await world.other.deny(CORPORATION, operation.connection_id)
    outcome = await world.execute(operation)
    assert outcome.state is State.STALE
    assert outcome.sentence.endswith("is not in the list any more. Nothing was sent.")
    assert not world.writes


async def test_an_operation_on_another_record_of_the_pair_is_not_sent(world: World) -> None:
    operation = await world.plan(DISCONNECT, CORPORATION, OUT, EUROPE)
    assert operation.row.connection is not None
    await world.other.disconnect(CORPORATION, operation.row.connection.id)
    again = await world.other.request_connection(CORPORATION, EUROPE, "k")
    await world.other.accept(EUROPE, again.connection_id)
    outcome = await world.execute(operation)
    assert outcome.state is State.STALE
    assert "another Connected connection" in outcome.sentence
    assert not world.writes


async def test_a_refusal_carries_the_error_and_the_list(world: World) -> None:
    carol = Tenant(client(world.fake, "carol"))
    await carol.open()
    view = await carol.read(CORPORATION)
    row = view.make_row(IN, JAPAN)
    assert row is not None
    outcome = await execute(carol, Operation.plan(ACCEPT, row), world.journal)
    assert outcome.state is State.REFUSED
    assert outcome.error is not None
    assert outcome.error.codes.endswith("10")
    assert outcome.error.request_id
    assert outcome.snapshot is not None


async def test_a_lost_answer_is_confirmed_by_the_list(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.fake.faults.on("drop")
    outcome = await world.execute(operation)
    assert outcome.state is State.CONFIRMED
    assert isinstance(outcome.error, NoResponse)
    assert world.writes == ["accept"]


async def test_a_lost_request_is_unknown_and_not_repeated(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.fake.faults.on("lost")
    outcome = await world.execute(operation)
    assert outcome.state is State.UNKNOWN
    assert "still shows Pending" in outcome.sentence
    assert world.writes == ["accept"]


@pytest.mark.parametrize(
    ("faults", "answer"),
    [([], "Zuora answered success."), (["drop"], "The connection to Zuora broke")],
)
async def test_without_a_list_the_outcome_is_unknown(
    world: World, faults: list[str], answer: str
) -> None:
    operation = await world.plan(DISCONNECT, CORPORATION, OUT, EUROPE)
    for fault in (*faults, "gateway-page=503,calls=reads,after=1"):
        world.fake.faults.on(fault)
    outcome = await world.execute(operation)
    assert outcome.state is State.UNKNOWN
    assert outcome.snapshot is None
    assert outcome.sentence.startswith(answer)


async def test_the_same_operation_is_sent_once(world: World) -> None:
    operation = await world.plan(REQUEST, AMERICAS, OUT, EUROPE)
    await world.execute(operation)
    again = await world.execute(operation)
    assert again.state is State.CONFIRMED
    assert again.sentence.endswith("is Pending already. Nothing was sent.")
    assert world.writes == ["request"]
    row = (await world.tenant.read(AMERICAS)).make_row(OUT, EUROPE)
    assert row is not None
    assert row.status == PENDING


class ScriptedLists:
    """A client that accepts every write and returns the lists it is given, in operation."""

    def __init__(self, *lists: list[Connection]) -> None:
        self._lists = list(lists)
        self.missing = ""

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        found = self._lists.pop(0) if len(self._lists) > 1 else self._lists[0]
        return ListResult(tuple(found), missing=self.missing)

    async def accept(self, acting_id: str, connection_id: str, *_: object) -> Receipt:
        return Receipt("")

    deny = disconnect = accept


async def execute_on_lists(
    action: Write, before: list[Connection], after: list[Connection], missing: str = ""
) -> Operation:
    shown = ScriptedLists(before, before, after)
    shown.missing = missing
    tenant = Tenant(shown)  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    row = (await tenant.read(GLOBAL.id)).make_row(IN, NORTH.id)
    assert row is not None
    return await execute(tenant, Operation.plan(action, row), Journal(None, "world"))


@pytest.mark.parametrize("action", [DENY, DISCONNECT])
async def test_another_status_does_not_prove_an_end(action: Write) -> None:
    status = PENDING if action is DENY else CONNECTED
    there = connection(NORTH, GLOBAL, status)
    ended = await execute_on_lists(action, [there], [there._replace(status=DISCONNECTED)])
    assert ended.state is State.CONFIRMED
    odd = await execute_on_lists(action, [there], [there._replace(status="Suspended")])
    assert odd.state is State.UNKNOWN
    assert "The list shows Suspended" in odd.sentence
    blank = await execute_on_lists(action, [there], [there._replace(status="")])
    assert "The list shows (no word)" in blank.sentence


@pytest.mark.parametrize("action", [DENY, DISCONNECT])
async def test_an_incomplete_list_does_not_prove_that_a_record_is_gone(action: Write) -> None:
    status = PENDING if action is DENY else CONNECTED
    other = connection(SOUTH, GLOBAL, CONNECTED, "other")
    there = [connection(NORTH, GLOBAL, status), other]
    assert (await execute_on_lists(action, there, [other])).state is State.CONFIRMED
    outcome = await execute_on_lists(action, there, [other], "1 connection could not be read.")
    assert outcome.state is State.UNKNOWN
    assert outcome.sentence.endswith("it is not whole: 1 connection could not be read.")


async def test_a_list_of_another_entity_does_not_prove_an_end() -> None:
    """A server may answer for another entity than the one in the header."""
    record = {"id": "c" * 32, "sourceEntityId": "a" * 32, "targetEntityId": "b" * 32,
              "status": CONNECTED}  # fmt: skip
    foreign = record | {"sourceEntityId": "e" * 32, "targetEntityId": "f" * 32}
    shown = [
        http_response({"success": True, "entityConnections": [one]}) for one in (record, foreign)
    ]
    async with RawServer(
        shown[0], shown[0], http_response(b"", "504 Gateway Timeout"), shown[1]
    ).open() as rogue:
        tenant = Tenant(rogue.client())
        row = (await tenant.read("a" * 32)).make_row(OUT, "b" * 32)
        assert row is not None
        operation = Operation.plan(DISCONNECT, row)
        outcome = await execute(tenant, operation, Journal(None, "acme"))
    assert outcome.state is State.UNKNOWN
    assert "it is not whole: 1 connection of other entities came" in outcome.sentence


async def test_the_outcome_is_that_of_the_record_and_not_of_the_pair() -> None:
    p1, p2 = (connection(NORTH, GLOBAL, PENDING, id_) for id_ in ("p1", "p2"))
    denied = await execute_on_lists(DENY, [p1, p2], [p1, p2._replace(status=DISCONNECTED)])
    assert denied.state is State.CONFIRMED
    other = connection(NORTH, GLOBAL, CONNECTED, "other")
    unanswered = await execute_on_lists(ACCEPT, [p1], [p1, other])
    assert unanswered.state is State.UNKNOWN


async def test_the_journal_records_what_is_sent(world: World) -> None:
    asked = await world.execute(await world.plan(REQUEST, AMERICAS, OUT, EUROPE))
    (entry,) = world.journal.read_entries()
    assert entry.outcome == "confirmed"
    assert entry.sentence == asked.sentence
    assert entry.key == asked.key
    assert entry.user == "alice"
    assert entry.connection_id == asked.connection_id
    row = (await world.tenant.read(AMERICAS)).make_row(OUT, EUROPE)
    assert row is not None
    assert row.connection is not None
    assert entry.connection_id == row.connection.id
    (call,) = find_writes(world.zuora.request_log)
    assert (call.track_id, call.key) == (entry.track_id, entry.key)


async def test_lateness_counts_from_the_end_of_the_request(world: World) -> None:
    clock = Clock()
    world.journal = Journal(None, "acme", clock=clock)
    world.journal.steady = clock.steady
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.fake.faults.on("lost")

    def report(operation: Operation) -> None:
        if operation.state is State.SENT:
            clock.turn(seconds=170)

    outcome = await world.execute(operation, report)
    assert outcome.entry is not None
    assert outcome.entry.at == MORNING
    (intent,) = world.journal.read_entries()
    assert outcome.entry.left_by == intent.left_by


async def test_the_journal_records_a_refusal_with_its_codes(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.fake.faults.on("refusal=10,calls=writes")
    outcome = await world.execute(operation)
    assert outcome.request_id
    (entry,) = world.journal.read_entries()
    assert (entry.outcome, entry.codes) == ("refused", "50000010")
    assert entry.request_id == outcome.request_id


async def test_what_another_program_is_sending_is_left_to_it(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    intend(world.journal, operation)
    outcome = await world.execute(operation)
    assert outcome.state is State.IN_PROGRESS
    assert outcome.sentence.endswith(
        "is being sent by another program: wait for it. Nothing was sent."
    )


async def test_the_journal_does_not_record_what_is_not_sent(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    await world.execute(operation)
    again = await world.execute(operation)
    assert again.sentence.endswith("is Connected already. Nothing was sent.")
    assert len(world.journal.read_entries()) == 1


async def test_nothing_is_sent_when_the_journal_cannot_be_written(
    world: World, tmp_path: Path
) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    (tmp_path / "state").write_text("in the way")
    world.journal = Journal(tmp_path / "state" / "state.sqlite3", "acme")
    outcome = await world.execute(operation)
    assert outcome.state is State.NOT_SENT
    assert outcome.sentence.startswith("The journal ")
    assert outcome.sentence.endswith("state is not a folder. Nothing was sent.")
    assert world.writes == []


async def test_the_intent_is_on_the_disk_before_anything_is_sent(
    world: World, tmp_path: Path
) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    path = tmp_path / "state.sqlite3"
    world.journal = Journal(path, "acme")
    outcomes: list[str | None] = []

    def report(operation: Operation) -> None:
        if operation.state is State.SENT:
            assert not world.writes
            outcomes.extend(entry.outcome for entry in Journal(path, "acme").read_entries())

    await world.execute(operation, report)
    assert outcomes == [None], "the intent, without an outcome"


async def test_the_sentence_says_when_an_outcome_cannot_be_recorded(
    world: World, tmp_path: Path
) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    path = tmp_path / "state.sqlite3"
    world.journal = Journal(path, "acme")

    def report(operation: Operation) -> None:
        if operation.state is State.SENT:
            path.unlink()
            path.mkdir()

    outcome = await world.execute(operation, report)
    assert outcome.state is State.CONFIRMED
    assert outcome.sentence.startswith("Acme-Japan → Acme Corporation is Connected. The journal ")


@pytest.mark.parametrize("action", [REQUEST, ACCEPT])
@pytest.mark.parametrize("fault", ["refusal=61", "refusal=50", "refusal=30", "refusal=60"])
async def test_what_zuora_refuses_is_refused_and_the_next_request_has_a_new_key(
    world: World, fault: str, action: Write
) -> None:
    place = (AMERICAS, OUT, EUROPE) if action is REQUEST else (CORPORATION, IN, JAPAN)
    world.fake.faults.on(f"{fault},calls=writes,times=1")
    outcome = await world.execute(await world.plan(action, *place))
    assert outcome.state is State.REFUSED
    again = await world.execute(await world.plan(action, *place))
    assert again.state is State.CONFIRMED
    keys = [call.key for call in find_writes(world.zuora.request_log)]
    assert len(set(keys)) == (2 if action is REQUEST else 1)


async def test_a_list_proves_a_request_in_spite_of_a_temporary_error(world: World) -> None:
    operation = await world.plan(REQUEST, AMERICAS, OUT, EUROPE)
    reasons = (Reason("53000061", "Try again."),)
    error = ServerError("Try again.", reasons, maybe_applied=False, needs_new_key=True)
    await world.other.request_connection(AMERICAS, EUROPE, "key")
    outcome = conclude(replace(operation, error=error), await world.tenant.read(AMERICAS))
    assert outcome.state is State.CONFIRMED


async def test_no_list_is_read_after_a_write_that_the_lock_refused(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.zuora.lock.lock()
    outcome = await world.execute(operation)
    assert isinstance(outcome.error, ReadOnlyError)
    assert (outcome.state, outcome.snapshot) == (State.NOT_SENT, None)


async def test_no_list_is_read_after_a_write_that_never_left(world: World) -> None:
    operation = await world.plan(ACCEPT, CORPORATION, IN, JAPAN)
    world.fake.faults.on("offline,calls=writes")
    outcome = await world.execute(operation)
    assert isinstance(outcome.error, Unreachable)
    assert (outcome.state, outcome.snapshot) == (State.NOT_SENT, None)
