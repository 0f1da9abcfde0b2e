"""`logout`: removes what `login` and later commands have stored of a profile's credentials."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode, usage_errors
from entity_connections.cli.output import info
from entity_connections.cli.tenant.local_state import open_token_cache
from entity_connections.cli.tenant.real_workspace import get_profile
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.services.storage.database import DatabaseError


@click.command(epilog=examples("entity-connections logout --base-url http://localhost:8040"))
@some_tenant_options(profile="", base_url="")
def logout(options: TenantOptions) -> ExitCode:
    """Remove the secret of a profile, and the tokens of its tenant, from this machine.

    The secret is removed from the keyring and from its file; the profile stays, and
    so does what secret_command or a variable gives. At Zuora a token is valid until
    it ends, about an hour after it was given.
    """
    from entity_connections.cli.keyring_wait import report_keyring_wait
    from entity_connections.settings.secrets.client_secret import delete_secret

    options.check()
    if options.fake:
        raise click.UsageError("--profile or --base-url says whose secret and token.")
    profile = get_profile(options)
    with usage_errors(DatabaseError):
        open_token_cache(profile.base_url, profile.client_id).remove_all()
    info(f"No token of {profile.base_url} is stored any more.")
    if profile.in_config:
        with report_keyring_wait(profile):
            problem = delete_secret(profile)
        unless = f", unless in a keyring: {problem}" if problem else ""
        info(f"No secret of {profile.name} is stored any more{unless}.")
    return ExitCode.DONE
