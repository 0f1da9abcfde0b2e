"""A fake tenant on a socket, under uvicorn."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import Future
from ipaddress import ip_address
from typing import Any, TypeVar
from uuid import uuid4

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from entity_connections.fake.api.answers import Category, Refusal, refused
from entity_connections.fake.faults.layer import HANG_UP, LEAVING

_LOG = logging.getLogger("entity-connections.fake")
_LOG.setLevel(logging.ERROR)  # what a caller does wrong is the caller's affair, and is told there

_T = TypeVar("_T")
_GRACE = 1.0
"""Seconds for what is under way when the server ends."""
_LONGEST = 10.0
"""Seconds to wait for a pause between calls; each is answered in less."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address; port 0 takes any that is free.

    Raises:
        OSError: it is taken, or no address of this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # With the protocol named, asyncio sends each answer at once (TCP_NODELAY).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address[:2])
    except OSError:
        listening.close()
        raise
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the REST root of what listens there, as this machine calls it."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:  # at every address of this machine
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Config(uvicorn.Config):
    """What uvicorn is told, and what its connections tell the fault lab."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            app, http=_Line, ws="none", access_log=False, log_config=None, lifespan="off",
            server_header=False,
        )  # fmt: skip
        self.leaving = asyncio.Event()


class Server(uvicorn.Server):
    """Serves one application, and tells when it listens."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        config = _Config(app)
        super().__init__(config)
        self._leaving = config.leaving
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Wait for the end."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way, or cut it off when forced to; nothing is held any longer.

        A task that is cancelled would answer with uvicorn's own page and a traceback, so
        each is left to end by itself: without its caller it soon does.
        """
        self._leaving.set()
        for server in self.servers:
            server.close()
        connections, tasks = self.server_state.connections, self.server_state.tasks
        for connection in list(connections):
            connection.shutdown()  # now, or after its answer
        await self._while(lambda: bool(connections or tasks) and not self.force_exit)
        for connection in list(connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self._while(lambda: bool(tasks))

    def stop(self) -> None:
        """End at once; to be called from another thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._leaving.set)

    def between_calls(self, what: Callable[[], _T]) -> _T:
        """Return what `what` returns, done while no call is; to be called from another thread."""
        assert self._loop is not None  # noqa: S101 - nobody has a server before it listens
        done: Future[_T] = Future()

        def do() -> None:
            try:
                done.set_result(what())
            except Exception as error:  # noqa: BLE001 - the other thread is to have it
                done.set_exception(error)

        self._loop.call_soon_threadsafe(do)
        return done.result(_LONGEST)

    def answer_on(self, listening: socket.socket) -> None:
        """Answer what arrives there until `should_exit`; signals are left to the caller."""
        asyncio.run(self._serve([listening]))  # `serve` would end the process by the signal

    @staticmethod
    async def _while(going_on: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + _GRACE
        while going_on() and loop.time() < end:  # noqa: ASYNC110 - uvicorn tells of neither
            await asyncio.sleep(0.01)


class _Line(H11Protocol):
    """A connection that sends an answer in one piece, and that the fault lab can end."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.logger = _LOG

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in the shape of every other refusal."""
        refusal = Refusal(Category.MALFORMED, "This is no valid HTTP/1.1 request.", status=400)
        request_id = str(uuid4())
        response = refused(refusal, request_id)
        headers = [
            *response.raw_headers,
            (b"zuora-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        corked = _Corked(transport)
        super().connection_made(corked)  # type: ignore[arg-type]
        assert isinstance(self.config, _Config)  # noqa: S101 - it is where we are named
        app, extensions = self.app, {HANG_UP: corked.close, LEAVING: self.config.leaving}

        async def with_an_end(scope: Scope, receive: Receive, send: Send) -> None:
            scope["extensions"] = extensions
            await app(scope, receive, send)

        self.app = with_an_end


class _Corked:
    """A transport that sends at once what is written at once: head and body in one piece."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            self._transport.write(b"".join(self._waiting))
            self._waiting.clear()
