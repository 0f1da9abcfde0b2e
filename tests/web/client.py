"""A browser of the tests: one end of a session's websocket, with a terminal that is drawn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pyte

from tests.terminal.pty import FOREIGN


class Client:
    """A connected browser."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        size: tuple[int, int],
    ) -> None:
        self.session, self.socket = session, socket
        self.screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self.screen)

    async def send(self, *message: Any) -> None:
        """Send a message as the page does: its kind, and its content."""
        await self.socket.send_json(message)

    def text(self) -> str:
        """Return the text on the screen."""
        return "\n".join(self.screen.display)

    async def wait_for(self, expected: str | Callable[[], bool]) -> None:
        """Draw what arrives until a text is on the screen, or a condition holds."""
        condition = expected if callable(expected) else lambda: expected in self.text()
        async with asyncio.timeout(20):
            while not condition():
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, (message, self.text())
                self._stream.feed(FOREIGN.sub("", message.data.decode()))

    async def press_until(self, key: str, text: str) -> None:
        """Press a key again and again until a text is on the screen."""
        while text not in self.text():
            await self.send("stdin", key)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await self.wait_for(text)

    async def receive_close(self) -> tuple[int | None, str]:
        """Return the code and the reason with which the websocket is closed."""
        async with asyncio.timeout(20):
            while (message := await self.socket.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        return self.socket.close_code, message.extra or ""


@asynccontextmanager
async def connect(url: str, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Client]:
    """Open the page's websocket."""
    address = f"{url}/ws?width={size[0]}&height={size[1]}"
    timeout = aiohttp.ClientWSTimeout(ws_close=5)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, origin=url, timeout=timeout) as socket,
    ):
        yield Client(session, socket, size)
