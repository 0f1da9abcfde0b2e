"""`login`: a profile from what is asked, tested before anything is kept."""

import asyncio

import click

from entity_connections.cli.commands.login_questions import Wanted, ask, asked, named, typed
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.options import Chosen, options_before_command
from entity_connections.cli.output import narrate, say, table
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import code_of, tell
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.secret import SecretValue
from entity_connections.settings import paths as places
from entity_connections.settings.editing import add_profile, set_client_id
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.environments import ENVIRONMENTS
from entity_connections.settings.profiles import Profile, load


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
    chosen = Chosen(profile=name, base_url=base_url).under(options_before_command())
    return _login(named(chosen.profile), environment, chosen.base_url, client_id, risk)


def _login(
    name: str,
    word: str | None,
    base_url: str | None,
    client_id: str | None,
    risk: str | None,
) -> ExitCode:
    known = load().profiles.get(name)
    same = known is not None and word is None and base_url is None
    wanted = None if same else asked(name, word, base_url, risk)
    root = wanted.root() if wanted else known.base_url if known else ""
    if known and (root != known.base_url or risk not in (None, known.risk.value)):
        raise click.UsageError(
            f"there is a profile {name} for {known.base_url} ({known.risk.value}) already:"
            f" change it in {places.config_file()}, or choose another name."
        )
    by_id, by_secret = read_variable(CLIENT_ID), read_variable(CLIENT_SECRET)
    id_ = by_id if client_id is None else client_id
    if id_ is None:
        id_ = (known.own_client_id if known else "") or ask("Client id")
    by_command = bool(known and known.secret_command)
    secret = _found(known) if known and by_command else typed()
    try:
        hierarchy, accessible_ids = asyncio.run(_test(root, id_, secret))
    except ZuoraError as error:
        tell(error)
        narrate("Nothing was stored.")
        return code_of(error)

    narrate(f"Zuora at {root} accepts the credentials.")
    profile = known or _written(wanted, id_)
    if known and known.own_client_id != id_:  # what was tested is what is kept
        set_client_id(name, id_)
        narrate(f"Its client id is in {places.config_file()} now.")
    if by_command:
        narrate("The secret stays where secret_command finds it.")
    else:
        from entity_connections.settings.secrets.secrets import keep

        narrate(f"The secret is in {keep(profile, secret)}.")
    if by_id is not None and by_secret is not None:
        narrate(f"{CLIENT_ID} and {CLIENT_SECRET} are set: while they are, they win over it.")
    elif by_secret is not None or by_id not in (None, id_):
        alone = CLIENT_ID if by_secret is None else CLIENT_SECRET
        narrate(f"{alone} is set: unset it, because half a pair of credentials is never used.")
    _tell_entities(hierarchy, accessible_ids)
    narrate(f"To open the screen: entity-connections --profile {name}")
    return ExitCode.DONE


def _found(profile: Profile) -> SecretValue:
    from entity_connections.settings.secrets.secrets import find

    return find(profile).value


async def _test(
    root: str, client_id: str, secret: SecretValue
) -> tuple[Hierarchy, frozenset[str] | None]:
    from entity_connections.zuora.auth import Credentials
    from entity_connections.zuora.client import ZuoraClient

    async with ZuoraClient(root, Credentials(client_id, secret)) as zuora:
        accessible_ids = await zuora.list_accessible_ids()
        try:
            entities = await zuora.list_entities()
        except ZuoraError as error:  # the token is good: a profile may still be of use
            tell(error)
            return Hierarchy(), accessible_ids
        return Hierarchy(entities.items), accessible_ids


def _written(wanted: Wanted | None, client_id: str) -> Profile:
    assert wanted is not None  # noqa: S101 - there is a profile, or one is wanted
    profile = add_profile(
        wanted.name,
        environment=wanted.environment,
        base_url=wanted.base_url,
        client_id=client_id,
        risk=wanted.risk,
    )
    narrate(f"The profile {wanted.name} ({profile.risk.value}) is in {places.config_file()}.")
    return profile


def _tell_entities(hierarchy: Hierarchy, accessible_ids: frozenset[str] | None) -> None:
    found = [one for one in hierarchy if accessible_ids is None or one.id in accessible_ids]
    if found:
        say(table(
            ("YOU MAY ENTER", "STATUS", "ID"),
            [("  " * hierarchy.depth(one.id) + one.title, one.status, one.id) for one in found],
        ))  # fmt: skip
