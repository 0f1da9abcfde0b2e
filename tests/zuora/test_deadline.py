"""A call has one deadline for all that it waits for; after it no write leaves."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RetryDelay
from entity_connections.services.storage.journal_entry import SENDING
from entity_connections.zuora.http.patience import Patience

from tests.zuora.hurry import Hurried
from tests.zuora.server import ENTITY, ScriptedServer, no, yes

pytestmark = pytest.mark.asyncio
LONG = Patience().total + 1
LATE = "took too long until it could be sent"


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the machine sleep for too long: only the clock on the wall goes on."""
    present = 1_800_000_000.0

    def passed() -> None:
        nonlocal present
        present += LONG

    monkeypatch.setattr("entity_connections.zuora.http.deadline.wall", lambda: present)
    return passed


class Asleep(Hurried):
    """Sleeps in each pause."""

    def __init__(self, sleep: Callable[[], None]) -> None:
        super().__init__()
        self._sleep = sleep

    async def wait(self, wait: RetryDelay) -> bool:
        self._sleep()
        return await super().wait(wait)


def slow_token(server: ScriptedServer, sleep: Callable[[], None]) -> None:
    """Let each token come too late."""

    def answer(_: httpx.Request) -> httpx.Response:
        sleep()
        return server._token()

    server.token_answer = answer


async def test_a_write_that_waited_too_long_for_its_token_is_not_sent(
    sleep: Callable[[], None],
) -> None:
    server = ScriptedServer(yes(), yes(entities=[]))
    slow_token(server, sleep)
    with pytest.raises(ZuoraError, match=LATE) as caught:
        await server.client.accept(ENTITY, "1")
    assert caught.value.outcome_known
    assert not server.calls
    server.answers.pop(0)
    server.client._tokens._token = None
    await server.client.list_entities(ENTITY)
    assert len(server.calls) == 1, "a reading is never too late"


async def test_nor_is_one_that_waited_too_long_for_its_second_token(
    sleep: Callable[[], None],
) -> None:
    server = ScriptedServer(no(90000011, status=401), yes())
    await server.client.list_accessible_ids()
    slow_token(server, sleep)
    with pytest.raises(ZuoraError, match=LATE) as caught:
        await server.client.accept(ENTITY, "1")
    assert caught.value.outcome_known
    assert (len(server.tokens), len(server.calls)) == (2, 1)


async def test_nor_after_a_pause_in_which_the_machine_slept(sleep: Callable[[], None]) -> None:
    server = ScriptedServer(
        no(50000070, status=429), yes(), patience=Patience(), traffic=Asleep(sleep)
    )
    with pytest.raises(ZuoraError, match=LATE) as caught:
        await server.client.accept(ENTITY, "1")
    assert caught.value.outcome_known
    assert len(server.calls) == 1


async def test_an_earlier_try_may_have_happened_all_the_same(sleep: Callable[[], None]) -> None:
    server = ScriptedServer(
        httpx.ReadTimeout("x"), yes(id="c"), patience=Patience(), traffic=Asleep(sleep)
    )
    with pytest.raises(ZuoraError, match=LATE) as caught:
        await server.client.request_connection(ENTITY, "b" * 32, "key")
    assert not caught.value.outcome_known
    assert len(server.calls) == 1


@pytest.mark.parametrize("what", ["a token", "its turn"])
async def test_it_waits_no_longer_than_its_deadline(what: str) -> None:
    server = ScriptedServer(yes(), patience=Patience(total=0.05, at_once=1))
    await server.client.list_accessible_ids()
    token, turn = server.client._tokens._lock, server.client._line._slots
    await (token if what == "a token" else turn).acquire()
    async with asyncio.timeout(2):
        with pytest.raises(ZuoraError, match=LATE) as caught:
            await server.client.accept(ENTITY, "1")
    assert caught.value.outcome_known
    assert not server.calls


async def test_what_the_journal_takes_for_the_end_of_sending_is_true() -> None:
    patience = Patience()
    # To get a connection out of the pool, to connect, and to agree on TLS.
    assert patience.total + 3 * patience.connect <= SENDING.total_seconds()


async def test_a_listener_that_fails_costs_no_answer() -> None:
    server = ScriptedServer(yes(), patience=Patience())

    def boom() -> None:
        raise BrokenPipeError("stderr is gone")

    server.client.traffic.changed = boom
    await server.client.accept(ENTITY, "1")
    assert len(server.calls) == 1
