"""The server: a page, its files, and a websocket for each visitor."""

import asyncio
import socket
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web

from app.web.gate import Gate
from app.web.visit import GRACE, Command, Visit

PAGE = Path(__file__).with_name("page")
TERMINAL = Path(str(files("textual_serve"))) / "static"
"""The terminal that the page shows: xterm.js, its style, and its font."""

_LONGEST = 256 * 1024
"""Bytes of a message from a browser: a long paste."""


class Server:
    """Serves a page on which each visitor has a process of their own.

    Args:
        command: what to run for each.
        gate: who may come in.
        seats: how many there may be at a time.
    """

    def __init__(self, command: Command, gate: Gate, seats: int) -> None:
        self._command = command
        self._seats = seats
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
        self._seat()
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def _visit(self, request: web.Request) -> web.StreamResponse:
        self._seat()
        websocket = web.WebSocketResponse(heartbeat=15, timeout=GRACE, max_msg_size=_LONGEST)
        self._here.add(websocket)
        try:
            await websocket.prepare(request)
            await self._accompany(websocket, request)
        except (TimeoutError, ConnectionError):  # a process that hangs, a browser that has gone
            pass
        finally:
            self._here.discard(websocket)
        return websocket

    async def _accompany(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        visit = Visit(self._command, websocket)
        try:
            await visit.start(_number(request, "width", 80), _number(request, "height", 24))
            async for message in websocket:
                if message.type is WSMsgType.TEXT:
                    await visit.take(message.data)
        finally:
            await asyncio.shield(visit.stop())
            await websocket.close()

    def _seat(self) -> None:
        if len(self._here) >= self._seats:
            raise web.HTTPServiceUnavailable(
                text=f"All {self._seats} seats are taken. Try again when a visitor has left.\n",
                headers={"Retry-After": "30"},
            )

    async def _send_home(self, _app: web.Application) -> None:
        going = [one.close(code=WSCloseCode.GOING_AWAY) for one in self._here]
        await asyncio.gather(*going, return_exceptions=True)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
