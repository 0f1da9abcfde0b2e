"""A tenant of Zuora: its profile, its credentials, and the way into it."""

import asyncio
from concurrent.futures import Future
from threading import Thread

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.heavy_imports import import_heavy
from entity_connections.cli.tenant.local_state import (
    open_journal,
    open_list_cache,
    open_token_cache,
)
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.errors import NoSecret
from entity_connections.domain.risk import Risk
from entity_connections.domain.secret import Secret
from entity_connections.services.request_log import RequestLog
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile, load_profile, make_profile_for_url
from entity_connections.zuora.http.limits import HttpLimits


def get_profile(options: TenantOptions) -> Profile:
    """Return the profile that the options name, or one made from `--base-url`."""
    if options.base_url is not None:
        return make_profile_for_url(options.base_url)
    assert options.profile is not None  # noqa: S101 - otherwise the fake tenant is used
    return load_profile(options.profile)


def find_credentials(profile: Profile) -> tuple[str, Secret]:
    """Return client id and client secret; a `secret_command` may ask on the terminal.

    Raises:
        CliError: there are none, or they must not be used.
        SettingsError: the environment variable is empty.
    """
    client_id, secret = find_credentials_outside_keyring(profile)
    if secret is not None:
        return client_id, secret
    from entity_connections.cli.keyring_wait import report_keyring_wait
    from entity_connections.settings.secrets.client_secret import find_secret

    try:
        with report_keyring_wait(profile):
            return client_id, find_secret(profile).value
    except SettingsError as error:
        raise CliError(str(error), ExitCode.NO_ACCESS) from error


def find_credentials_outside_keyring(profile: Profile) -> tuple[str, Secret | None]:
    """Do the same without the keyring; return None where only that may have the secret."""
    from entity_connections.settings.secrets.client_secret import find_secret_outside_keyring

    read_variable(CLIENT_SECRET)  # an empty variable is a usage error, not a missing secret
    if not profile.client_id:
        sentence = f"There is no client id for {profile.name}. {profile.credentials_remedy}"
        raise CliError(sentence, ExitCode.NO_ACCESS)
    try:
        secret = find_secret_outside_keyring(profile)
    except SettingsError as error:
        raise CliError(str(error), ExitCode.NO_ACCESS) from error
    return profile.client_id, secret and secret.value


async def _ask_keyring(profile: Profile) -> Secret:
    """Return the secret in the keyring, or raise NoSecret.

    A thread waits for it, which delays no end of the program.
    """
    from entity_connections.settings.secrets.client_secret import find_secret

    answer: Future[Secret] = Future()

    def ask() -> None:
        try:
            answer.set_result(find_secret(profile).value)
        except SettingsError as error:
            answer.set_exception(NoSecret(str(error)))
        except Exception as error:  # noqa: BLE001 - the caller must learn of it, or would wait on
            answer.set_exception(error)

    answer.set_running_or_notify_cancel()  # otherwise a caller that gives up would cancel it
    Thread(target=ask, daemon=True).start()
    return await asyncio.wrap_future(answer)


def make_real_workspace(
    options: TenantOptions, limits: HttpLimits, *, keyring_later: bool
) -> Workspace:
    """Return the tenant of a profile or of `--base-url`, as `make_workspace` does.

    A keyring that may ask on the terminal is asked at once, also with `keyring_later`, because
    the screen will have the terminal.
    """
    from entity_connections.settings.secrets.system_keyring import may_ask_on_terminal

    profile = get_profile(options)
    entity = profile.entity if options.entity is None else options.entity
    # Before the screen opens, because a `secret_command` may ask on the terminal.
    if keyring_later and not may_ask_on_terminal():
        client_id, secret = find_credentials_outside_keyring(profile)
    else:
        client_id, secret = find_credentials(profile)
    lock = WriteLock(locked=profile.risk is Risk.PRODUCTION, permanent=profile.read_only)
    login = profile.user or client_id
    tenant_key = f"{profile.base_url} {client_id}"
    cache = open_list_cache(profile.name, tenant_key)

    async def enter(_user: str) -> UserSession:
        # Threads do what takes time, so that the screen goes on to answer keys.
        await asyncio.to_thread(import_heavy, "zuora.client")
        from entity_connections.zuora.auth import Credentials
        from entity_connections.zuora.client import ZuoraClient

        nonlocal secret
        if secret is None:
            secret = await _ask_keyring(profile)
        request_log = RequestLog()
        zuora = await asyncio.to_thread(  # reads the certificate authorities
            ZuoraClient,
            profile.base_url,
            Credentials(client_id, secret),
            lock,
            request_log,
            proxy=profile.proxy,
            limits=limits,
            token_cache=open_token_cache(profile.base_url, client_id),
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
        journal=open_journal(profile.name, tenant_key),
        entity=entity,
        options=profile.options,
        enter_waits_for="the keyring" if secret is None else "Zuora",
    )
