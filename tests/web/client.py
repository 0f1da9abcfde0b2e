"""A visitor without a browser: says on a websocket what the page would say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

from tests.web.seen import Seen


class Visitor:
    """One end of a websocket, with a screen."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, size: tuple[int, int]) -> None:
        self.socket = socket
        self.seen = Seen(*size)

    async def say(self, *what: Any) -> None:
        """Say something as the page does: a word, and what belongs to it."""
        await self.socket.send_json(what)

    def width(self) -> int:
        """Return how far to the right something was drawn in the first line."""
        return len(self.seen.screen.display[0].rstrip()) + 1

    async def wait(self, what: str | Callable[[], bool]) -> None:
        """Wait until a text is on the screen, or something holds."""
        holds = what if callable(what) else lambda: what in self.seen.text()
        async with asyncio.timeout(20):
            while not holds():
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, (message, self.seen.text())
                self.seen.feed(message.data)

    async def insist(self, key: str, text: str) -> None:
        """Press a key until a text is on the screen."""
        while text not in self.seen.text():
            await self.say("stdin", key)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await self.wait(text)

    async def farewell(self) -> tuple[int, str]:
        """Return the code and the words with which the server ends the visit."""
        async with asyncio.timeout(20):
            while (message := await self.socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.BINARY, message
        return message.data, message.extra or ""

    def hang_up(self) -> None:
        """Go without a word."""
        response = self.socket._response
        assert response.connection is not None
        response.connection.close()

    async def wait_end(self) -> None:
        """Wait until the server ends the visit."""
        async with asyncio.timeout(20):
            async for _ in self.socket:
                pass


@asynccontextmanager
async def visiting(url: str, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Visitor]:
    """Visit a server of the screen."""
    where = f"{url}/ws?width={size[0]}&height={size[1]}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            where, origin=url, timeout=aiohttp.ClientWSTimeout(ws_close=5)
        ) as socket,
    ):
        yield Visitor(socket, size)
