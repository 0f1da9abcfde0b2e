"""The web server: the page, its files, and a websocket for each session."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from entity_connections.host_guard import HostGuard
from entity_connections.listening_socket import accept_connections
from entity_connections.web.request_checks import protect
from entity_connections.web.session import GRACE, Command, Session

_PAGE = Path(__file__).with_name("page")
_TERMINAL = Path(str(files("textual_serve"))) / "static"
"""xterm.js, its style and its font."""
_MAX_MESSAGE = 256 * 1024
"""Bytes of a message from the browser: a long paste."""
_FREE_SESSION_TIMEOUT = GRACE + 1.0
"""Seconds to wait for a free session: after a reload, the old one is still being stopped."""
_VISITOR_TIMEOUT = 20.0


class Server:
    """Serves the page, and runs a command for each of `max_sessions` visitors at a time.

    `app` is the application to serve; it ends all sessions when it shuts down. `report` takes a
    sentence for the person who runs the server.
    """

    def __init__(
        self, command: Command, guard: HostGuard, max_sessions: int, report: Callable[[str], object]
    ) -> None:
        self._command = command
        self._free_sessions = asyncio.Semaphore(max_sessions)
        self._report = report
        self._websockets: set[web.WebSocketResponse] = set()
        self.app = web.Application()
        protect(self.app, guard)
        self.app.router.add_get("/", self._handle_page)
        self.app.router.add_get("/ws", self._handle_websocket)
        self.app.router.add_static("/static", _TERMINAL)
        self.app.router.add_static("/page", _PAGE)
        self.app.on_shutdown.append(self._close_all)

    async def _handle_page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _handle_websocket(self, request: web.Request) -> web.StreamResponse:
        """Run a session, or close the websocket with a reason that the page shows."""
        websocket = web.WebSocketResponse(heartbeat=15, timeout=GRACE, max_msg_size=_MAX_MESSAGE)
        await websocket.prepare(request)
        self._websockets.add(websocket)
        try:
            async with asyncio.timeout(_FREE_SESSION_TIMEOUT):
                await self._free_sessions.acquire()
        except TimeoutError:
            reason = b"All seats are taken. Try again when a visitor has left."
            await websocket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=reason)
        else:
            try:
                await self._run_session(websocket, request)
            finally:
                self._free_sessions.release()
        finally:
            self._websockets.discard(websocket)
        return websocket

    async def _run_session(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        size = _get_int(request, "width", 80), _get_int(request, "height", 24)
        try:
            session = await Session.start(self._command, websocket, *size)
        except OSError as error:
            self._report(f"A visitor was sent away: their process cannot be started: {error}.")
            reason = b"The server cannot start a screen for you now. Try again later."
            await websocket.close(code=WSCloseCode.INTERNAL_ERROR, message=reason)
            return
        try:
            async for message in websocket:
                if message.type is WSMsgType.TEXT:
                    await session.handle_message(message.data)
        except TimeoutError:  # the process does not read its input
            pass
        finally:
            await asyncio.shield(session.stop())
            await websocket.close()

    async def _close_all(self, _app: web.Application) -> None:
        closing = [websocket.close(code=WSCloseCode.GOING_AWAY) for websocket in self._websockets]
        await asyncio.gather(*closing, return_exceptions=True)


async def serve_until_stopped(
    app: web.Application,
    listening: socket.socket,
    say_ready: Callable[[], object],
    report: Callable[[str], object],
    visitor_timeout: float = _VISITOR_TIMEOUT,
) -> None:
    """Serve an application on a socket until SIGINT or SIGTERM.

    `say_ready` is called when the signals are handled, and `report` with sentences for the person
    who runs the server. A visitor has `visitor_timeout` seconds to send a request, and to take any
    part of the answer; then the connection is closed.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; the connections inherit it
        milliseconds = int(visitor_timeout * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_own_error)
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=visitor_timeout,
        logger=logger,
        shutdown_timeout=2 * GRACE,
    )
    await runner.setup()
    if runner.server is None:
        raise TypeError("A runner that is set up has a server.")
    loop = asyncio.get_running_loop()
    accepting = loop.create_task(accept_connections(listening, runner.server, report))
    if sys.platform != "win32":  # there, asyncio.run cancels this task on ctrl+c
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, accepting.cancel)
    say_ready()
    try:
        with suppress(asyncio.CancelledError):
            await accepting
    finally:
        await runner.cleanup()


def _is_own_error(record: logging.LogRecord) -> bool:
    """Return False for what visitors do: malformed requests, and leaving before the end."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, RuntimeError):  # of a file that is sent to a visitor who has gone
        return str(error) != "Transport is closing"
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


def _get_int(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else default
