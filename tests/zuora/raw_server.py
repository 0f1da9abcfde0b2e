"""A server on a real socket that sends given bytes and records what it receives."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.limits import HttpLimits

from tests.acme import NO_DELAYS

CLIENT_SECRET = "s3cret/with+signs=="
TOKEN = "7f0b5e1c93d24a6b8c0d1e2f3a4b5c6d"
CREDENTIALS = Credentials.from_text("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", CLIENT_SECRET)
PATIENT = HttpLimits(read=20.0, exchange=30.0)
IMPATIENT = HttpLimits(read=0.15, exchange=0.4)
"""Does not wait for a response that will not come."""

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What is sent in response. The connection is closed after it, unless it says keep-alive."""


class ReceivedRequest(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def http_response(
    body: bytes | object, status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    """Format an HTTP response; `length` may be wrong on purpose."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class RawServer:
    """Gives tokens; sends to every other request the next reply, and the last one forever.

    Attributes:
        replies: what is still to be sent.
        requests: the requests of the API.
        token_requests: the requests for tokens.
        connections: number of connections opened.
        token_reply: sent to each request for a token.
        root: the base URL.
    """

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[ReceivedRequest] = []
        self.token_requests: list[ReceivedRequest] = []
        self.connections = 0
        token = {"access_token": TOKEN, "expires_in": 3599, "scope": ""}
        self.token_reply: Reply = http_response(token)
        self.root = ""
        self._received = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def client(
        self, limits: HttpLimits = PATIENT, request_log: RequestLog | None = None
    ) -> ZuoraClient:
        """Create an adapter connected to this server."""
        return ZuoraClient(
            self.root,
            CREDENTIALS,
            request_log=request_log,
            retry_policy=NO_DELAYS,
            limits=limits,
        )

    async def wait_for_requests(self, count: int) -> None:
        """Wait until so many requests of the API have come."""
        async with self._received:
            await self._received.wait_for(lambda: len(self.requests) >= count)

    @contextlib.asynccontextmanager
    async def open(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["RawServer"]:
        """Listen on the loopback interface as long as the block lasts."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        scheme = "https" if tls else "http"
        self.root = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._reply(reader, writer):
                    pass
        except asyncio.CancelledError:
            return  # asyncio's own callback would report it as an error
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()
            self._tasks.discard(task)

    async def _reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a request and reply; return whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:-2])
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = ReceivedRequest(method, path, headers, body)
        if path == "/oauth/token":
            self.token_requests.append(request)
            reply = self.token_reply
        else:
            self.requests.append(request)
            async with self._received:
                self._received.notify_all()
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if not isinstance(reply, bytes):
            await reply(writer)
            return False
        writer.write(reply)
        await writer.drain()
        return b"keep-alive" in reply.partition(b"\r\n\r\n")[0]
