"""A fake tenant on a socket, served by a thread of this process."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.model import Scenario, User
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.server import create_server
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.tenant import Tenant, open_tenant
from entity_connections.fake.tenant_file import reset_tenant
from entity_connections.listening_socket import base_url, listen

Options = str | Sequence[str]
"""One option such as "denied=removed", or a list of them."""

_TIMEOUT = 10.0
"""Seconds to wait for the thread of the server."""


@dataclass
class ReceivedCall:
    """One HTTP request that a tenant has received.

    `path` is with the query, as sent; the names of `headers` are in lower case; `body` is as far
    as the tenant has read it.
    """

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True)
class ServedTenant:
    """A tenant on a socket.

    Attributes:
        base_url: The REST root on this machine.
        users: Name -> user, with username, client_id, client_secret and home_entity_id.
        faults: The faults that are on: `tenant.faults.on("rate-limit=2,times=1")`.
        calls: The calls received, for tokens too, in the order in which they came.
        tenant: The tenant itself.
        loop: The event loop that answers requests.
        restart: Puts the tenant back to the start, in the thread of that loop.
    """

    base_url: str
    users: dict[str, User]
    faults: ActiveFaults = field(repr=False)
    calls: list[ReceivedCall] = field(repr=False)
    tenant: Tenant = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)
    restart: Callable[[], None] = field(repr=False)

    def reset(self) -> None:
        """Put everything back to the start: state, policy and faults; `calls` is empty again.

        Tokens are no longer valid: clients must ask for new ones.
        """
        self._run(self.restart)
        self.calls.clear()

    def set_policy(self, options: Options) -> None:
        """Change the behaviour where Zuora is silent; raise ValueError for an unknown one."""
        self._run(lambda: _change_policy(self.tenant, options))

    def _run(self, change: Callable[[], None]) -> None:
        """Make a change in the thread of the server, between two requests."""

        async def run() -> None:
            change()

        asyncio.run_coroutine_threadsafe(run(), self.loop).result(_TIMEOUT)


@contextmanager
def serve_tenant(
    scenario: str | PathLike[str] | Scenario = "acme",
    *,
    path: str | PathLike[str] | None = None,
    policy: Options = (),
    faults: Options = (),
    seed: int = 0,
) -> Iterator[ServedTenant]:
    """Serve a tenant on a free port of this machine until the end of the context.

    Args:
        scenario: The state at the start: a key of `SCENARIOS`, or a scenario file.
        path: A tenant file, which other servers may share and which remains. None: in memory.
        policy: What differs from the scenario's own policy, as for `serve --policy`.
        faults: Faults that are on at the start, as for `serve --fault`.
        seed: For faults that trigger at random.

    Raises:
        ValueError: There is no such scenario, policy or fault, or a file cannot be used.
        TypeError: An argument has a wrong type.
    """
    file = None if path is None else Path(path).absolute()
    start = scenario if isinstance(scenario, Scenario) else fspath(scenario)
    if file is None:
        start = load_scenario(start)
    tenant = open_tenant(start, path=file, faults=ActiveFaults(seed=seed))

    def begin() -> None:
        _change_policy(tenant, policy)
        stored_faults = tenant_settings.read(tenant.state.db, tenant_settings.FAULTS)
        tenant.faults.off()
        tenant.faults.on(*stored_faults, *_to_list(faults))

    def restart() -> None:
        reset_tenant(tenant.state.db, start if file is None else None)
        begin()

    with (
        closing(tenant),
        listen("127.0.0.1", 0) as listening,
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
    ):
        begin()
        calls: list[ReceivedCall] = []
        server = create_server(_record_calls(tenant.asgi, calls))
        serving = server.serve(sockets=[listening])
        thread = threading.Thread(
            target=runner.run, args=[serving], name="zuora-tenant", daemon=True
        )
        thread.start()
        try:
            users = {user.name: user for user in tenant.users}
            url, loop = base_url(listening), runner.get_loop()
            yield ServedTenant(url, users, tenant.faults, calls, tenant, loop, restart)
        finally:
            server.should_exit = True
            thread.join(_TIMEOUT)


def _record_calls(app: ASGIApp, calls: list[ReceivedCall]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        call = ReceivedCall(scope["method"], f"{path}?{query}" if query else path, headers)
        calls.append(call)

        async def receive_and_record() -> Message:
            message = await receive()
            call.body += message.get("body", b"")
            return message

        await app(scope, receive_and_record, send)

    return answer


def _change_policy(tenant: Tenant, options: Options) -> None:
    tenant.policy = tenant.policy.with_options(_to_list(options))


def _to_list(options: Options) -> Sequence[str]:
    return [options] if isinstance(options, str) else options
