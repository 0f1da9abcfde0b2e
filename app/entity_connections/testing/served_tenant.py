"""A fake tenant on a socket, served by a thread of this process."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path

from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.model import Scenario, User
from entity_connections.fake.server import create_server
from entity_connections.fake.tenant import Tenant, open_tenant
from entity_connections.listening_socket import base_url, listen

Options = str | Sequence[str]
"""One option such as "denied=removed", or a list of them."""

_TIMEOUT = 10.0
"""Seconds to wait for the thread of the server."""


@dataclass(frozen=True)
class ServedTenant:
    """A tenant on a socket.

    Attributes:
        base_url: The REST root on this machine.
        users: Name -> user, with username, client_id, client_secret and home_entity_id.
        faults: The faults that are on: `tenant.faults.on("rate-limit=2,times=1")`.
        tenant: The tenant itself.
        loop: The event loop that answers requests.
    """

    base_url: str
    users: dict[str, User]
    faults: ActiveFaults = field(repr=False)
    tenant: Tenant = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)

    def set_policy(self, options: Options) -> None:
        """Change the behaviour where Zuora is silent, as `serve --policy` does.

        Raises:
            PolicyError: There is no such policy or value.
        """

        async def change() -> None:  # in the thread of the server, between two requests
            self.tenant.policy = self.tenant.policy.with_options(_to_list(options))

        asyncio.run_coroutine_threadsafe(change(), self.loop).result(_TIMEOUT)


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
        TenantFileError: The tenant file cannot be used.
        TypeError: An argument has a wrong type.
    """
    tenant = open_tenant(
        scenario if isinstance(scenario, Scenario) else fspath(scenario),
        path=None if path is None else Path(path),
        faults=_to_list(faults),
        seed=seed,
    )
    with (
        closing(tenant),
        listen("127.0.0.1", 0) as listening,
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
    ):
        tenant.policy = tenant.policy.with_options(_to_list(policy))
        url = base_url(listening)
        server = create_server(tenant.asgi)
        serving = server.serve(sockets=[listening])
        thread = threading.Thread(target=runner.run, args=[serving], name="zuora-tenant")
        thread.daemon = True
        thread.start()
        try:
            users = {user.name: user for user in tenant.users}
            yield ServedTenant(url, users, tenant.faults, tenant, runner.get_loop())
        finally:
            server.should_exit = True
            thread.join(_TIMEOUT)


def _to_list(options: Options) -> Sequence[str]:
    return [options] if isinstance(options, str) else options
