"""Opening a fake tenant: the one way in.

tenant = open_tenant("acme")
transport = httpx.ASGITransport(app=tenant.asgi)
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from starlette.types import ASGIApp

from entity_connections.domain.clock import wall_time
from entity_connections.fake.api.envelope import Envelope
from entity_connections.fake.api.idempotency import Once
from entity_connections.fake.api.limits import PRODUCTION, Meter, Window
from entity_connections.fake.api.oauth import Tokens
from entity_connections.fake.api.routes import Routes
from entity_connections.fake.api.token_meter import TokenMeter
from entity_connections.fake.faults.catalogue import Setting
from entity_connections.fake.faults.colleague import Colleague
from entity_connections.fake.faults.control import Control
from entity_connections.fake.faults.lab import Faults
from entity_connections.fake.faults.layer import FaultLayer
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.rules.rules import Rules
from entity_connections.fake.scenarios.loading import load
from entity_connections.fake.scenarios.model import Role, Scenario, User
from entity_connections.fake.state import settings
from entity_connections.fake.state.access import AccessRequests
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import open_database, transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.provisioning import Provisioning
from entity_connections.fake.state.tenant_file import open_file
from entity_connections.fake.state.users import Users


class Tenant:
    """A running tenant; what it holds in memory is gone after `close`.

    Several may be open on one file, in one process or many: each answers from
    what the file holds at that moment. Only calls are counted by each alone.

    Attributes:
        asgi: The server, to be called over ASGI; it needs no start-up event.
        faults: Its bad days, to be switched on and off.
    """

    def __init__(self, *, asgi: ASGIApp, faults: Faults, db: sqlite3.Connection) -> None:
        self.asgi = asgi
        self.faults = faults
        self._db = db
        self._hierarchy = Hierarchy(db)
        self._users = Users(db)

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone who can get a token."""
        return self._users.all()

    @property
    def policy(self) -> Policy:
        """Its choices where Zuora is silent; they may be changed while it runs."""
        return settings.policy(self._db)

    @policy.setter
    def policy(self, chosen: Policy) -> None:
        with transaction(self._db):
            settings.put_policy(self._db, chosen)

    def role(self, username: str, entity_id: str) -> Role | None:
        """Return what a user is in an entity, which no call of Zuora tells; None: may not enter."""
        return self._hierarchy.role(username, entity_id)

    def close(self) -> None:
        """Let go of everything; calls that still arrive fail."""
        self._db.close()


def open_tenant(
    name: str | Scenario,
    *,
    path: Path | None = None,
    policy: Policy | None = None,
    clock: Callable[[], float] = wall_time,
    new_id: Callable[[], str] | None = None,
    new_trace: Callable[[], str] | None = None,
    limits: Sequence[Window] = PRODUCTION,
    faults: Iterable[str | Setting] = (),
    seed: int = 0,
    control: bool = False,
) -> Tenant:
    """Return a tenant in the state called `name`, or as its file holds it.

    Args:
        name: One of `SCENARIOS`, the path of a scenario file, or a
            scenario; where `path` holds a tenant already, it is not looked at.
        path: Where the tenant is kept; made when it is not there. None: in memory.
        policy: In place of the scenario's own, or of the one in the file.
        clock: Seconds; for the expiry of tokens, stored answers and rate limits.
        new_id: Makes the ids of new records, 32 hexadecimal digits; random by default.
        new_trace: The same for tokens and request ids.
        limits: The rate limits of the API.
        faults: What is on at the start besides the scenario's own, written as for
            `entity_connections.fake.faults.catalogue.parsed`.
        seed: For the faults that strike at random.
        control: Whether faults can be switched over HTTP (see `control`).

    Raises:
        entity_connections.fake.faults.catalogue.FaultError: There is no such fault.
        entity_connections.fake.scenarios.scenarios.UnknownScenarioError: There is no such scenario.
        ScenarioFileError: The scenario file cannot be used.
        entity_connections.fake.state.tenant_file.TenantFileError: What `path` holds cannot be used.
    """
    db = open_database(load(name)) if path is None else open_file(path, name)
    if policy is not None:
        with transaction(db):
            settings.put_policy(db, policy)
    new_id, new_trace = new_id or _random_id, new_trace or _random_id
    hierarchy, connections, users = Hierarchy(db), Connections(db), Users(db)
    lab = Faults([*settings.faults(db), *faults], seed=seed)

    chosen = settings.policy_reader(db)

    def choices() -> Policy:
        return lab.policy(chosen())

    routes = Routes(
        db=db,
        hierarchy=hierarchy,
        connections=connections,
        tokens=Tokens(db, hierarchy, users, clock=clock, new_token=new_trace),
        rules=Rules(hierarchy, connections, choices, new_id),
        provisioning=Provisioning(db, hierarchy, new_id),
        access=AccessRequests(db, hierarchy, users),
        once=Once(db, choices, clock),
        policy=choices,
        control=Control(lab) if control else None,
    )
    envelope = Envelope(
        routes.application(),
        new_trace=new_trace,
        api=Meter(limits, clock),
        tokens=TokenMeter(clock, choices),
    )
    colleague = Colleague(envelope, users.all)
    asgi = FaultLayer(envelope, lab, colleague)
    return Tenant(asgi=asgi, faults=lab, db=db)


def _random_id() -> str:
    return os.urandom(16).hex()
