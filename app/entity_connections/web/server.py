"""The server: a page, its files, and a websocket for each visitor."""

import asyncio
import socket
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web

from entity_connections.web.gate import Gate
from entity_connections.web.visit import GRACE, Command, Visit

PAGE = Path(__file__).with_name("page")
TERMINAL = Path(str(files("textual_serve"))) / "static"
"""The terminal that the page shows: xterm.js, its style, and its font."""

_LONGEST = 256 * 1024
"""Bytes of a message from a browser: a long paste."""
_PATIENCE = GRACE + 1.0
"""Seconds to wait for a seat: who loads the page anew still has one, which is being cleared."""


class Server:
    """Serves a page on which each visitor has a process of their own.

    Args:
        command: what to run for each.
        gate: who may come in.
        seats: how many there may be at a time.
        tell: takes a sentence for whoever runs the server.
    """

    def __init__(
        self, command: Command, gate: Gate, seats: int, tell: Callable[[str], object]
    ) -> None:
        self._command = command
        self._seats = seats
        self._free = asyncio.Semaphore(seats)
        self._tell = tell
        self._here: set[web.WebSocketResponse] = set()
        self._app = app = web.Application()
        gate.guard(app)
        app.router.add_get("/", self._page)
        app.router.add_get("/ws", self._visit)
        app.router.add_static("/static", TERMINAL)
        app.router.add_static("/page", PAGE)
        app.on_shutdown.append(self._send_home)

    async def serve(
        self, listening: socket.socket, ready: Callable[[], None], stopped: asyncio.Event
    ) -> None:
        """Answer what arrives there until `stopped`; then no visitor's process is left."""
        runner = web.AppRunner(
            self._app, access_log=None, handle_signals=False, shutdown_timeout=2 * GRACE
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            ready()
            await stopped.wait()
        finally:
            await runner.cleanup()

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _visit(self, request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(heartbeat=15, timeout=GRACE, max_msg_size=_LONGEST)
        self._here.add(websocket)
        try:
            await websocket.prepare(request)
            await self._seat(websocket, request)
        except (TimeoutError, ConnectionError):  # a process that hangs, a browser that has gone
            pass
        finally:
            self._here.discard(websocket)
        return websocket

    async def _seat(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        """Accompany a visitor if there is a seat; else say so, in words that the page shows.

        A page is told nothing of a websocket that is refused: it is opened, and closed.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._free.acquire()
        except TimeoutError:
            taken = f"All {self._seats} seats are" if self._seats > 1 else "The only seat is"
            why = f"{taken} taken. Try again when a visitor has left.".encode()
            await websocket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=why)
            return
        try:
            if not websocket.closed:
                await self._accompany(websocket, request)
        finally:
            self._free.release()

    async def _accompany(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        visit = Visit(self._command, websocket)
        try:
            if not await self._started(visit, request):
                why = b"The server cannot start a screen for you now. Try again later."
                await websocket.close(code=WSCloseCode.INTERNAL_ERROR, message=why)
            async for message in websocket:
                if message.type is WSMsgType.TEXT:
                    await visit.take(message.data)
        finally:
            await asyncio.shield(visit.stop())
            await websocket.close()

    async def _started(self, visit: Visit, request: web.Request) -> bool:
        """Start a visitor's process; tell who runs the server when there can be none."""
        try:
            await visit.start(_number(request, "width", 80), _number(request, "height", 24))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._tell(f"A visitor was sent away: their process cannot be started: {reason}.")
            return False
        return True

    async def _send_home(self, _app: web.Application) -> None:
        going = [one.close(code=WSCloseCode.GOING_AWAY) for one in self._here]
        await asyncio.gather(*going, return_exceptions=True)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
