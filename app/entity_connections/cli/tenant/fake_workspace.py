"""The fake tenant inside this process."""

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.fake.tenant_source import TenantSource, prepare_source
from entity_connections.cli.heavy_imports import import_heavy
from entity_connections.cli.tenant.local_state import open_journal
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.errors import LocalTenantError, NotFound
from entity_connections.domain.risk import Risk
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.settings.environment_variables import ENTITY_ID, read_variable
from entity_connections.zuora.http.limits import HttpLimits

if TYPE_CHECKING:
    from entity_connections.fake.tenant import Tenant as FakeTenant


def make_fake_workspace(
    options: TenantOptions, seed: int | None = None, limits: HttpLimits = HttpLimits()
) -> Workspace:
    """Return the fake tenant that the options choose; it is opened when it is entered.

    Args:
        options: choose the tenant and its user.
        seed: makes the ids of connections and requests the same at every run, and leaves the
            name of this process out of the journal; None: random ids.
        limits: of the calls to Zuora.

    Raises:
        CliError: the file of a tenant or scenario cannot be used, or has no such user.
    """
    source = prepare_source(options.scenario, options.tenant)
    user = options.user or ("alice" if "alice" in source.users else next(iter(source.users)))
    if user not in source.users:
        raise CliError(
            f"There is no user {user} in {source.name}; there are {', '.join(source.users)}.",
            ExitCode.USAGE,
        )
    entity = read_variable(ENTITY_ID) if options.entity is None else options.entity
    lock, faults = WriteLock(), ActiveFaults(options.faults or ())
    fake: FakeTenant | None = None

    async def enter(name: str) -> UserSession:
        for module in ("fake.tenant", "zuora.client"):
            # In a thread, so that the screen goes on to answer keys.
            await asyncio.to_thread(import_heavy, module)
        from entity_connections.fake.tenant import open_tenant
        from entity_connections.fake.tenant_file import TenantFileError
        from entity_connections.zuora.auth import Credentials
        from entity_connections.zuora.client import ZuoraClient

        nonlocal fake
        try:
            tenant = fake = fake or open_tenant(
                source.scenario,
                path=source.path,
                faults=faults,
                new_id=_create_id_maker(seed, "connections"),
                new_trace=_create_id_maker(seed, "requests"),
                local=True,
            )
            fake_user = next((user for user in tenant.users if user.name == name), None)
        except TenantFileError as error:
            raise LocalTenantError(str(error)) from error
        if fake_user is None:
            raise NotFound(f"There is no user {name} in {source.name} any more.")
        request_log = RequestLog()
        credentials = Credentials.from_text(fake_user.client_id, fake_user.client_secret)
        zuora = ZuoraClient.in_process(tenant.asgi, credentials, lock, request_log, limits=limits)
        return UserSession(
            tenant=Tenant(zuora),
            login=fake_user.username,
            start=fake_user.home_entity_id if entity is None else entity,
            role=lambda entity_id: tenant.role(name, entity_id),
            request_log=request_log,
        )

    return Workspace(
        risk=Risk.DEMO,
        name=source.name,
        user=user,
        users=tuple(source.users.items()),
        enter=enter,
        lock=lock,
        journal=_open_journal(source, process_id=None if seed is None else "localhost:1"),
        entity=entity,
        options=(*source.options, "--user", user),
        shared=source.path is not None,
        fault_switches=faults,
    )


def _open_journal(source: TenantSource, process_id: str | None) -> Journal:
    """Return the journal, which lasts as long as the tenant does."""
    if source.path is None:
        return Journal(None, source.name, source.name, process_id=process_id)
    return open_journal(source.name, source.identity, process_id)


def _create_id_maker(seed: int | None, purpose: str) -> Callable[[], str] | None:
    """Return a function that makes ids which follow from a seed; None without a seed."""
    if seed is None:
        return None
    source = random.Random(f"{seed} {purpose}")  # noqa: S311 - ids of a fake tenant
    return lambda: source.randbytes(16).hex()
