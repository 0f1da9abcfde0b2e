"""The fake tenant on a socket of the test's own process, with bad days at will."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

import uvicorn
from entity_connections.fake.server import listen
from entity_connections.fake.tenant import open_tenant
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tests.cli.tenant import PROGRAM, Served, environ, run


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
        writes: method and path of each write that came.
        came: set when a write came and, where it is carried out, was.
        tenant: where it listens, and its users.
    """

    tenant: Served

    def __init__(self) -> None:
        self.mood = Mood.FINE
        self.limited = self._lists = 0
        self.limited_after = 1_000
        self.retry_after = 1
        self.writes: list[str] = []
        self.came = threading.Event()
        self.fake = open_tenant("acme")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, reads = scope["path"], scope["method"] == "GET"
        if reads and path == "/v1/entity-connections":
            self._lists += 1
            if self.limited or self._lists > self.limited_after:
                self.limited = max(0, self.limited - 1)
                headers = {"retry-after": str(self.retry_after)}
                await Response("{}", 429, headers)(scope, receive, send)
                return
        if not reads and path != "/oauth/token":
            self.writes.append(f"{scope['method']} {path}")
            if self.mood is not Mood.FINE:
                await self._answer_badly(scope, receive, send)
                return
        await self.fake.asgi(scope, receive, send)

    async def _answer_badly(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.mood in (Mood.LOST, Mood.LOST_AND_HANGING):
            await self.fake.asgi(scope, receive, _ignore)
        self.came.set()
        if self.mood in (Mood.HANGING, Mood.LOST_AND_HANGING):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        odd = Response('{"success": true}', media_type="application/json")
        broken = Response("<h1>sorry</h1>", 500, media_type="text/html")
        await (odd if self.mood is Mood.ODD else broken)(scope, receive, send)


async def _ignore(_message: Message) -> None:
    pass


def on(
    server: Moody, home: Path, *arguments: str, user: str = "alice"
) -> subprocess.CompletedProcess[str]:
    """Run the program as a user of a tenant on a socket."""
    where = ("--base-url", server.tenant.url)
    return run(home, *arguments, *where, **server.tenant.environ(user))


def start(server: Moody, home: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the program as alice in a process of its own, without waiting for it."""
    return subprocess.Popen(
        [*PROGRAM, *arguments, "--base-url", server.tenant.url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environ(home, **server.tenant.environ()),
    )  # fmt: skip


@contextmanager
def moody() -> Iterator[Moody]:
    """Serve a fresh tenant `acme`."""
    app = Moody()
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    users = {user.username: (user.client_id, user.client_secret) for user in app.fake.users}
    app.tenant = Served(f"http://127.0.0.1:{listening.getsockname()[1]}", users)
    try:
        yield app
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        app.fake.close()
