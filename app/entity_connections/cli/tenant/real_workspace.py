"""A real tenant: what a profile, or a base URL, leads to."""

import asyncio

from entity_connections.cli.tenant.adapter_import import import_adapter
from entity_connections.cli.tenant.credentials import find_credentials
from entity_connections.domain.risk import Risk
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.settings import paths
from entity_connections.settings.profiles import Profile


def make_real_workspace(profile: Profile, entity: str | None) -> Workspace:
    """Return the tenant of a profile; its secret is fetched now, the rest when it is entered.

    Args:
        profile: the profile.
        entity: the entity to act in first, None to let the tenant choose.

    Raises:
        CliError: there is no secret, or it must not be used.
        SettingsError: the settings cannot be used.
    """
    # Before the screen opens, because a `secret_command` may ask on the terminal.
    client_id, secret = find_credentials(profile)
    lock = WriteLock(locked=profile.risk is Risk.PRODUCTION, permanent=profile.read_only)
    login = profile.user or client_id
    tenant_key = f"{profile.base_url} {client_id}"
    cache = ListCache(paths.state_file(), profile.name, tenant_key)

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
        journal=Journal(paths.state_file(), profile.name, tenant_key),
        options=profile.options,
    )
