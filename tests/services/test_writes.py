"""The life of a write: what it is checked against, and how its outcome is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, Action
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.errors import (
    Applied,
    Forbidden,
    NoResponse,
    RateLimited,
    ReadOnlyError,
    Reason,
    Refused,
    ServerError,
    TokenUnavailable,
    Unreachable,
    ZuoraError,
)
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.zuora_api import Receipt
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.zuora.client import ZuoraClient

from tests.acme import AMERICAS, CORPORATION, EUROPE, JAPAN, client, open_acme
from tests.domain.world import GLOBAL, HIERARCHY, NORTH, connection
from tests.services.faults import Faulty
from tests.services.journals import MORNING, Clock, execute
from tests.zuora.raw_server import RawServer, http_response

pytestmark = pytest.mark.asyncio
OUT, IN = Direction.OUTBOUND, Direction.INBOUND


@dataclass
class Office:
    """alice at work in acme, and another administrator beside her."""

    fake: FakeTenant
    zuora: Faulty
    tenant: Tenant
    other: ZuoraClient
    journal: Journal

    async def order(self, action: Action, acting: str, direction: Direction, key: str) -> Operation:
        row = (await self.tenant.read(acting)).row(direction, key)
        assert row is not None
        return Operation.plan(action, row)

    async def perform(self, order: Operation) -> Operation:
        return await execute(self.tenant, order, self.journal)


def office_in(scenario: str) -> Office:
    fake = open_acme(scenario)
    zuora = Faulty(client(fake))
    return Office(fake, zuora, Tenant(zuora), client(fake), Journal(None, scenario))


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    office = office_in("acme")
    await office.tenant.open()
    yield office
    office.fake.close()


async def test_request_and_accept_connect_two_entities(office: Office) -> None:
    asked = await office.perform(await office.order(REQUEST, AMERICAS, OUT, EUROPE))
    assert asked.state is State.CONFIRMED
    assert asked.sentence == (
        "Requested: Acme-Americas → Acme-Europe is Pending until Acme-Europe accepts."
    )
    accepted = await office.perform(await office.order(ACCEPT, EUROPE, IN, AMERICAS))
    assert accepted.state is State.CONFIRMED
    assert accepted.sentence == "Acme-Americas → Acme-Europe is Connected."
    assert accepted.snapshot is not None
    row = accepted.snapshot.row(IN, AMERICAS)
    assert row is not None
    assert row.status == CONNECTED


@pytest.mark.parametrize(("scenario", "status"), [("acme", DISCONNECTED), ("denied-removed", None)])
async def test_a_denied_request_is_told_as_the_list_shows_it(
    scenario: str, status: str | None
) -> None:
    office = office_in(scenario)
    await office.tenant.open()
    outcome = await office.perform(await office.order(DENY, CORPORATION, IN, JAPAN))
    assert outcome.state is State.CONFIRMED
    assert outcome.snapshot is not None
    row = outcome.snapshot.row(IN, JAPAN)
    assert (row.status if row else None) == status
    assert (status or "gone from the list") in outcome.sentence


async def test_disconnect_ends_a_connection(office: Office) -> None:
    order = await office.order(DISCONNECT, CORPORATION, OUT, EUROPE)
    outcome = await office.perform(order)
    assert outcome.state is State.CONFIRMED
    assert outcome.sentence == "Acme Corporation → Acme-Europe is Disconnected."


async def test_an_order_on_a_record_that_changed_is_not_sent(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    assert order.row.connection is not None
    await office.other.deny(CORPORATION, order.row.connection.id)
    outcome = await office.perform(order)
    assert outcome.state is State.STALE
    assert "Disconnected now; it was Pending" in outcome.sentence
    assert not office.zuora.writes


async def test_an_order_on_another_record_of_the_pair_is_not_sent(office: Office) -> None:
    order = await office.order(DISCONNECT, CORPORATION, OUT, EUROPE)
    assert order.row.connection is not None
    await office.other.disconnect(CORPORATION, order.row.connection.id)
    again = await office.other.request_connection(CORPORATION, EUROPE, "k")
    await office.other.accept(EUROPE, again.connection_id)
    outcome = await office.perform(order)
    assert outcome.state is State.STALE
    assert "another Connected connection" in outcome.sentence
    assert not office.zuora.writes


async def test_a_refusal_carries_the_error_and_the_list(office: Office) -> None:
    carol = Tenant(client(office.fake, "carol"))
    await carol.open()
    view = await carol.read(CORPORATION)
    row = view.row(IN, JAPAN)
    assert row is not None
    outcome = await execute(carol, Operation.plan(ACCEPT, row), office.journal)
    assert outcome.state is State.REFUSED
    assert outcome.error is not None
    assert outcome.error.codes.endswith("10")
    assert outcome.error.request_id
    assert outcome.snapshot is not None


async def test_a_lost_answer_is_looked_up_and_found_done(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.lose_answer = True
    outcome = await office.perform(order)
    assert outcome.state is State.CONFIRMED
    assert office.zuora.writes == ["accept"]


async def test_a_lost_request_stays_unknown_and_is_not_sent_again(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.lose_request = True
    outcome = await office.perform(order)
    assert outcome.state is State.UNKNOWN
    assert "still shows Pending" in outcome.sentence
    assert office.zuora.writes == ["accept"]


async def test_a_lost_answer_without_a_list_stays_unknown(office: Office) -> None:
    order = await office.order(DISCONNECT, CORPORATION, OUT, EUROPE)
    office.zuora.lose_answer = office.zuora.fail_reads = True
    outcome = await office.perform(order)
    assert outcome.state is State.UNKNOWN
    assert outcome.snapshot is None


async def test_a_yes_of_zuora_without_a_list_is_not_taken_for_an_outcome(office: Office) -> None:
    order = await office.order(DISCONNECT, CORPORATION, OUT, EUROPE)
    office.zuora.fail_reads = True
    outcome = await office.perform(order)
    assert outcome.state is State.UNKNOWN
    assert outcome.sentence.startswith("Zuora said yes.")


async def test_the_same_order_leaves_once(office: Office) -> None:
    order = await office.order(REQUEST, AMERICAS, OUT, EUROPE)
    await office.perform(order)
    again = await office.perform(order)
    assert again.state is State.STALE
    assert office.zuora.writes == ["request"]
    row = (await office.tenant.read(AMERICAS)).row(OUT, EUROPE)
    assert row is not None
    assert row.status == PENDING


class Shown:
    """A port that answers every write and shows the lists it is given."""

    def __init__(self, *lists: list[Connection]) -> None:
        self._lists = list(lists)
        self.unreadable = 0

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        found = self._lists.pop(0) if len(self._lists) > 1 else self._lists[0]
        return ListResult(tuple(found), skipped=self.unreadable)

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        return Receipt("")

    deny = disconnect = accept


async def judged(
    action: Action, before: list[Connection], after: list[Connection], unreadable: int = 0
) -> Operation:
    shown = Shown(before, before, after)
    shown.unreadable = unreadable
    tenant = Tenant(shown)  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    row = (await tenant.read(GLOBAL.id)).row(IN, NORTH.id)
    assert row is not None
    return await execute(tenant, Operation.plan(action, row), Journal(None, "world"))


@pytest.mark.parametrize("action", [DENY, DISCONNECT])
async def test_another_status_is_no_proof_of_an_end(action: Action) -> None:
    status = PENDING if action is DENY else CONNECTED
    there = connection(NORTH, GLOBAL, status)
    ended = await judged(action, [there], [there._replace(status=DISCONNECTED)])
    assert ended.state is State.CONFIRMED
    odd = await judged(action, [there], [there._replace(status="Suspended")])
    assert odd.state is State.UNKNOWN
    assert "The list shows Suspended" in odd.sentence


@pytest.mark.parametrize("action", [DENY, DISCONNECT])
async def test_what_a_list_with_gaps_does_not_show_is_not_taken_for_gone(action: Action) -> None:
    status = PENDING if action is DENY else CONNECTED
    there = [connection(NORTH, GLOBAL, status)]
    assert (await judged(action, there, [])).state is State.CONFIRMED
    outcome = await judged(action, there, [], unreadable=1)
    assert outcome.state is State.UNKNOWN
    assert "cannot be read" in outcome.sentence


async def test_a_list_of_another_entity_is_no_proof_of_an_end() -> None:
    """As a server would send it that has lost the entity asked for: nothing in it is ours."""
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
        row = (await tenant.read("a" * 32)).row(OUT, "b" * 32)
        assert row is not None
        order = Operation.plan(DISCONNECT, row)
        outcome = await execute(tenant, order, Journal(None, "acme"))
    assert outcome.state is State.UNKNOWN
    assert "a part of it cannot be read" in outcome.sentence


async def test_an_outcome_is_that_of_the_record_and_not_of_the_pair() -> None:
    p1, p2 = (connection(NORTH, GLOBAL, PENDING, id_) for id_ in ("p1", "p2"))
    denied = await judged(DENY, [p1, p2], [p1, p2._replace(status=DISCONNECTED)])
    assert denied.state is State.CONFIRMED
    other = connection(NORTH, GLOBAL, CONNECTED, "other")
    unanswered = await judged(ACCEPT, [p1], [p1, other])
    assert unanswered.state is State.UNKNOWN


async def test_what_is_sent_stands_in_the_journal_with_all_that_names_it(office: Office) -> None:
    asked = await office.perform(await office.order(REQUEST, AMERICAS, OUT, EUROPE))
    (entry,) = office.journal.read_entries()
    assert entry.outcome == "confirmed"
    assert entry.sentence == asked.sentence
    assert entry.key == asked.key
    assert entry.user == "alice"
    assert entry.connection_id == asked.connection_id
    row = (await office.tenant.read(AMERICAS)).row(OUT, EUROPE)
    assert row is not None
    assert row.connection is not None
    assert entry.connection_id == row.connection.id
    assert office.zuora.track_ids == [entry.track_id]


async def test_what_is_late_is_counted_from_the_end_of_the_sending(office: Office) -> None:
    clock = Clock()
    office.journal = Journal(None, "acme", clock=clock)
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.lose_request = True
    office.zuora.sending = lambda: clock.turn(seconds=170)
    outcome = await office.perform(order)
    assert outcome.entry is not None
    assert outcome.entry.at == MORNING
    assert outcome.entry.sent_by == clock.now


async def test_a_refusal_stands_in_the_journal_with_its_codes(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.answers = [Forbidden("No.", (Reason("50000010", "No."),), "req-9")]
    outcome = await office.perform(order)
    assert outcome.request_id == "req-9"
    (entry,) = office.journal.read_entries()
    assert (entry.outcome, entry.codes, entry.request_id) == ("refused", "50000010", "req-9")


async def test_what_is_not_sent_is_not_recorded(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    await office.perform(order)
    again = await office.perform(order)
    assert again.state is State.STALE
    assert len(office.journal.read_entries()) == 1


async def test_nothing_is_sent_that_the_journal_does_not_take(
    office: Office, tmp_path: Path
) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    (tmp_path / "state").write_text("in the way")
    office.journal = Journal(tmp_path / "state" / "state.sqlite3", "acme")
    outcome = await office.perform(order)
    assert outcome.state is State.REFUSED
    assert outcome.sentence.startswith("The journal ")
    assert outcome.sentence.endswith("cannot be written: File exists. Nothing was sent.")
    assert office.zuora.writes == []


async def test_the_intent_is_on_the_disk_before_anything_is_sent(
    office: Office, tmp_path: Path
) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    path = tmp_path / "state.sqlite3"
    office.journal = Journal(path, "acme")
    outcomes: list[str | None] = []

    def read() -> None:
        outcomes.extend(entry.outcome for entry in Journal(path, "acme").read_entries())

    office.zuora.sending = read
    await office.perform(order)
    assert outcomes == [None], "the intent, without an outcome"


async def test_an_outcome_that_the_journal_does_not_take_is_told(
    office: Office, tmp_path: Path
) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    path = tmp_path / "state.sqlite3"
    office.journal = Journal(path, "acme")

    def spoil() -> None:
        path.unlink()
        path.mkdir()

    office.zuora.sending = spoil
    outcome = await office.perform(order)
    assert outcome.state is State.CONFIRMED
    assert outcome.sentence.startswith("Acme-Japan → Acme Corporation is Connected. The journal ")


class Pauses(RequestLog):
    """Waits for nothing, and remembers what for it would have; gives up when told."""

    def __init__(self, *, patient: bool = True) -> None:
        super().__init__()
        self.patient, self.asked = patient, list[float]()

    async def wait(self, wait: RetryDelay) -> bool:
        self.asked.append(wait.until - asyncio.get_running_loop().time())
        return self.patient


def trouble(retry_after: float | None = None) -> ZuoraError:
    reasons = (Reason("53000061", "Try again."),)
    return ServerError(
        "Try again.", reasons, "req-1", retry_after, applied=Applied.NO, needs_new_key=True
    )


async def test_a_request_that_meets_a_stated_trouble_is_asked_for_under_a_new_key(
    office: Office,
) -> None:
    order = await office.order(REQUEST, AMERICAS, OUT, EUROPE)
    office.zuora.answers = [trouble(), trouble(7.0)]
    pauses = Pauses()
    outcome = await execute(office.tenant, order, office.journal, pauses)
    assert outcome.state is State.CONFIRMED
    assert len(set(office.zuora.keys)) == 3
    entries = office.journal.read_entries()
    assert [entry.outcome for entry in entries] == ["refused", "refused", "confirmed"]
    assert [entry.key for entry in entries] == office.zuora.keys
    assert outcome.key == office.zuora.keys[-1]
    assert 0 <= pauses.asked[0] <= 2
    assert pauses.asked[1] == pytest.approx(7.0, abs=0.1)


def stated(*codes: str) -> ZuoraError:
    return ServerError(
        "No.", tuple(Reason(code, "No.") for code in codes), applied=Applied.NO, needs_new_key=True
    )


@pytest.mark.parametrize(
    ("answers", "patient", "sent"),
    [
        ([trouble()] * 9, True, 3),
        ([trouble()] * 9, False, 1),
        ([trouble(61.0)] * 9, True, 1),
        ([Refused("No.", needs_new_key=True)] * 9, True, 1),
        ([RateLimited("Rate limit.")] * 9, True, 1),
        ([NoResponse("Lost.")] * 9, True, 1),
        ([stated("53000050", "70")] * 9, True, 3),
        ([stated("53000061", "53000030")] * 9, True, 1),
        ([stated("53000060")] * 9, True, 1),
        ([stated("53000099")] * 9, True, 1),
        ([stated()] * 9, True, 1),
    ],
)
async def test_how_often_a_request_is_asked_for(
    office: Office, answers: list[ZuoraError], patient: bool, sent: int
) -> None:
    order = await office.order(REQUEST, AMERICAS, OUT, EUROPE)
    office.zuora.answers = list(answers)
    pauses = Pauses(patient=patient)
    outcome = await execute(office.tenant, order, office.journal, pauses)
    assert len(office.zuora.writes) == sent
    unknown = isinstance(answers[0], NoResponse)
    assert outcome.state is (State.UNKNOWN if unknown else State.REFUSED)
    assert outcome.error is answers[0]


async def test_a_stated_trouble_of_anything_but_a_request_is_asked_once(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.answers = [trouble()]
    outcome = await execute(office.tenant, order, office.journal, Pauses())
    assert outcome.state is State.REFUSED
    assert office.zuora.writes == ["accept"]


async def test_a_stated_trouble_that_worked_all_the_same_is_not_repeated(office: Office) -> None:
    order = await office.order(REQUEST, AMERICAS, OUT, EUROPE)
    office.zuora.lose_answer = True
    office.zuora.lost = trouble
    outcome = await execute(office.tenant, order, office.journal, Pauses())
    assert outcome.state is State.CONFIRMED
    assert office.zuora.writes == ["request"]


async def test_a_pair_that_changes_meanwhile_is_not_asked_for_again(office: Office) -> None:
    order = await office.order(REQUEST, AMERICAS, OUT, EUROPE)
    office.zuora.answers = [trouble(), trouble()]

    class Meanwhile(Pauses):
        async def wait(self, wait: RetryDelay) -> bool:
            await office.other.request_connection(AMERICAS, EUROPE, "somebody-else")
            return True

    outcome = await execute(office.tenant, order, office.journal, Meanwhile())
    assert outcome.state is State.STALE
    assert outcome.sentence.endswith("it was not connected when you asked. It was not sent again.")
    assert office.zuora.writes == ["request"]


async def test_a_write_that_never_left_is_refused_without_another_look(office: Office) -> None:
    order = await office.order(ACCEPT, CORPORATION, IN, JAPAN)
    for error in (ReadOnlyError("Writes are locked."), Unreachable("No."), TokenUnavailable("No.")):
        office.zuora.answers = [error]
        outcome = await office.perform(order)
        assert (outcome.state, outcome.snapshot) == (State.REFUSED, None)
    office.zuora.answers = [Unreachable("No.", applied=Applied.MAYBE)]
    outcome = await office.perform(order)
    assert outcome.state is State.UNKNOWN
    assert outcome.snapshot is not None
