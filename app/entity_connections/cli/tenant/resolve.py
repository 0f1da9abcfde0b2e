"""From the command-line options to a tenant."""

from typing import NamedTuple

from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.services.workspace import Workspace
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)


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

        workspace = make_fake_workspace(options)
        return ResolvedTenant(workspace, "http://fake-tenant.localhost", options.entity, given)
    from entity_connections.cli.tenant.credentials import get_profile
    from entity_connections.cli.tenant.real_workspace import make_real_workspace

    profile = get_profile(options)
    entity = options.entity if given else profile.entity
    workspace = make_real_workspace(profile, entity)
    return ResolvedTenant(workspace, profile.base_url, entity, given)
