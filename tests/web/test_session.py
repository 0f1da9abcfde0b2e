"""A session whose process cannot be started, or sends nonsense."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.web import AppRunner, TCPSite
from entity_connections.host_guard import HostGuard
from entity_connections.web.server import Server
from entity_connections.web.session import Command

from tests.web.client import connect

pytestmark = pytest.mark.xdist_group("web")
NOT_STARTED = "The server cannot start a screen for you now. Try again later."


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve a command, one session at a time; yield the address, and what is reported."""
    reports: list[str] = []
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, error: errors.append(error))
    guard = HostGuard(frozenset(), any_address=False)
    server = Server(Command(arguments, {}, "/"), guard, 1, reports.append)
    runner = AppRunner(server.app)
    await runner.setup()
    await TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield f"http://{host}:{port}", reports
    await runner.cleanup()
    gc.collect()  # reports tasks whose exceptions nobody has seen
    assert errors == []


def program(output: str) -> tuple[str, ...]:
    """Return a command that writes the bytes of a Python expression, and waits for input."""
    script = f"import sys; sys.stdout.buffer.write({output}); sys.stdout.flush(); sys.stdin.read(1)"
    return sys.executable, "-c", script


async def test_a_process_that_cannot_be_started_is_reported() -> None:
    async with serving("/no/such/program") as (url, reports):
        for _ in range(2):  # the session is free again
            async with connect(url) as client:
                assert await client.receive_close() == (1011, NOT_STARTED)
    assert len(reports) == 2
    assert "their process cannot be started" in reports[0]
    assert "No such file or directory" in reports[0]


async def test_a_process_that_sends_no_packets_ends_its_session() -> None:
    async with serving(*program("b'x' * 200_000")) as (url, _):
        for _ in range(2):
            async with connect(url) as client:
                assert await client.receive_close() == (1000, "")


async def test_only_terminal_data_reaches_the_browser() -> None:
    packets = (
        "b'__GANGLION__\\n' + b'M\\0\\0\\0\\4nope' + b'P\\0\\0\\0\\1x' + b'D\\0\\0\\0\\5hello'"
    )
    async with serving(*program(packets)) as (url, _), connect(url) as client:
        await client.wait_for("hello")
        assert client.text().strip() == "hello"
        await client.send("stdin", "q")
        assert await client.receive_close() == (1000, "")
