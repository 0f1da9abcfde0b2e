"""From the command-line options to a tenant: the built-in fake one, or a real one."""

from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.services.workspace import Workspace
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.zuora.http.limits import HttpLimits


def make_workspace(
    options: TenantOptions, limits: HttpLimits = HttpLimits(), *, keyring_later: bool = False
) -> Workspace:
    """Return the tenant that the options choose; nothing is asked of Zuora before it is entered.

    Args:
        options: choose the tenant.
        limits: of the calls to Zuora.
        keyring_later: whether the keyring is asked when the tenant is entered.

    Raises:
        CliError: the tenant cannot be opened, or there is no secret for it.
        SettingsError: the settings cannot be used.
    """
    if not options.fake:
        from entity_connections.cli.tenant.real_workspace import make_real_workspace

        return make_real_workspace(options, limits, keyring_later=keyring_later)
    # An empty variable is an error here too: the user meant to choose a real tenant.
    for name in (CLIENT_ID, CLIENT_SECRET):
        read_variable(name)
    from entity_connections.cli.tenant.fake_workspace import make_fake_workspace

    return make_fake_workspace(options, limits=limits)
