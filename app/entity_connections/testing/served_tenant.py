"""A fake tenant on a socket, served by a thread of this process."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import FaultSetting
from entity_connections.fake.model import Scenario, User
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.server import base_url, create_server, listen
from entity_connections.fake.tenant import Tenant, open_tenant

PolicyOptions = Policy | Mapping[str, str] | Sequence[str]
"""A policy; {"denied": "removed"}; "denied=removed", or a list of such texts."""
FaultOptions = str | FaultSetting | Sequence[str | FaultSetting]
"""A fault such as "latency=2,times=3", or a list of them."""

_TIMEOUT = 10.0
"""Seconds to wait for the thread of the server."""


class ServedTenant(NamedTuple):
    """A tenant on a socket.

    Attributes:
        base_url: The REST root on this machine.
        users: Username -> user, with login, client_id, client_secret and home_entity_id.
        faults: The faults that are on: `tenant.faults.on("rate-limit=2,times=1")`.
        tenant: The tenant itself.
        call_between_requests: Calls a function in the thread of the server, where no request
            is being answered meanwhile.
    """

    base_url: str
    users: dict[str, User]
    faults: ActiveFaults
    tenant: Tenant
    call_between_requests: Callable[[Callable[[], None]], None]

    def __repr__(self) -> str:
        """Return address, users and faults, without secrets."""
        faults = f", faults {self.faults.summary()}" if self.faults else ""
        return f"<ServedTenant {self.base_url}, users {', '.join(self.users)}{faults}>"

    def environ(self, user: str = "alice") -> dict[str, str]:
        """Return the variables with which `entity-connections --base-url` works as a user."""
        client = self.users[user]
        return {"ZUORA_CLIENT_ID": client.client_id, "ZUORA_CLIENT_SECRET": client.client_secret}

    def set_policy(self, options: PolicyOptions) -> None:
        """Change the behaviour where Zuora is silent, as `serve --policy` does.

        Raises:
            PolicyError: There is no such policy or value.
        """

        def change() -> None:
            self.tenant.policy = _apply_options(self.tenant.policy, options)

        self.call_between_requests(change)


@contextmanager
def serve_tenant(
    scenario: str | PathLike[str] | Scenario = "acme",
    *,
    path: str | PathLike[str] | None = None,
    policy: PolicyOptions = (),
    faults: FaultOptions = (),
    seed: int = 0,
) -> Iterator[ServedTenant]:
    """Serve a tenant on a free port of this machine until the end of the context.

    Args:
        scenario: The state at the start: a key of `SCENARIOS`, or a scenario file.
        path: A tenant file, which other servers may share and which remains. None: in memory.
        policy: What differs from the scenario's own policy.
        faults: Faults that are on at the start.
        seed: For faults that trigger at random.

    Raises:
        ValueError: There is no such scenario, policy or fault, or a file cannot be used.
        TenantFileError: The tenant file cannot be used.
        TypeError: An argument has a wrong type.
    """
    if not isinstance(scenario, Scenario):
        scenario = fspath(scenario)
    if isinstance(faults, str | FaultSetting):
        faults = [faults]
    _apply_options(Policy(), policy)  # before there is anything to close
    tenant = open_tenant(
        scenario, path=None if path is None else Path(path), faults=faults, seed=seed
    )
    tenant.policy = _apply_options(tenant.policy, policy)
    server, listening = create_server(tenant.asgi), listen("127.0.0.1", 0)
    url = base_url(listening)
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    loop = runner.get_loop()
    thread = threading.Thread(
        target=runner.run,
        args=(server.serve(sockets=[listening]),),
        name="zuora-tenant",
        daemon=True,
    )
    thread.start()

    def call_between_requests(function: Callable[[], None]) -> None:
        async def call() -> None:
            function()

        asyncio.run_coroutine_threadsafe(call(), loop).result(_TIMEOUT)

    try:
        users = {user.username: user for user in tenant.users}
        yield ServedTenant(url, users, tenant.faults, tenant, call_between_requests)
    finally:
        server.should_exit = True
        thread.join(_TIMEOUT)
        runner.close()
        listening.close()
        tenant.close()


def _apply_options(policy: Policy, options: PolicyOptions) -> Policy:
    if isinstance(options, Policy):
        return options
    if isinstance(options, Mapping):
        return policy.with_values(options)
    return policy.with_options([options] if isinstance(options, str) else options)
