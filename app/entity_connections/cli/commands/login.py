"""`login`: makes a profile, and stores its secret once Zuora has accepted it."""

import asyncio
import sys

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import format_table, info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import (
    LIMITS,
    find_exit_code,
    print_error,
    report_waits,
)
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.secret import Secret
from entity_connections.domain.text import find_problem, trim
from entity_connections.services.request_log import RequestLog
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.profiles import (
    Profile,
    load_profiles,
    parse_base_url,
    write_profile,
)
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.terminal import preserve_terminal
from entity_connections.settings.zuora_environments import ENVIRONMENTS, find_known_risk


@click.command(
    epilog=examples(
        "echo not/a+secret=alice | entity-connections login --profile fake \\",
        "    --base-url http://localhost:8040 \\",
        "    --client-id 000a11ce-fa4e-4000-8000-00000000cafe",
        needs="with `entity-connections serve` in another terminal",
    )
)
@some_tenant_options(
    profile="The name of the profile, new or not.", base_url="A REST root that is not listed."
)
@option(
    "--environment", type=click.Choice(list(ENVIRONMENTS)), metavar="WORD",
    help=f"One of {', '.join(ENVIRONMENTS)}.",
)  # fmt: skip
@option("--client-id", metavar="ID", help="Of your OAuth client in Zuora.")
@option("--risk", type=click.Choice(["sandbox", "production"]), help="Needed with most --base-url.")
def login(
    options: TenantOptions, environment: str | None, client_id: str | None, risk: str | None
) -> ExitCode:
    """Make a profile, or give one its secret anew.

    Asks for what is missing, tests it at Zuora, and only then writes the profile
    to the config file and the secret to the keyring of your system, or, where
    there is none, to a file that only you can read. The secret is typed unseen,
    piped in as one line, or taken from ZUORA_CLIENT_SECRET; there is no option
    for it, because others can see the arguments of a program.
    """
    from entity_connections.cli.keyring_wait import report_keyring_wait
    from entity_connections.settings.secrets.client_secret import find_secret, store_secret

    name = options.profile or _prompt_text("Name of the profile", "--profile")
    if not paths.PROFILE_NAME.fullmatch(name):
        raise click.UsageError(paths.PROFILE_NAME_RULE)
    profile = load_profiles().get(name)
    url, place = _prompt_place(environment, options.base_url, risk, profile)
    configured_id = profile.configured_client_id if profile else None
    client_id = (
        client_id
        or read_variable(CLIENT_ID)
        or configured_id
        or _prompt_text("Client id", "--client-id")
    )
    by_command = profile is not None and profile.secret_command is not None
    proxy = profile.proxy if profile else None
    secret = find_secret(profile).value if profile and by_command else _prompt_secret()
    try:
        asyncio.run(_test_credentials(url, client_id, secret, proxy))
    except ZuoraError as error:
        print_error(error)
        info("Nothing was stored.")
        return find_exit_code(error)
    info(f"Zuora at {url} accepts the credentials.")
    if profile is None:
        profile = write_profile(name, {**place, "client_id": client_id})
        info(f"The profile {name} ({profile.risk.value}) is in {paths.config_file()}.")
    elif configured_id != client_id:  # the tested pair of credentials is stored
        write_profile(name, {"client_id": client_id})
        info(f"Its client id is in {paths.config_file()} now.")
    if by_command:
        info("The secret stays where secret_command finds it.")
    else:
        with report_keyring_wait(profile):
            stored_in = store_secret(profile, secret)
        info(f"The secret is in {stored_in}.")
    for variable in (CLIENT_ID, CLIENT_SECRET):
        if read_variable(variable) is not None:
            info(f"{variable} is set: unset it to use what was stored.")
    info(f"To open the screen: entity-connections --profile {name}")
    return ExitCode.DONE


async def _test_credentials(
    base_url: str, client_id: str, secret: Secret, proxy: str | None
) -> None:
    """Get a token; ZuoraError if Zuora refuses the credentials or cannot be reached."""
    from entity_connections.zuora.auth import Credentials
    from entity_connections.zuora.client import ZuoraClient

    credentials, request_log = Credentials(client_id, secret), RequestLog()
    async with (
        ZuoraClient(
            base_url, credentials, request_log=request_log, proxy=proxy, limits=LIMITS
        ) as zuora,
        report_waits(request_log),
    ):
        await zuora.list_accessible_ids()


def _prompt_text(question: str, option: str) -> str:
    """Ask on the terminal; where there is none, the error names the option to use instead."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"{option} is needed: there is no terminal to ask on.")
    answer = trim(click.prompt(question, err=True))
    if problem := find_problem(answer):
        raise click.UsageError(f"what was typed {problem}.")
    return answer


def _prompt_place(
    environment: str | None, base_url: str | None, risk: str | None, profile: Profile | None
) -> tuple[str, dict[str, str | None]]:
    """Return the REST root, and what a new profile says about it; ask for what is not given.

    A profile that exists already keeps its address and risk.
    """
    if environment is not None and base_url is not None:
        raise click.UsageError("--environment and --base-url both say where: give one.")
    if environment is None and base_url is None and profile is None:
        environment, base_url = _prompt_address()
    if base_url is not None:
        base_url = parse_base_url(base_url)
    url = ENVIRONMENTS[environment].base_url if environment else base_url or ""
    if profile is not None:
        if url not in ("", profile.base_url) or risk not in (None, profile.risk.value):
            raise click.UsageError(
                f"there is a profile {profile.name} for {profile.base_url} ({profile.risk.value})"
                f" already: change it in {paths.config_file()}, or choose another name."
            )
        return profile.base_url, {}
    if risk is None and find_known_risk(url) is None:
        risk = _prompt_text("What is at stake there, sandbox or production", "--risk").lower()
        if risk not in ("sandbox", "production"):
            raise click.UsageError("what is at stake is either sandbox or production.")
    return url, {"environment": environment, "base_url": base_url, "risk": risk}


def _prompt_address() -> tuple[str | None, str | None]:
    if sys.stdin.isatty():
        rows = [(name, *environment) for name, environment in ENVIRONMENTS.items()]
        info(format_table(("ENVIRONMENT", "", ""), rows))
    answer = _prompt_text("Environment, or a REST root that begins with https", "--environment")
    if "://" in answer:
        return None, answer
    if answer not in ENVIRONMENTS:
        names = ", ".join(ENVIRONMENTS)
        raise click.UsageError(f"Zuora has no environment {answer!r}; there are: {names}.")
    return answer, None


def _prompt_secret() -> Secret:
    """Return the secret: from the environment, typed unseen, or the one line of a pipe."""
    secret = read_variable(CLIENT_SECRET)
    if secret is not None:
        info(f"The secret is taken from {CLIENT_SECRET}.")
    elif sys.stdin.isatty():
        try:
            with preserve_terminal():
                secret = str(click.prompt("Client secret (not shown)", hide_input=True, err=True))
        except UnicodeDecodeError:  # `getpass` reads the terminal in strict UTF-8
            secret = ""
    else:
        secret = sys.stdin.readline(10_000)
    return parse_secret(secret, "What was typed or piped in as the secret")
