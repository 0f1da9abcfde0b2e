"""The life of a write: what it is checked against, and how its outcome is told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from app.domain.actions import Action
from app.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection, Direction
from app.domain.records import Records
from app.fake.tenant import Tenant as FakeTenant
from app.services.ports import Receipt
from app.services.tenant import Tenant
from app.services.writes import Order, Outcome, Result, perform
from app.zuora.client import ZuoraClient
from tests.acme import AMERICAS, CORPORATION, EUROPE, JAPAN, client, open_acme
from tests.domain.world import GLOBAL, HIERARCHY, NORTH, connection
from tests.services.faults import Faulty

pytestmark = pytest.mark.asyncio
OUT, IN = Direction.OUTBOUND, Direction.INBOUND


@dataclass
class Office:
    """alice at work in acme, and another administrator beside her."""

    fake: FakeTenant
    zuora: Faulty
    tenant: Tenant
    other: ZuoraClient

    async def order(self, action: Action, acting: str, direction: Direction, key: str) -> Order:
        row = (await self.tenant.read(acting)).row(direction, key)
        assert row is not None
        return Order.on(action, row)

    async def perform(self, order: Order) -> Outcome:
        return await perform(self.tenant, order)


def office_in(scenario: str) -> Office:
    fake = open_acme(scenario)
    zuora = Faulty(client(fake))
    return Office(fake, zuora, Tenant(zuora), client(fake))


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    office = office_in("acme")
    await office.tenant.open()
    yield office
    office.fake.close()


async def test_request_and_accept_connect_two_entities(office: Office) -> None:
    asked = await office.perform(await office.order(Action.REQUEST, AMERICAS, OUT, EUROPE))
    assert asked.result is Result.CONFIRMED
    assert asked.sentence == (
        "Requested: Acme-Americas → Acme-Europe is Pending until Acme-Europe accepts."
    )
    accepted = await office.perform(await office.order(Action.ACCEPT, EUROPE, IN, AMERICAS))
    assert accepted.result is Result.CONFIRMED
    assert accepted.sentence == "Acme-Americas → Acme-Europe is Connected."
    assert accepted.view is not None
    row = accepted.view.row(IN, AMERICAS)
    assert row is not None
    assert row.status == CONNECTED


@pytest.mark.parametrize(("scenario", "status"), [("acme", DISCONNECTED), ("denied-removed", None)])
async def test_a_denied_request_is_told_as_the_list_shows_it(
    scenario: str, status: str | None
) -> None:
    office = office_in(scenario)
    await office.tenant.open()
    outcome = await office.perform(await office.order(Action.DENY, CORPORATION, IN, JAPAN))
    assert outcome.result is Result.CONFIRMED
    assert outcome.view is not None
    row = outcome.view.row(IN, JAPAN)
    assert (row.status if row else None) == status
    assert (status or "gone from the list") in outcome.sentence


async def test_disconnect_ends_a_connection(office: Office) -> None:
    order = await office.order(Action.DISCONNECT, CORPORATION, OUT, EUROPE)
    outcome = await office.perform(order)
    assert outcome.result is Result.CONFIRMED
    assert outcome.sentence == "Acme Corporation → Acme-Europe is Disconnected."


async def test_an_order_on_a_record_that_changed_is_not_sent(office: Office) -> None:
    order = await office.order(Action.ACCEPT, CORPORATION, IN, JAPAN)
    assert order.row.connection is not None
    await office.other.deny(CORPORATION, order.row.connection.id)
    outcome = await office.perform(order)
    assert outcome.result is Result.OVERTAKEN
    assert "Disconnected now; it was Pending" in outcome.sentence
    assert not office.zuora.writes


async def test_an_order_on_another_record_of_the_pair_is_not_sent(office: Office) -> None:
    order = await office.order(Action.DISCONNECT, CORPORATION, OUT, EUROPE)
    assert order.row.connection is not None
    await office.other.disconnect(CORPORATION, order.row.connection.id)
    again = await office.other.request_connection(CORPORATION, EUROPE, "k")
    await office.other.accept(EUROPE, again.connection_id)
    outcome = await office.perform(order)
    assert outcome.result is Result.OVERTAKEN
    assert "another Connected connection" in outcome.sentence
    assert not office.zuora.writes


async def test_a_refusal_carries_the_error_and_the_list(office: Office) -> None:
    carol = Tenant(client(office.fake, "carol"))
    await carol.open()
    view = await carol.read(CORPORATION)
    row = view.row(IN, JAPAN)
    assert row is not None
    outcome = await perform(carol, Order.on(Action.ACCEPT, row))
    assert outcome.result is Result.REFUSED
    assert outcome.error is not None
    assert outcome.error.codes.endswith("10")
    assert outcome.error.request_id
    assert outcome.view is not None


async def test_a_lost_answer_is_looked_up_and_found_done(office: Office) -> None:
    order = await office.order(Action.ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.lose_answer = True
    outcome = await office.perform(order)
    assert outcome.result is Result.CONFIRMED
    assert office.zuora.writes == ["accept"]


async def test_a_lost_request_stays_unknown_and_is_not_sent_again(office: Office) -> None:
    order = await office.order(Action.ACCEPT, CORPORATION, IN, JAPAN)
    office.zuora.lose_request = True
    outcome = await office.perform(order)
    assert outcome.result is Result.UNKNOWN
    assert "still shows Pending" in outcome.sentence
    assert office.zuora.writes == ["accept"]


async def test_a_lost_answer_without_a_list_stays_unknown(office: Office) -> None:
    order = await office.order(Action.DISCONNECT, CORPORATION, OUT, EUROPE)
    office.zuora.lose_answer = office.zuora.fail_reads = True
    outcome = await office.perform(order)
    assert outcome.result is Result.UNKNOWN
    assert outcome.view is None


async def test_a_yes_of_zuora_without_a_list_is_not_taken_for_an_outcome(office: Office) -> None:
    order = await office.order(Action.DISCONNECT, CORPORATION, OUT, EUROPE)
    office.zuora.fail_reads = True
    outcome = await office.perform(order)
    assert outcome.result is Result.UNKNOWN
    assert outcome.sentence.startswith("Zuora said yes.")


async def test_the_same_order_leaves_once(office: Office) -> None:
    order = await office.order(Action.REQUEST, AMERICAS, OUT, EUROPE)
    await office.perform(order)
    again = await office.perform(order)
    assert again.result is Result.OVERTAKEN
    assert office.zuora.writes == ["request"]
    row = (await office.tenant.read(AMERICAS)).row(OUT, EUROPE)
    assert row is not None
    assert row.status == PENDING


class Shown:
    """A port that answers every write and shows the lists it is given."""

    def __init__(self, *lists: list[Connection]) -> None:
        self._lists = list(lists)

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> Records[Connection]:
        return Records(tuple(self._lists.pop(0) if len(self._lists) > 1 else self._lists[0]))

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        return Receipt("")

    deny = disconnect = accept


async def judged(action: Action, before: list[Connection], after: list[Connection]) -> Outcome:
    tenant = Tenant(Shown(before, before, after))  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    row = (await tenant.read(GLOBAL.id)).row(IN, NORTH.id)
    assert row is not None
    return await perform(tenant, Order.on(action, row))


async def test_an_outcome_is_that_of_the_record_and_not_of_the_pair() -> None:
    p1, p2 = (connection(NORTH, GLOBAL, PENDING, id_) for id_ in ("p1", "p2"))
    denied = await judged(Action.DENY, [p1, p2], [p1, p2._replace(status=DISCONNECTED)])
    assert denied.result is Result.CONFIRMED
    other = connection(NORTH, GLOBAL, CONNECTED, "other")
    unanswered = await judged(Action.ACCEPT, [p1], [p1, other])
    assert unanswered.result is Result.UNKNOWN
