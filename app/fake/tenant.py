"""Opening a fake tenant: the one way in.

tenant = open_tenant("acme")
transport = httpx.ASGITransport(app=tenant.asgi)
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from importlib import import_module

from starlette.types import ASGIApp

from app.fake.connections import Connections
from app.fake.database import open_database
from app.fake.envelope import Envelope
from app.fake.hierarchy import Hierarchy
from app.fake.idempotency import Once
from app.fake.limits import PRODUCTION, TOKENS, Meter, Window
from app.fake.model import Role, Scenario, User
from app.fake.oauth import Tokens
from app.fake.policy import Policy
from app.fake.routes import Routes
from app.fake.rules import Rules
from app.fake.scenarios import check_scenario


class Tenant:
    """A running tenant; nothing of it is left after `close`.

    Attributes:
        asgi: The server, to be called over ASGI; it needs no start-up event.
        users: Everyone who can get a token.
        policy: Its choices where Zuora is silent.
    """

    def __init__(
        self, *, asgi: ASGIApp, users: tuple[User, ...], policy: Policy, db: sqlite3.Connection
    ) -> None:
        self.asgi = asgi
        self.users = users
        self.policy = policy
        self._db = db
        self._hierarchy = Hierarchy(db)

    def role(self, username: str, entity_id: str) -> Role | None:
        """Return what a user is in an entity, which no call of Zuora tells; None: may not enter."""
        return self._hierarchy.role(username, entity_id)

    def close(self) -> None:
        """Forget everything; calls that still arrive fail."""
        self._db.close()


def open_tenant(
    name: str,
    *,
    policy: Policy | None = None,
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] | None = None,
    new_trace: Callable[[], str] | None = None,
    limits: Sequence[Window] = PRODUCTION,
) -> Tenant:
    """Return a tenant in the state called `name`.

    Args:
        name: One of `app.fake.scenarios.SCENARIOS`.
        policy: In place of the scenario's own.
        clock: Seconds; for the expiry of tokens, stored answers and rate limits.
        new_id: Makes the ids of new connections, 32 hexadecimal digits; random by default.
        new_trace: The same for tokens and request ids.
        limits: The rate limits of the API.

    Raises:
        app.fake.scenarios.UnknownScenarioError: There is no such scenario.
    """
    check_scenario(name)
    scenario = _load(name)
    policy = policy or scenario.policy
    new_trace = new_trace or _random_id
    db = open_database(scenario)
    hierarchy, connections = Hierarchy(db), Connections(db)
    routes = Routes(
        db=db,
        users=scenario.users,
        tenant_id=scenario.tenant_id,
        hierarchy=hierarchy,
        connections=connections,
        tokens=Tokens(
            db,
            hierarchy,
            scenario.users,
            scenario.tenant_id,
            clock=clock,
            new_token=new_trace,
        ),
        rules=Rules(hierarchy, connections, policy, new_id or _random_id),
        once=Once(db, policy.reused_key, clock),
    )
    asgi = Envelope(
        routes.application(),
        new_trace=new_trace,
        api=Meter(limits, clock),
        tokens=Meter(TOKENS, clock),
    )
    return Tenant(asgi=asgi, users=scenario.users, policy=policy, db=db)


def _load(name: str) -> Scenario:
    # Only the scenario that is opened is loaded: the others would cost start-up time.
    module = import_module(f"app.fake.data.{name.replace('-', '_')}")
    scenario: Scenario = module.scenario()
    return scenario


def _random_id() -> str:
    return os.urandom(16).hex()
