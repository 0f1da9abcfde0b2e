"""A fake tenant that listens in a thread of this process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import NamedTuple

from entity_connections.fake.faults.lab import Faults
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.model import Scenario, User
from entity_connections.fake.server import Server, listen, url_of
from entity_connections.fake.tenant import Tenant, open_tenant
from entity_connections.testing import wishes

_PATIENCE = 10.0


class ServedTenant(NamedTuple):
    """A tenant, and how to reach it.

    Attributes:
        base_url: its REST root on this machine.
        users: who can sign in, by short name: login, client_id, client_secret, home_entity_id.
        faults: its bad days: `tenant.faults.on("rate-limit=2,times=1")`.
        tenant: the fake itself.
        between_calls: does something to `tenant` while no call is answered.
    """

    base_url: str
    users: dict[str, User]
    faults: Faults
    tenant: Tenant
    between_calls: Callable[[Callable[[], None]], None]

    def __repr__(self) -> str:
        """Say where it is, and what is on."""
        faults = f", faults {self.faults.watermark()}" if self.faults else ""
        return f"<ServedTenant {self.base_url}, users {', '.join(self.users)}{faults}>"

    def environ(self, user: str = "alice") -> dict[str, str]:
        """Return the variables that make `entity-connections --base-url` that user."""
        one = self.users[user]
        return {"ZUORA_CLIENT_ID": one.client_id, "ZUORA_CLIENT_SECRET": one.client_secret}

    def switch(self, policy: wishes.Switches) -> None:
        """Choose otherwise where Zuora is silent, as `serve --policy`: "denied=removed".

        Args:
            policy: such a text or several, a dict of them, or a whole policy.

        Raises:
            TypeError: it is none of these.
            entity_connections.fake.rules.policy.PolicyError: there is no such choice.
        """

        def do() -> None:
            self.tenant.policy = wishes.policy(policy, self.tenant.policy)

        self.between_calls(do)


@contextmanager
def serving(
    scenario: str | PathLike[str] | Scenario = "acme",
    *,
    path: str | PathLike[str] | None = None,
    policy: wishes.Switches | None = None,
    faults: wishes.Bad = (),
    seed: int = 0,
) -> Iterator[ServedTenant]:
    """Serve a fresh tenant on a free port of this machine; forget it at the end.

    Args:
        scenario: what it holds at the start; one of `SCENARIOS`, or a file.
        path: a file for it to live in, which other servers may share; it stays there.
        policy: choices that are to differ from the scenario's own, as for `serve --policy`:
            "denied=removed", a list of such texts, or a dict; or a whole policy.
        faults: what is on at the start, written as for `serve --fault`: one text or several.
        seed: for the faults that strike at random.

    Raises:
        TypeError: something is given in a form that is not taken.
        entity_connections.fake.scenarios.scenarios.UnknownScenarioError: there is no such scenario.
        ScenarioFileError: the scenario file cannot be used.
        entity_connections.fake.state.tenant_file.TenantFileError: what `path` holds cannot be used.
        entity_connections.fake.rules.policy.PolicyError: there is no such choice.
        entity_connections.fake.faults.catalogue.FaultError: there is no such fault.
    """
    origin, place = wishes.scenario(scenario), wishes.path(path)
    days, number = wishes.faults(faults), wishes.seed(seed)
    wishes.policy(policy, Policy())  # before there is anything to undo
    tenant = open_tenant(origin, path=place, faults=days, seed=number)
    tenant.policy = wishes.policy(policy, tenant.policy)
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
        url = url_of(listening)
        yield ServedTenant(url, users, tenant.faults, tenant, server.between_calls)
    finally:
        server.stop()
        thread.join(_PATIENCE)
        listening.close()
        tenant.close()
