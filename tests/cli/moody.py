"""The fake tenant on a socket of the test's own process, with bad days at will."""

import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any

import uvicorn
from entity_connections.fake.tenant import open_tenant

from tests.cli.tenant import Served, run

Message = MutableMapping[str, Any]


class Mood(Enum):
    """What the server does with a write."""

    FINE = auto()
    BROKEN = auto()
    """Does nothing, and answers HTTP 500."""
    LOST = auto()
    """Carries it out, and answers HTTP 500."""
    ODD = auto()
    """Does nothing, and answers what nobody documents."""
    HANGING = auto()
    """Does nothing, and never answers."""
    LOST_AND_HANGING = auto()
    """Carries it out, and never answers."""


class Moody:
    """A tenant behind a mood.

    Attributes:
        mood: changed by the test.
        limited: how many calls for connections, from now on, come too soon.
        limited_after: after how many such calls all others come too soon.
        retry_after: seconds they are told to wait.
        lists: how many such calls came.
        writes: method and path of each write that came.
        came: set when a write came and, where it is carried out, was.
        tenant: where it listens, and its users.
    """

    tenant: Served

    def __init__(self) -> None:
        self.mood = Mood.FINE
        self.limited = self.lists = 0
        self.limited_after = 1_000
        self.retry_after = 1
        self.writes: list[str] = []
        self.came = threading.Event()
        self.fake = open_tenant("acme")

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        path = scope["path"]
        reads = scope["method"] == "GET" and path == "/v1/entity-connections"
        self.lists += reads
        if reads and (self.limited or self.lists > self.limited_after):
            self.limited = max(0, self.limited - 1)
            self.came.set()
            heads = [(b"retry-after", str(self.retry_after).encode())]
            await send({"type": "http.response.start", "status": 429, "headers": heads})
            return await send({"type": "http.response.body", "body": b"{}"})
        if scope["method"] == "GET" or path == "/oauth/token":
            return await self.fake.asgi(scope, receive, send)
        self.writes.append(f"{scope['method']} {path}")
        if self.mood is Mood.FINE:
            self.came.set()
            return await self.fake.asgi(scope, receive, send)
        if self.mood in (Mood.LOST, Mood.LOST_AND_HANGING):
            await self.fake.asgi(scope, receive, _nowhere)
        self.came.set()
        if self.mood in (Mood.HANGING, Mood.LOST_AND_HANGING):
            while (await receive())["type"] != "http.disconnect":
                pass
            return None
        odd = self.mood is Mood.ODD
        status, body = (200, b'{"success": true}') if odd else (500, b"<h1>sorry</h1>")
        heads = [(b"content-type", b"application/json" if odd else b"text/html")]
        await send({"type": "http.response.start", "status": status, "headers": heads})
        await send({"type": "http.response.body", "body": body})
        return None


def on(server: Moody, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as alice of a tenant on a socket."""
    return run(home, *arguments, "--base-url", server.tenant.url, **server.tenant.environ())


async def _nowhere(_message: Message) -> None:
    pass


@contextmanager
def moody() -> Iterator[Moody]:
    """Serve a fresh tenant `acme`."""
    app = Moody()
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server, ready = uvicorn.Server(config), threading.Event()
    startup = server.startup

    async def start(sockets: Any = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = start  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    users = {one.username: (one.client_id, one.client_secret) for one in app.fake.users}
    app.tenant = Served(f"http://127.0.0.1:{port}", users)
    try:
        yield app
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        app.fake.close()
