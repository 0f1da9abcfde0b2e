"""Opening a fake tenant: `open_tenant("acme").asgi` is an HTTP server."""

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from entity_connections.domain.clock import wall_time
from entity_connections.domain.errors import LocalTenantError
from entity_connections.fake.api.middleware import ZuoraMiddleware, ignore_trailing_slash
from entity_connections.fake.api.rate_limits import PRODUCTION_LIMITS, Limits
from entity_connections.fake.api.routes import Routes
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.control_endpoint import create_control_route
from entity_connections.fake.faults.middleware import FaultMiddleware
from entity_connections.fake.model import Role, Scenario, User
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.stored_scenario import open_in_memory
from entity_connections.fake.state.tenant_state import TenantState
from entity_connections.fake.tenant_file import TenantFileError, file_errors, open_file

_COMPRESS_FROM = 1000
"""Bytes of a response body from which it is compressed for callers that accept it."""


@dataclass
class Tenant:
    """An open tenant; several programs may have one on the same file.

    `asgi` is the HTTP server as an ASGI application; it needs no start-up event. Where the file
    at `path` cannot be used, the properties raise TenantFileError.
    """

    asgi: ASGIApp
    faults: ActiveFaults
    state: TenantState
    path: Path | None = None

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone who can get a token."""
        with file_errors(self.path):
            return self.state.users.all()

    @property
    def policy(self) -> Policy:
        """The behaviour where Zuora is silent; it may be replaced while the tenant is open."""
        with file_errors(self.path):
            return self.state.policy()

    @policy.setter
    def policy(self, policy: Policy) -> None:
        with file_errors(self.path), transaction(self.state.db):
            tenant_settings.write_policy(self.state.db, policy)

    def role(self, user: str, entity_id: str) -> Role | None:
        """Return the role of the user of this name in an entity; None when it may not be entered.

        It is None too while the file cannot be read.
        """
        with suppress(TenantFileError), file_errors(self.path):
            return self.state.hierarchy.role(user, entity_id)
        return None

    def close(self) -> None:
        """Close the database; later calls fail."""
        self.state.db.close()


def _random_id() -> str:
    return os.urandom(16).hex()


def open_tenant(
    scenario: str | Scenario,
    *,
    path: Path | None = None,
    clock: Callable[[], float] = wall_time,
    new_id: Callable[[], str] | None = None,
    new_trace: Callable[[], str] | None = None,
    limits: Limits = PRODUCTION_LIMITS,
    faults: ActiveFaults | None = None,
    control: bool = False,
    local: bool = False,
) -> Tenant:
    """Return a tenant in the state of a scenario or of a tenant file.

    Args:
        scenario: A key of `SCENARIOS`, the path of a scenario file, or a scenario. It is
            ignored when `path` holds a tenant already.
        path: The tenant file, made when it is not there. None: in memory.
        clock: Returns seconds; for the expiry of tokens, stored responses and rate limits.
        new_id: Returns the id of a new record, 32 hexadecimal digits; by default at random.
        new_trace: The same for tokens and request ids.
        limits: The rate limits of the API.
        faults: Those that are on besides the scenario's own, which are switched on, too.
        control: Whether faults can be switched over HTTP, see `control_endpoint`.
        local: Whether the caller is in this process: while the file cannot be used, calls raise
            LocalTenantError. Otherwise the answer is an error of Zuora's.

    Raises:
        ValueError: There is no such scenario, or a file cannot be used.
    """
    faults = ActiveFaults() if faults is None else faults
    db = open_in_memory(load_scenario(scenario)) if path is None else open_file(path, scenario)
    given = map(str, faults.active())
    faults.on(*tenant_settings.read(db, tenant_settings.FAULTS), *given)
    state = TenantState(db, clock, new_id or _random_id, new_trace or _random_id)
    weakref.finalize(state, db.close)  # a tenant in memory often ends unclosed
    control_route = create_control_route(faults) if control else None
    app: ASGIApp = Routes(state).create_application(control_route, answer_file_errors=not local)
    app = ZuoraMiddleware(app, state, limits)
    app = GZipMiddleware(
        app, minimum_size=_COMPRESS_FROM, compresslevel=1, exclude_content_types=()
    )
    app = ignore_trailing_slash(FaultMiddleware(app, faults, state), state)
    if local:
        app = _raise_file_errors(app, path)
    return Tenant(app, faults, state, path)


def _raise_file_errors(app: ASGIApp, path: Path | None) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with file_errors(path):
                await app(scope, receive, send)
        except TenantFileError as error:
            raise LocalTenantError(str(error)) from error

    return call
