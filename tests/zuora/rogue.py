"""A server on a real socket that says what it is told, byte by byte, and counts what it got."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from entity_connections.services.request_log import RequestLog
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.patience import Patience

SECRET = "s3cret/with+signs=="
TOKEN = "7f0b5e1c93d24a6b8c0d1e2f3a4b5c6d"
CALM = Patience(first_pause=0.0, read=20.0, exchange=30.0)
"""Tries as often as ever, without pauses in between."""
QUICK = CALM._replace(read=0.15, exchange=0.4)
"""Does not wait for an answer that will not come."""

Act = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What is sent in answer; the connection is closed behind it unless it says keep-alive."""


class Received(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def said(
    body: bytes | object, status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    """Return an answer of HTTP; `length` may lie."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Rogue:
    """Gives out tokens, and to every other call the next act of its script, or the last again.

    Attributes:
        acts: what is still to come.
        calls: the requests of the API.
        tokens: the requests for tokens.
        connections: how many were opened.
        token_act: what is said to a request for a token.
    """

    def __init__(self, *acts: Act) -> None:
        self.acts = list(acts)
        self.calls: list[Received] = []
        self.tokens: list[Received] = []
        self.connections = 0
        self.token_act: Act = said({"access_token": TOKEN, "expires_in": 3599, "scope": ""})
        self.root = ""
        self._more = asyncio.Condition()
        self._doing: set[asyncio.Task[None]] = set()

    def client(self, patience: Patience = CALM, traffic: RequestLog | None = None) -> ZuoraClient:
        """Return the adapter, sent here."""
        known = credentials("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", SECRET)
        return ZuoraClient.over_internet(self.root, known, WriteLock(), traffic, patience=patience)

    async def received(self, calls: int) -> None:
        """Return when so many calls have come."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.calls) >= calls)

    @contextlib.asynccontextmanager
    async def open(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Rogue"]:
        """Listen on the loopback for as long as the block lasts."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        scheme = "https" if tls else "http"
        self.root = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._doing:
                task.cancel()
            await asyncio.gather(*self._doing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self._doing.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
        except asyncio.CancelledError:
            return  # the server's own callback would report it as an error
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()
            self._doing.discard(task)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:-2])
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        received = Received(method, path, headers, body)
        if path == "/oauth/token":
            self.tokens.append(received)
            act = self.token_act
        else:
            self.calls.append(received)
            async with self._more:
                self._more.notify_all()
            act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        if not isinstance(act, bytes):
            await act(writer)
            return False
        writer.write(act)
        await writer.drain()
        return b"keep-alive" in act.partition(b"\r\n\r\n")[0]
