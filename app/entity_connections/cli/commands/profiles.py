"""`profiles` and `config`: what is configured, and where each value comes from."""

import click

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, echo_json, format_table, info
from entity_connections.cli.tenant.real_workspace import get_profile
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.domain.risk import Risk
from entity_connections.settings.profiles import Profile, load_profiles


@click.command(epilog=examples("entity-connections profiles"))
def profiles() -> ExitCode:
    """List the profiles of your config file."""
    if profiles := load_profiles().values():
        heads = ("PROFILE", "RISK", "WRITES", "ADDRESS", "ENTITY", "USER")
        echo(format_table(heads, map(_to_row, profiles)))
    else:
        info("There are no profiles. To make one: entity-connections login --profile NAME")
    return ExitCode.DONE


def _to_row(profile: Profile) -> tuple[str, ...]:
    writes = "locked" if profile.risk is Risk.PRODUCTION else "allowed"
    if profile.read_only:
        writes = "refused"
    user = profile.user or profile.client_id
    risk = profile.risk.value
    return profile.name, risk, writes, profile.base_url, profile.entity or "", user


@click.group(cls=Group, epilog=examples("entity-connections config explain"))
def config() -> None:
    """Show where each setting comes from, or what may stand in the config file."""


@config.command(epilog=examples("entity-connections config explain"))
@some_tenant_options(profile="", base_url="")
def explain(options: TenantOptions) -> ExitCode:
    """Say each setting of a profile, of --base-url, or of all profiles, and its origin.

    Of the client secret it is only told whether it is there.
    """
    from entity_connections.cli.keyring_wait import report_keyring_wait
    from entity_connections.settings.explain import explain_profile

    options.check()
    profiles = [*load_profiles().values()] if options.fake else [get_profile(options)]
    for profile in profiles:
        with report_keyring_wait(profile):
            settings = explain_profile(profile)
        echo(f"{format_table(('SETTING', 'VALUE', 'FROM'), settings, None)}\n")
    if not profiles:
        info("There are no profiles.")
    return ExitCode.DONE


@config.command(epilog=examples("entity-connections config schema > config.schema.json"))
def schema() -> ExitCode:
    """Print the JSON schema of the config file."""
    from entity_connections.settings.config_models import make_json_schema

    echo_json(make_json_schema())
    return ExitCode.DONE
