"""`profiles` and `config`: what is configured, and where each value comes from."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.options import Chosen, tenant_options
from entity_connections.cli.output import narrate, say, say_json, table
from entity_connections.cli.parameters import option
from entity_connections.domain.risk import Risk
from entity_connections.settings.profiles import Profile, load

as_json = option("--json", "as_json", is_flag=True, help="Data for machines.")


@click.command()
@as_json
def profiles(*, as_json: bool) -> ExitCode:
    """List the profiles of your config file.

    --json: [{"name", "baseUrl", "risk", "readOnly", "clientId", "entity", "user"}];
    clientId, entity and user are null where nothing says.
    """
    settings = load()
    found = settings.profiles.values()
    if as_json:
        say_json([
            {
                "name": one.name, "baseUrl": one.base_url, "risk": one.risk.value,
                "readOnly": one.read_only, "clientId": one.client_id or None,
                "entity": one.entity, "user": one.user,
            }
            for one in found
        ])  # fmt: skip
    elif found:
        say(table(
            ("PROFILE", "RISK", "WRITES", "ADDRESS", "ENTITY", "USER"),
            [
                (one.name, one.risk.value, _writes(one),
                 one.base_url, one.entity or "", one.user or one.client_id)
                for one in found
            ],
        ))  # fmt: skip
    else:
        narrate(
            f"There are no profiles in {settings.path} yet."
            " To make one: entity-connections login --profile NAME"
        )
    return ExitCode.DONE


@click.group()
def config() -> None:
    """Show where each setting comes from, or what may stand in the config file."""


@config.command()
@tenant_options
@as_json
def explain(chosen: Chosen, *, as_json: bool) -> ExitCode:
    """Say each setting of a profile, of --base-url, or of all profiles, and its origin.

    Of the client secret it is only told whether it is there.

    --json: [{"profile", "key", "value", "origin"}]
    """
    from entity_connections.cli.tenant.credentials import profile_of
    from entity_connections.settings.explain import explain as explained

    found: list[Profile]
    if chosen.fake:
        settings = load()
        found = list(settings.profiles.values())
        if not found:
            narrate(f"There are no profiles: {settings.path} is not there, or holds none.")
    else:
        found = [profile_of(chosen)]
    told = [(profile, one) for profile in found for one in explained(profile)]
    if as_json:
        say_json([
            {"profile": profile.name, "key": one.key, "value": one.value, "origin": one.origin}
            for profile, one in told
        ])  # fmt: skip
    elif told:
        say("\n\n".join(
            table(("SETTING", "VALUE", "FROM"), [one for of, one in told if of is profile], None)
            for profile in found
        ))  # fmt: skip
    return ExitCode.DONE


@config.command()
def schema() -> ExitCode:
    """Print the JSON schema of the config file."""
    from entity_connections.settings.table import schema as of_config

    say_json(of_config())
    return ExitCode.DONE


def _writes(profile: Profile) -> str:
    if profile.read_only:
        return "refused"
    return "locked" if profile.risk is Risk.PRODUCTION else "allowed"
