"""`doctor`: what works on the way to Zuora, and what to do about what does not."""

import asyncio

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo, echo_json
from entity_connections.cli.parameters import json_option
from entity_connections.cli.tenant.local_state import open_journal
from entity_connections.cli.tenant.real_workspace import find_credentials, get_profile
from entity_connections.cli.tenant.session import report_waits
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.services.storage.journal import JournalError
from entity_connections.settings import paths
from entity_connections.settings.profiles import Profile
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.diagnostics import Check, Diagnosis


@click.command(
    epilog=examples(
        "export ZUORA_CLIENT_ID=000a11ce-fa4e-4000-8000-00000000cafe",
        "export ZUORA_CLIENT_SECRET=not/a+secret=alice",
        "entity-connections doctor --base-url http://localhost:8040",
        needs="with `entity-connections serve` in another terminal",
    )
)
@tenant_options
@json_option
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
    try:  # not in the event loop, which would delay ctrl+c while a command or the keyring hangs
        credentials = Credentials(*find_credentials(profile))
        check = Check("credentials", "ok", "There are a client id and a client secret.")
    except CliError as error:
        credentials = None
        remedy = profile.credentials_remedy
        sentence = error.message.removesuffix(remedy).rstrip()
        check = Check("credentials", "failed", sentence, remedy)
    entity = profile.entity if options.entity is None else options.entity
    diagnosis = Diagnosis(profile.base_url, credentials, entity, profile.proxy)
    first_checks = [check, _check_journal(profile)]
    checks = asyncio.run(_run_checks(first_checks, diagnosis, as_json=as_json))
    if as_json:
        echo_json([check._asdict() for check in checks])
    failed = any(check.verdict == "failed" for check in checks)
    return ExitCode.NO_ACCESS if failed else ExitCode.DONE


async def _run_checks(
    first_checks: list[Check], diagnosis: Diagnosis, *, as_json: bool
) -> list[Check]:
    checks: list[Check] = []

    def add(check: Check) -> None:
        checks.append(check)
        if not as_json:
            echo(f"{check.verdict:<8} {check.name:<12} {check.sentence}")
            if check.remedy and check.verdict in ("failed", "warning"):
                echo(f"{'':<21} {check.remedy}")

    for check in first_checks:
        add(check)
    async with report_waits(diagnosis.request_log):
        async for check in diagnosis.run():
            add(check)
    return checks


def _check_journal(profile: Profile) -> Check:
    journal = open_journal(profile.name, "")
    if journal.path is None:
        sentence = "There is no home directory, so no write can be recorded."
        return Check("journal", "failed", sentence, paths.FOLDERS_REMEDY)
    try:
        verification = journal.verify()
    except JournalError as error:
        return Check("journal", "failed", str(error), "Writes are refused until it can be used.")
    if doubts := verification.problems + verification.notes:
        remedy = "Look at it: entity-connections journal verify"
        return Check("journal", "warning", doubts[0], remedy)
    sentence = f"{journal.path} has {verification.lines} lines, no change found."
    return Check("journal", "ok", sentence)
