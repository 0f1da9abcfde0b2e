"""`doctor`: what works on the way to Zuora, and what to do about what does not."""

import asyncio
import os
from typing import TYPE_CHECKING

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo, echo_json
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.credentials import find_credentials, get_profile
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.ids import parse_id
from entity_connections.domain.text import clean
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.settings import paths as places
from entity_connections.settings.profiles import Profile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from entity_connections.zuora.diagnostics.checks import Check

_EXPORT = "export ZUORA_CLIENT_ID=… ZUORA_CLIENT_SECRET=…"


@click.command()
@tenant_options
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def doctor(options: TenantOptions, *, as_json: bool) -> ExitCode:
    """Try each step on the way to Zuora, and say what to do where one fails.

    Changes nothing. Ends with 3 when a step failed.

    --json: [{"name", "verdict", "sentence", "remedy"}]; verdict is ok, warning,
    failed or skipped.
    """
    if options.fake:
        raise click.UsageError(
            "choose the way to look at: --profile NAME or --base-url URL."
            " The fake tenant that is built in needs none."
        )
    profile = get_profile(options)
    entity = profile.entity if options.entity is None else options.entity
    found = asyncio.run(_told(profile, entity, as_json=as_json))
    if as_json:
        echo_json([one._asdict() for one in found])
    return ExitCode.NO_ACCESS if any(one.verdict == "failed" for one in found) else ExitCode.DONE


async def _told(profile: Profile, entity: str | None, *, as_json: bool) -> "list[Check]":
    found = []
    async for one in _checks(profile, entity):
        found.append(one)
        if not as_json:
            echo(f"{one.verdict:<8} {one.name:<12} {one.sentence}")
            if one.remedy and one.verdict in ("failed", "warning"):
                echo(f"{'':<21} {one.remedy}")
    return found


async def _checks(profile: Profile, entity: str | None) -> "AsyncIterator[Check]":
    from entity_connections.zuora.auth import Credentials
    from entity_connections.zuora.diagnostics.checks import Check, diagnose

    known_by = None
    try:
        known_by = Credentials(*find_credentials(profile))
    except CliError as error:
        name = profile.name
        remedy = f"entity-connections login --profile {name}" if profile.in_config else _EXPORT
        yield Check("credentials", "failed", error.message, remedy)
    else:
        yield Check("credentials", "ok", "There are a client id and a client secret.", "")
    yield _journal(profile)
    acting_id = None if entity is None else _id_of(entity, profile)
    if entity is not None and acting_id is None:
        said = (
            f'No entity "{clean(entity)}" is known here; the first in the token\'s scope is tried.'
        )
        yield Check("entity", "warning", said, "Run `entities` to see what it may be called.")
    async for one in diagnose(profile.base_url, known_by, acting_id):
        yield one


def _journal(profile: Profile) -> "Check":
    from entity_connections.zuora.diagnostics.checks import Check

    path = places.state_file()
    try:
        verification = Journal(path, profile.name).verify()
    except JournalError as error:
        return Check("journal", "failed", str(error), "Writes are refused until it can be used.")
    if verification.problems:
        remedy = f"Look at {path}; to begin anew, move it away."
        return Check("journal", "warning", verification.problems[0], remedy)
    folder = next(one for one in path.parents if one.exists())
    if not os.access(path if path.exists() else folder, os.W_OK):
        remedy = "Make it writable: nothing is sent that cannot be recorded."
        return Check("journal", "failed", f"{path} cannot be written.", remedy)
    said = f"{verification.lines} lines in {path}, all as written."
    return Check("journal", "ok", said if verification.lines else f"{path} has no line yet.", "")


def _id_of(entity: str, profile: Profile) -> str | None:
    """Return the id of an entity that is named by it, or by a name as last read."""
    from entity_connections.services.storage.list_cache import ListCache

    try:
        return find_entity(entity, ListCache(places.state_file(), profile.name).load_entities()).id
    except EntityLookupError:
        return parse_id(entity)
