"""From the command-line options to a tenant: the built-in fake one, or a real one."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.cli.fast_imports import import_adapter
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.risk import Risk
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.paths import state_file

if TYPE_CHECKING:
    from entity_connections.settings.profiles import Profile


class ResolvedTenant(NamedTuple):
    """The tenant that the options choose.

    Attributes:
        workspace: the tenant; nothing is asked of Zuora before it is entered.
        base_url: the REST root.
        entity: the entity to act in, as an option or the profile names it, or None.
        entity_given: whether an option names it.
    """

    workspace: Workspace
    base_url: str
    entity: str | None
    entity_given: bool


def resolve_tenant(options: TenantOptions) -> ResolvedTenant:
    """Return the tenant that the options choose.

    Raises:
        CliError: the tenant cannot be opened, or there is no secret for it.
        SettingsError: the settings cannot be used.
    """
    given = options.entity is not None
    if options.fake:
        # An empty variable is an error here too: the user meant to choose a real tenant.
        for name in (CLIENT_ID, CLIENT_SECRET):
            read_variable(name)
        from entity_connections.cli.tenant.fake_workspace import make_fake_workspace

        url = "http://fake-tenant.localhost"
        return ResolvedTenant(make_fake_workspace(options), url, options.entity, given)
    from entity_connections.cli.tenant.credentials import get_profile

    profile = get_profile(options)
    entity = options.entity if given else profile.entity
    return ResolvedTenant(_make_real_workspace(profile, entity), profile.base_url, entity, given)


def _make_real_workspace(profile: "Profile", entity: str | None) -> Workspace:
    from entity_connections.cli.tenant.credentials import find_credentials

    # Before the screen opens, because a `secret_command` may ask on the terminal.
    client_id, secret = find_credentials(profile)
    lock = WriteLock(locked=profile.risk is Risk.PRODUCTION, permanent=profile.read_only)
    login = profile.user or client_id
    tenant_key = f"{profile.base_url} {client_id}"
    cache = ListCache(state_file(), profile.name, tenant_key)

    async def enter(_user: str) -> UserSession:
        await asyncio.to_thread(import_adapter)
        from entity_connections.zuora.auth import Credentials
        from entity_connections.zuora.client import ZuoraClient

        request_log = RequestLog()
        zuora = await asyncio.to_thread(  # reads the certificate authorities
            ZuoraClient, profile.base_url, Credentials(client_id, secret), lock, request_log
        )
        tenant = Tenant(zuora, cache=cache)
        return UserSession(tenant, login, entity, lambda _id: None, request_log)

    return Workspace(
        risk=profile.risk,
        name=profile.name,
        user=login,
        users=(),
        enter=enter,
        lock=lock,
        journal=Journal(state_file(), profile.name, tenant_key),
        options=profile.options,
    )
