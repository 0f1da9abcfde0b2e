"""A visitor's process that cannot be started, or is not what it should be."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
import pytest
from entity_connections.fake.server import base_url, listen
from entity_connections.web.gate import Gate
from entity_connections.web.server import Server
from entity_connections.web.visit import Command

from tests.web.visitor import visiting

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("web")]
GONE_WRONG = "The server cannot start a screen for you now. Try again later."


class Served(NamedTuple):
    """A server with one seat, in this process.

    Attributes:
        url: where it is.
        told: what it has told whoever runs it.
        errors: what its event loop has complained of.
    """

    url: str
    told: list[str]
    errors: list[object]


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[Served]:
    """Serve a command to one visitor at a time."""
    listening = listen("127.0.0.1", 0)
    served = Served(base_url(listening), [], [])
    asyncio.get_running_loop().set_exception_handler(lambda _, what: served.errors.append(what))
    server = Server(Command(arguments, {}, "/"), Gate.of(listening), 1, served.told.append)
    ready, stopped = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(server.serve(listening, ready.set, stopped))
    await ready.wait()
    try:
        yield served
    finally:
        stopped.set()
        await running
        gc.collect()  # now a task that failed unseen is complained of


def saying(what: str) -> Sequence[str]:
    """Return a command that writes what a Python expression says, until it is told something."""
    script = f"import sys; sys.stdout.buffer.write({what}); sys.stdout.flush(); sys.stdin.read(1)"
    return sys.executable, "-c", script


async def test_a_process_that_cannot_be_started_costs_a_sentence() -> None:
    async with serving("/no/such/program") as served:
        for _ in range(2):  # the seat is free again
            async with visiting(served.url) as visitor:
                assert await visitor.farewell() == (1011, GONE_WRONG)
        told = "their process cannot be started: No such file or directory."
        assert served.told == [f"A visitor was sent away: {told}"] * 2
        async with aiohttp.ClientSession() as session, session.get(served.url) as page:
            assert page.status == 200
    assert served.errors == []


@pytest.mark.parametrize(
    "what",
    [
        "b'x' * 200_000",
        "b'__GANGLION__\\n' + b'M' + (4).to_bytes(4, 'big') + b'nope'",
        "b'__GANGLION__\\n' + b'M' + (2).to_bytes(4, 'big') + b'\\xff\\xff'",
    ],
    ids=["a line too long", "no JSON", "no text"],
)
async def test_a_process_that_draws_nothing_sensible_ends_its_visit(what: str) -> None:
    async with serving(*saying(what)) as served:
        for _ in range(2):
            async with visiting(served.url) as visitor:
                code, _ = await visitor.farewell()
                assert code == 1000
    assert served.errors == []
