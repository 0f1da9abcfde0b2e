"""`journal`: what was sent, and what became of it."""

import asyncio
from pathlib import Path
from typing import Any

import click

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.exit_codes import ExitCode, usage_errors
from entity_connections.cli.output import echo, echo_json, format_table, format_title, info
from entity_connections.cli.parameters import json_option, option
from entity_connections.cli.tenant.confirm import can_ask
from entity_connections.cli.tenant.session import TenantSession, tenant_command
from entity_connections.cli.tenant.signals import end_question_on_signals
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.domain.text import clean
from entity_connections.services.journal_titles import JournalTitles, make_journal_titles
from entity_connections.services.operations.operation import State
from entity_connections.services.operations.recovery import recover_operations, release_operation
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import MAX_TENANT_LENGTH, Entry
from entity_connections.settings.paths import FOLDERS_REMEDY, anchor_file, state_file


@click.group(
    cls=Group,
    invoke_without_command=True,
    epilog=examples("entity-connections journal", "entity-connections journal --json"),
)
@json_option
@some_tenant_options(profile="Only of this one.")
@click.pass_context
def journal(ctx: click.Context, options: TenantOptions, *, as_json: bool) -> ExitCode | None:
    """List every write to a real tenant, oldest first: what was sent and what became of it.

    The built-in fake tenant keeps its journal in memory only, unless it lives in
    a file (--tenant FILE). A write without an outcome counts as unknown; one that was
    released with `journal resolve` may have been applied or not.

    --json: [{"id", "at", "profile", "user", "action", "acting": {"id", "title"},
    "source", "target", "status", "connectionId", "trackId", "idempotencyKey",
    "outcome", "sentence", "codes", "requestId", "concludedAt"}]; null and "" where
    there is nothing.
    """
    if (command := ctx.invoked_subcommand) is not None:
        if as_json:
            raise click.UsageError(f"--json before {command} is for the list of all writes.")
        ctx.find_root().obj = options  # those of a command behind this one, too
        return None
    with usage_errors(JournalError):
        entries = _open_journal().read_entries(options.profile or options.base_url)
    if options.tenant is not None:
        file = clean(str(Path(options.tenant).absolute()), MAX_TENANT_LENGTH)
        entries = [entry for entry in entries if entry.tenant.partition(" ")[2] == file]
    if as_json:
        echo_json([_to_json(entry) for entry in entries])
    elif entries:
        heads = ("WHEN", "PROFILE", "ACTION", "SOURCE", "", "TARGET", "OUTCOME", "REQUEST ID")
        titles = make_journal_titles(entries)
        echo(format_table(heads, (_to_row(entry, titles) for entry in entries)))
    else:
        info(f"No such writes in {state_file()}.")
    return ExitCode.DONE


@journal.command(epilog=examples("entity-connections journal verify"))
def verify() -> ExitCode:
    """Look for lines that were changed or are missing; ends with 1 when there may be.

    Every line holds a hash of itself and of the line before, and a small file beside
    config.toml remembers the last line. That finds mistakes and damage, a journal that
    was removed, and one that was replaced by an older copy. It does not find what a
    person has done who edits both files and computes the hashes anew: such a person
    can write any journal. Note the last line, which is printed here, in another place
    that this person cannot reach: a later journal has to hold it.

    Where the small file is missing, the next write makes it anew. Where it is damaged, look
    at it and move it away first.
    """
    with usage_errors(JournalError):
        verification = _open_journal().verify()
    for sentence in verification.problems + verification.notes:
        echo(sentence)
    changes = "has been changed" if verification.problems else "shows no change"
    echo(f"The journal of {verification.lines} lines {changes}.")
    if last := verification.last:
        echo(f"Line {last.seq} is the last: {last.hash}")
    doubtful = verification.problems or (last and verification.notes)
    return ExitCode.REFUSED if doubtful else ExitCode.DONE


@journal.command(epilog=examples("entity-connections journal resolve --tenant shared.tenant"))
@tenant_command
@option("--yes", is_flag=True, help="Release without a question what stays unknown.")
async def resolve(session: TenantSession, *, yes: bool) -> ExitCode:
    """Look up the writes to this tenant that have no known outcome.

    Reads the lists and records what they prove. For each of the others it asks whether
    to release it: then it blocks nothing any more, and its outcome is "released", which
    says nothing about Zuora: it may have been applied, and may still be. Nothing is
    sent. Ends with 4 where one stays open.
    """
    if session.workspace.entity is not None:  # a wrong one is an error, although it is not used
        await session.read_entities()
    log = session.workspace.journal
    unresolved = await asyncio.to_thread(log.read_unresolved)
    if not unresolved:
        info(f"Every write to {session.workspace.name} has a known outcome.")
    operations = await recover_operations(session.tenant, log)
    session.save_cache()
    released_ids = set()
    for operation in operations:
        echo(f"{operation.id}: {operation.state.value}. {operation.sentence}")
        if operation.state is State.UNKNOWN and (yes or _confirm_release()):
            await release_operation(log, operation)
            released_ids.add(operation.id)
    ids = {entry.id for entry in unresolved}
    for id_ in ids - {operation.id for operation in operations}:
        echo(f"{id_}: another program is sending it.")
    entries = [entry for entry in await asyncio.to_thread(log.read_entries) if entry.id in ids]
    for entry in entries:
        if entry.id in released_ids:  # unless another program has found its outcome meanwhile
            echo(f"{entry.id}: {entry.outcome}. {entry.sentence}")
    return ExitCode.UNKNOWN if any(entry.open for entry in entries) else ExitCode.DONE


def _confirm_release() -> bool:
    if not can_ask():
        info("It stays open: there is no terminal to ask on, and --yes is not given.")
        return False
    with end_question_on_signals():
        return click.confirm("Release it? Its outcome stays unknown.", default=False, err=True)


def _open_journal() -> Journal:
    return Journal(state_file(), "", anchor=anchor_file(), remedy=FOLDERS_REMEDY)


def _to_row(entry: Entry, titles: JournalTitles) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}",
        entry.profile,
        entry.action.label,
        format_title(titles[entry.tenant, entry.source]),
        "→",
        format_title(titles[entry.tenant, entry.target]),
        entry.outcome or "unknown",
        entry.request_id,
    )


def _to_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "profile": entry.profile,
        "user": entry.user,
        "action": entry.action.id,
        "acting": entry.acting._asdict(),
        "source": entry.source._asdict(),
        "target": entry.target._asdict(),
        "status": entry.status,
        "connectionId": entry.connection_id,
        "trackId": entry.track_id,
        "idempotencyKey": entry.key,
        "outcome": entry.outcome,
        "sentence": entry.sentence,
        "codes": entry.codes.split(", ") if entry.codes else [],
        "requestId": entry.request_id,
        "concludedAt": entry.concluded_at.isoformat() if entry.concluded_at else None,
    }
