"""A fake tenant on a socket, served by uvicorn."""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import h11
import uvicorn
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from entity_connections.fake.api.responses import refusal_response
from entity_connections.fake.refusal import Category, Refusal
from entity_connections.host_guard import MISDIRECTED, REFUSAL, HostGuard
from entity_connections.listening_socket import accept_connections

_CALLER_TIMEOUT = 20.0
_logger = logging.getLogger(__name__)


def create_server(
    app: ASGIApp,
    guard: HostGuard | None = None,
    *,
    report: Callable[[str], object] = _logger.warning,
    caller_timeout: float = _CALLER_TIMEOUT,
) -> uvicorn.Server:
    """Return a server for `run(sockets=[...])`; it serves until its `should_exit` is True.

    Then it waits a second for calls under way, and closes the connections of those that go on.
    When `app` raises `ConnectionError`, the connection is closed after what has been sent.

    Args:
        app: Answers the calls.
        guard: Says which host names are refused; None: every name is served.
        report: Takes a sentence for the person who runs the server.
        caller_timeout: Seconds that a caller has to send the head of a request, to send its
            body, and to take the answer; then the connection is closed.
    """

    async def call_app(scope: Scope, receive: Receive, send: Send) -> None:
        if guard is not None and not guard.allows(Headers(scope=scope).get("host", "")):
            refusal = Refusal(Category.INVALID_VALUE, REFUSAL, status=MISDIRECTED)
            await refusal_response(refusal, str(uuid4()))(scope, receive, send)
            return
        try:
            await app(scope, receive, send)
        except (ConnectionError, asyncio.CancelledError):  # by a fault, or by the end of the second
            server.close_connection(scope["client"])
            while (await receive())["type"] != "http.disconnect":
                pass  # the rest of the body

    config = uvicorn.Config(
        call_app,
        http=H11Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",  # mistakes of callers are reported to the callers
        access_log=False,
        server_header=False,
        date_header=False,  # the tenant tells the time of its own clock
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, report, caller_timeout)
    return server


class _Server(uvicorn.Server):
    """A server that accepts connections by `accept_connections`, not by asyncio's server."""

    def __init__(
        self, config: uvicorn.Config, report: Callable[[str], object], caller_timeout: float
    ) -> None:
        super().__init__(config)
        self._report = report
        self._create_protocol = partial(_Protocol, caller_timeout, config, self.server_state)
        self._accepting: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        self._accepting = [
            asyncio.create_task(accept_connections(listening, self._create_protocol, self._report))
            for listening in sockets or ()
        ]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        await super().shutdown(sockets)

    def close_connection(self, client: tuple[str, int]) -> None:
        """Close the connection of a client after what has been sent."""
        for connection in self.server_state.connections:
            if isinstance(connection, _Protocol) and connection.client == client:
                connection.transport.close()


class _Protocol(H11Protocol):
    """A connection that is closed when its caller lets the server wait too long."""

    def __init__(self, timeout: float, config: uvicorn.Config, server_state: ServerState) -> None:
        super().__init__(config, server_state, app_state={})
        self._timeout = timeout
        self._awaited: object = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # so that whatever is not taken pauses writing
        self._set_timer()

    def handle_events(self) -> None:
        super().handle_events()
        self._set_timer()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_timer()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def _set_timer(self) -> None:
        """Start a timer anew when the caller has to do something else than before."""
        awaited = "taking" if self.flow.write_paused else self.conn.their_state
        if awaited is self._awaited:
            return
        self._awaited = awaited
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if awaited in ("taking", h11.IDLE, h11.SEND_BODY):
            self._timer = self.loop.call_later(self._timeout, self.transport.abort)
