"""A fake tenant that listens in a thread of this process."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from app.fake.faults.lab import Faults
    from app.fake.model import Scenario, User
    from app.fake.policy import Policy
    from app.fake.tenant import Tenant

_PATIENCE = 10.0


class ServedTenant(NamedTuple):
    """A tenant, and how to reach it.

    Attributes:
        base_url: its REST root on this machine.
        users: who can sign in, by short name: login, client_id, client_secret, home_entity_id.
        faults: its bad days: `tenant.faults.on("rate-limit", 2, times=1)`.
        tenant: the fake itself.
    """

    base_url: str
    users: "dict[str, User]"
    faults: "Faults"
    tenant: "Tenant"

    def environ(self, user: str = "alice") -> dict[str, str]:
        """Return the variables that make `entity-connections --base-url` that user."""
        one = self.users[user]
        return {"ZUORA_CLIENT_ID": one.client_id, "ZUORA_CLIENT_SECRET": one.client_secret}


@contextmanager
def serving(
    scenario: "str | Scenario" = "acme",
    *,
    path: "Path | None" = None,
    policy: "Policy | None" = None,
    faults: Iterable[str] = (),
    seed: int = 0,
) -> "Iterator[ServedTenant]":
    """Serve a fresh tenant on a free port of this machine; forget it at the end.

    Args:
        scenario: what it holds at the start; one of `app.fake.scenarios.SCENARIOS`, or a file.
        path: a file for it to live in, which other servers may share; it stays there.
        policy: in place of the scenario's own.
        faults: what is on at the start, written as for `serve --fault`.
        seed: for the faults that strike at random.

    Raises:
        app.fake.scenarios.UnknownScenarioError: there is no such scenario.
        app.fake.loading.ScenarioFileError: the scenario file cannot be used.
        app.fake.tenant_file.TenantFileError: what `path` holds cannot be used.
        app.fake.faults.catalogue.FaultError: there is no such fault.
    """
    # Loaded when needed: pytest loads this package for every test suite there is.
    from app.fake.listening import Server, listen, url_of
    from app.fake.tenant import open_tenant

    tenant = open_tenant(scenario, path=path, policy=policy, faults=faults, seed=seed)
    ready = threading.Event()
    server, listening = Server(tenant.asgi, ready.set), listen("127.0.0.1", 0)
    thread = threading.Thread(
        target=server.answer_on, args=(listening,), name="zuora-tenant", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(_PATIENCE):
            raise TimeoutError("The fake tenant did not begin to listen.")
        users = {one.username: one for one in tenant.users}
        yield ServedTenant(url_of(listening), users, tenant.faults, tenant)
    finally:
        server.stop()
        thread.join(_PATIENCE)
        listening.close()
        tenant.close()
