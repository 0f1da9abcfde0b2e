"""A session whose process cannot be started, or sends nonsense."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
import pytest
from entity_connections.fake.server import base_url, listen
from entity_connections.web.host_guard import HostGuard
from entity_connections.web.server import Server
from entity_connections.web.session import Command

from tests.web.client import connect

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("web")]
NOT_STARTED = "The server cannot start a screen for you now. Try again later."


class Served(NamedTuple):
    """A server for one session, in this process.

    Attributes:
        url: its address.
        reports: what it has reported to the person who runs it.
        errors: what its event loop has reported.
    """

    url: str
    reports: list[str]
    errors: list[object]


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[Served]:
    """Serve a command, one session at a time."""
    listening = listen("127.0.0.1", 0)
    served = Served(base_url(listening), [], [])
    asyncio.get_running_loop().set_exception_handler(lambda _, what: served.errors.append(what))
    server = Server(
        Command(arguments, {}, "/"), HostGuard.for_socket(listening), 1, served.reports.append
    )
    ready, stopped = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(server.serve(listening, ready.set, stopped))
    await ready.wait()
    try:
        yield served
    finally:
        stopped.set()
        await running
        gc.collect()  # reports tasks whose exceptions nobody has seen


def program(output: str) -> Sequence[str]:
    """Return a command that writes the bytes of a Python expression, and waits for input."""
    script = f"import sys; sys.stdout.buffer.write({output}); sys.stdout.flush(); sys.stdin.read(1)"
    return sys.executable, "-c", script


async def test_a_process_that_cannot_be_started_is_reported() -> None:
    async with serving("/no/such/program") as served:
        for _ in range(2):  # the session is free again
            async with connect(served.url) as client:
                assert await client.receive_close() == (1011, NOT_STARTED)
        reason = "their process cannot be started: No such file or directory."
        assert served.reports == [f"A visitor was sent away: {reason}"] * 2
        async with aiohttp.ClientSession() as session, session.get(served.url) as page:
            assert page.status == 200
    assert served.errors == []


async def test_a_process_that_sends_no_packets_ends_its_session() -> None:
    async with serving(*program("b'x' * 200_000")) as served:
        for _ in range(2):
            async with connect(served.url) as client:
                code, _ = await client.receive_close()
                assert code == 1000
    assert served.errors == []


async def test_only_terminal_data_reaches_the_browser() -> None:
    packets = (
        "b'__GANGLION__\\n' + b'M\\0\\0\\0\\4nope' + b'P\\0\\0\\0\\1x' + b'D\\0\\0\\0\\5hello'"
    )
    async with serving(*program(packets)) as served, connect(served.url) as client:
        await client.wait_for("hello")
        await client.send("stdin", "q")
        assert await client.receive_close() == (1000, "")
    assert served.errors == []
