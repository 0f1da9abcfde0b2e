"""`login`: makes a profile, and stores its secret once Zuora has accepted it."""

import asyncio

import click

from entity_connections.cli.commands.login_prompts import (
    prompt_location,
    prompt_name,
    prompt_secret,
    prompt_text,
)
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import find_exit_code, print_error
from entity_connections.cli.tenant_options import TenantOptions, parent_options
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.secret import SecretValue
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.profiles import load_profiles
from entity_connections.settings.zuora_environments import ENVIRONMENTS


@click.command()
@option("--profile", "name", metavar="NAME", help="What to call it, or one there is.")
@option("--environment", metavar="WORD", help=f"One of {', '.join(ENVIRONMENTS)}.")
@option("--base-url", metavar="URL", help="A REST root that no word stands for.")
@option("--client-id", metavar="ID", help="Of your OAuth client in Zuora.")
@option("--risk", type=click.Choice(["sandbox", "production"]), help="Needed with most --base-url.")
def login(
    name: str | None,
    environment: str | None,
    base_url: str | None,
    client_id: str | None,
    risk: str | None,
) -> ExitCode:
    """Make a profile, or give one its secret anew.

    Asks for what is missing, tests it at Zuora, and only then writes the profile
    to the config file and the secret to the keyring of your system, or, where
    there is none, to a file that only you can read. The secret is typed unseen,
    piped in as one line, or taken from ZUORA_CLIENT_SECRET; there is no option
    for it, because others can see the arguments of a program.
    """
    from entity_connections.settings.config_editor import write_profile
    from entity_connections.settings.secrets.client_secret import find_secret, store_secret

    options = TenantOptions(profile=name, base_url=base_url).with_defaults(parent_options())
    name = prompt_name(options.profile)
    profile = load_profiles().get(name)
    location = prompt_location(environment, options.base_url, risk, profile)
    configured_id = profile.configured_client_id if profile else None
    client_id = (
        client_id
        or read_variable(CLIENT_ID)
        or configured_id
        or prompt_text("Client id", "--client-id")
    )
    by_command = profile is not None and profile.secret_command is not None
    secret = find_secret(profile).value if profile and by_command else prompt_secret()
    try:
        asyncio.run(_test_credentials(location.rest_url, client_id, secret))
    except ZuoraError as error:
        print_error(error)
        info("Nothing was stored.")
        return find_exit_code(error)
    info(f"Zuora at {location.rest_url} accepts the credentials.")
    if profile is None:
        profile = write_profile(name, {**location._asdict(), "client_id": client_id})
        info(f"The profile {name} ({profile.risk.value}) is in {paths.config_file()}.")
    elif configured_id != client_id:  # the tested pair of credentials is stored
        write_profile(name, {"client_id": client_id})
        info(f"Its client id is in {paths.config_file()} now.")
    if by_command:
        info("The secret stays where secret_command finds it.")
    else:
        info(f"The secret is in {store_secret(profile, secret)}.")
    for variable in (CLIENT_ID, CLIENT_SECRET):
        if read_variable(variable) is not None:
            info(f"{variable} is set: while it is, it is used instead of what was stored.")
    info(f"To open the screen: entity-connections --profile {name}")
    return ExitCode.DONE


async def _test_credentials(base_url: str, client_id: str, secret: SecretValue) -> None:
    """Request a token; ZuoraError if Zuora refuses the credentials or cannot be reached."""
    from entity_connections.zuora.auth import Credentials
    from entity_connections.zuora.client import ZuoraClient

    async with ZuoraClient(base_url, Credentials(client_id, secret)) as zuora:
        await zuora.list_accessible_ids()
