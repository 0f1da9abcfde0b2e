"""The fake tenant on a socket of the test's own process; it records the writes that arrive."""

import asyncio
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entity_connections.domain.clock import wall_time
from entity_connections.fake.server import create_server
from entity_connections.fake.tenant import open_tenant
from entity_connections.listening_socket import base_url, listen
from starlette.types import Receive, Scope, Send

from tests.cli.tenant import PROGRAM, Served, environ, run

LOSE_WRITES = "lost"
"""The fault in which a write is not carried out, and its outcome stays unknown."""
HANG = "time-out,calls=writes"
"""The fault in which a write is not carried out, and no answer comes."""
CARRY_OUT_AND_HANG = "committed-then-504=120,calls=writes"
"""The fault in which a write is carried out, and no answer comes."""
NO_LISTS = "gateway-page,calls=connections"
"""The fault in which no list of connections can be read, and trying again does not help."""
LIST = "GET /v1/entity-connections"


class RecordedTenant:
    """A tenant `acme` that is served; `fake.faults` makes it fail.

    Attributes:
        fake: the tenant.
        served: where it listens, and its users.
        writes: method and path of each write that has arrived.
        write_arrived: set when a write has arrived.
        seconds_ahead: how far its clock is ahead of that of this machine.
        later_faults: faults to switch on when a call (method and path) arrives for the n-th time.
        fault_after_write: a fault to switch on when the next write arrives, or "".
    """

    served: Served

    def __init__(self) -> None:
        self.seconds_ahead = 0.0
        self.fake = open_tenant("acme", clock=lambda: wall_time() + self.seconds_ahead)
        self.writes: list[str] = []
        self.write_arrived = threading.Event()
        self.later_faults: dict[tuple[str, int], str] = {}
        self.fault_after_write = ""
        self._calls: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = f"{scope['method']} {scope['path']}"
        self._calls[call] += 1
        if fault := self.later_faults.get((call, self._calls[call])):
            self.fake.faults.on(fault)
        if scope["method"] != "GET" and scope["path"] != "/oauth/token":
            self.writes.append(call)
            self.write_arrived.set()
            if self.fault_after_write:
                self.fake.faults.on(self.fault_after_write)
                self.fault_after_write = ""
        await self.fake.asgi(scope, receive, send)

    def count_calls(self, call: str) -> int:
        """Return how often a call (method and path) has arrived."""
        return self._calls[call]

    def leave_writes_unknown(self, fault: str = LOSE_WRITES) -> None:
        """Lose writes, and then refuse lists: no command waits for a list that tells."""
        self.fake.faults.on(fault)
        self.fault_after_write = NO_LISTS

    def wait_for_requests(self, source_id: str, count: int) -> None:
        """Wait until an entity has requested so many connections."""
        pending = "SELECT count(*) FROM connection WHERE source_id = ? AND status = 'Pending'"
        self._wait_for(f"({pending}) = ?", source_id, count)

    def wait_for_writes(self, count: int) -> None:
        """Wait until so many writes have arrived."""
        deadline = time.monotonic() + 20
        while len(self.writes) < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def wait_for_status(self, connection_id: str, status: str) -> None:
        """Wait until a connection has a status."""
        self._wait_for("id = ? AND status = ?", connection_id, status)

    def _wait_for(self, condition: str, *values: str | int) -> None:
        query = f"SELECT 1 FROM connection WHERE {condition}"
        deadline = time.monotonic() + 20
        while self.fake.state.db.execute(query, values).fetchone() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def run_on(
    tenant: RecordedTenant, home: Path, *arguments: str, user: str = "alice"
) -> subprocess.CompletedProcess[str]:
    """Run the program as a user of a tenant on a socket."""
    where = ("--base-url", tenant.served.url)
    return run(home, *arguments, *where, **tenant.served.environ(user))


def start_on(tenant: RecordedTenant, home: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the program as alice in a process of its own, without waiting for it."""
    return subprocess.Popen(
        [*PROGRAM, *arguments, "--base-url", tenant.served.url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environ(home, **tenant.served.environ()),
    )  # fmt: skip


@contextmanager
def serve_recorded() -> Iterator[RecordedTenant]:
    """Serve a fresh tenant."""
    tenant = RecordedTenant()
    with listen("127.0.0.1", 0) as listening:
        server = create_server(tenant)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
        )
        thread.start()
        users = {user.name: (user.client_id, user.client_secret) for user in tenant.fake.users}
        tenant.served = Served(base_url(listening), users)
        try:
            yield tenant
        finally:
            tenant.fake.faults.off()
            server.should_exit = True
            thread.join(10)
            tenant.fake.close()
