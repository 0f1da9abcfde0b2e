"""A server that does not answer is not asked for ever (`ZuoraClient.max_silence`)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from entity_connections.domain.errors import NoResponse, ZuoraError
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.retry import RetryPolicy

from tests.zuora.scripted_server import CREDENTIALS, ENTITY, page, success

LIMIT = 0.6
TOKEN = {"access_token": "token", "expires_in": 3600}


class PartlySilentServer:
    """Answers only the calls that are not in `silent`: "token", "GET", "POST", "PUT".

    Attributes:
        calls: the calls received.
    """

    def __init__(self, *silent: str) -> None:
        self.silent = set(silent)
        self.calls: list[str] = []
        self.client = ZuoraClient(
            "https://rest.acme.example",
            CREDENTIALS,
            transport=httpx.MockTransport(self._answer),
            retry_policy=RetryPolicy(first_delay=0.0),
            max_silence=LIMIT,
        )

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        token = request.url.path == "/oauth/token"
        call = "token" if token else request.method
        self.calls.append(call)
        if call in self.silent:
            await asyncio.Event().wait()
        if token:
            return httpx.Response(200, json=TOKEN)
        return page("1") if call == "GET" else success(id="1")


async def measure(call: Awaitable[object]) -> tuple[float, ZuoraError]:
    """Return the seconds that a call took, and its error."""
    started = time.monotonic()
    with pytest.raises(ZuoraError) as caught:
        await call
    return time.monotonic() - started, caught.value


async def request(client: ZuoraClient) -> None:
    await client.request_connection(ENTITY, "b" * 32, "key-1")


async def accept(client: ZuoraClient) -> None:
    await client.accept(ENTITY, "1")


async def test_a_read_is_tried_twice_within_the_limit() -> None:
    server = PartlySilentServer("GET")
    seconds, error = await measure(server.client.list_connections(ENTITY))
    assert LIMIT * 0.9 < seconds < LIMIT * 1.5
    assert isinstance(error, NoResponse)
    assert server.calls == ["token", "GET", "GET"]


@pytest.mark.parametrize("write", [request, accept])
async def test_without_a_token_a_write_is_not_sent(
    write: Callable[[ZuoraClient], Awaitable[None]],
) -> None:
    server = PartlySilentServer("token")
    seconds, error = await measure(write(server.client))
    assert seconds < LIMIT * 1.5
    assert not error.maybe_applied
    assert set(server.calls) == {"token"}


@pytest.mark.parametrize(("write", "method"), [(request, "POST"), (accept, "PUT")])
async def test_a_write_without_an_answer_leaves_time_to_read_the_list(
    write: Callable[[ZuoraClient], Awaitable[None]], method: str
) -> None:
    server = PartlySilentServer(method)
    seconds, error = await measure(write(server.client))
    assert seconds < LIMIT * 0.8
    assert error.maybe_applied
    assert error.sentence == "Zuora did not answer in time."
    assert server.calls == ["token", method]
    assert (await server.client.list_connections(ENTITY)).items


@pytest.mark.parametrize("write", [request, accept])
async def test_writing_and_looking_it_up_end_within_one_limit(
    write: Callable[[ZuoraClient], Awaitable[None]],
) -> None:
    server = PartlySilentServer("GET", "POST", "PUT")
    before, _ = await measure(write(server.client))
    after, _ = await measure(server.client.list_connections(ENTITY))
    assert before + after < LIMIT * 1.5
    seconds, error = await measure(server.client.list_connections(ENTITY))
    assert seconds < 0.1
    assert "Nothing more was sent" in error.sentence


async def test_an_answer_starts_the_time_anew_and_a_pause_between_calls_does_not_count() -> None:
    server = PartlySilentServer()
    for _ in range(3):
        await server.client.list_connections(ENTITY)
        await asyncio.sleep(LIMIT * 0.6)
    server.silent = {"GET"}
    seconds, _ = await measure(server.client.list_connections(ENTITY))
    assert seconds > LIMIT * 0.9
