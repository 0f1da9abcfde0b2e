"""Visitors who speak no HTTP, let the server wait, or want too much of it."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from entity_connections.host_guard import HostGuard
from entity_connections.listening_socket import listen
from entity_connections.web.server import Server, serve_until_stopped
from entity_connections.web.session import Command

from tests.web.client import connect
from tests.web.serving import serving

pytestmark = pytest.mark.xdist_group("web")
GET = b"GET /static/js/textual.js HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@asynccontextmanager
async def served(seconds: float = 10.0) -> AsyncIterator[tuple[str, int]]:
    """Serve the page until SIGTERM, as `web` does; no sessions can be started."""
    ready = asyncio.Event()
    server = Server(
        Command((), {}, "/"), HostGuard(frozenset({"localhost"}), any_address=False), 1, print
    )
    with listen("127.0.0.1", 0) as listening:
        serve = serve_until_stopped(server.app, listening, ready.set, print, seconds)
        serving = asyncio.create_task(serve)
        await ready.wait()
        yield listening.getsockname()
        os.kill(os.getpid(), signal.SIGTERM)
        await serving


async def talk(address: tuple[str, int], data: bytes) -> bytes:
    """Send bytes on a connection of their own; return the answer when it is closed."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(data)
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01\xff\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),  # TLS
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (POST + b"Content-Length: -1\r\n\r\n", b"400"),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", b"400"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (GET + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n", b"400"),
        (GET + b"X: y\r\n" * 100_000 + b"\r\n", b"400"),
        (POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", b"405"),
        (GET.replace(b"js", b"a" * 300) + b"Connection: close\r\n\r\n", b"404"),
    ],
)  # fmt: skip
async def test_malformed_requests_are_refused_in_silence(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, data: bytes, status: bytes
) -> None:
    async with served() as address:
        assert (await talk(address, data))[9:12] in (status, b"")  # b"": it was too much to read
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("data", [b"", b"GET / HT", GET])
async def test_a_request_that_does_not_end_is_closed(data: bytes) -> None:
    async with served(0.2) as address:
        assert await talk(address, data) == b""


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has the option")
async def test_an_answer_that_is_not_taken_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    async with served(0.2) as address, asyncio.timeout(20):
        _reader, writer = await asyncio.open_connection(*address, limit=1)
        with suppress(ConnectionError):
            while True:  # the server stops reading when its answers are not taken
                writer.write(GET + b"\r\n")
                await writer.drain()
    assert caplog.records == []


def private_memory(pid: int) -> int:
    """Return the memory that a process shares with no other one, in KiB."""
    sizes = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+) kB", sizes, re.MULTILINE))


async def test_a_session_takes_less_than_60_mb_at_any_size(tmp_path: Path) -> None:
    with serving(tmp_path, "--scenario", "global-500") as server:
        async with connect(server.url, (99999, 99999)) as client:
            client.screen.resize(80, 240)
            await client.wait_for("DEMO global-500")
            await client.send("resize", {"width": 10**9, "height": 10**9})
            await client.send("stdin", "?")
            await client.wait_for("Every key")
            (pid,) = server.sessions()
            assert private_memory(pid) < 60 * 1024
