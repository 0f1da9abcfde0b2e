"""`connections`: those of an entity, or of all entities."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    echo,
    echo_csv,
    echo_json,
    entity_to_json,
    format_table,
    format_title,
    info,
    print_warnings,
)
from entity_connections.cli.parameters import json_option, option, status_option
from entity_connections.cli.tenant.all_lists import read_all_lists
from entity_connections.cli.tenant.earlier_writes import look_up_earlier
from entity_connections.cli.tenant.session import TenantSession, print_error, tenant_command
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
    describe_unknown_statuses,
)
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.snapshot import Snapshot


@click.command(
    epilog=examples(
        "entity-connections connections --entity Acme-Europe --direction inbound",
        "entity-connections connections --json",
        "entity-connections connections --all-entities --status Pending --output csv",
    )
)
@tenant_command
@option("--all-entities", is_flag=True, help="Of every entity you have access to, each once.")
@option(
    "--direction", type=click.Choice([direction.value for direction in Direction]), metavar="WAY",
    help="Only outbound (this entity shares), or only inbound (it is shared to).",
)  # fmt: skip
@status_option(CONNECTED, PENDING, DISCONNECTED)
@option(
    "--output", type=click.Choice(["table", "json", "csv"]), metavar="FORM",
    help="table, json or csv; a table unless told.",
)  # fmt: skip
@json_option
async def connections(
    session: TenantSession,
    direction: str | None,
    statuses: tuple[str, ...],
    output: str | None,
    *,
    all_entities: bool,
    as_json: bool,
) -> ExitCode:
    """List the connections of the entity acted in, or of every entity.

    --json: [{"id", "source": {"id", "name", "displayName"}, "target": {...},
    "status", "direction"}]; every record that Zuora lists, ended ones too. The
    direction is null with --all-entities. csv has the columns id, source id, source
    name, target id, target name and status; a name that a spreadsheet would take for
    a formula has an apostrophe before it.

    What could not be read is named on stderr, and so is with --status what has a status
    that nobody knows; the exit code is 3 then.
    """
    if as_json and output not in (None, "json"):
        raise click.UsageError("--json and --output name two forms: give one.")
    output = "json" if as_json else output or "table"
    if all_entities:
        if direction is not None or session.options.entity is not None:
            raise click.UsageError("--all-entities goes with neither --entity nor --direction.")
        return await _list_all_entities(session, statuses, output)
    acting_id = await session.find_acting_id()
    await look_up_earlier(session)
    snapshot = await session.tenant.read(acting_id)
    session.save_cache(acting_id)
    print_warnings(snapshot.warnings)
    records = [
        record
        for record in snapshot.connections
        if direction in (None, record.direction(acting_id).value)
    ]
    if output == "table":
        info(f"Acting in {snapshot.hierarchy.get(acting_id).title}.")
    is_whole = _print_unknown_statuses(records, statuses) and snapshot.complete
    is_whole = is_whole and not snapshot.hierarchy.missing
    records = [record for record in records if not statuses or record.status in statuses]
    nothing = "No connections." if is_whole else "No connections among the rest."
    print_connections(records, snapshot.hierarchy, output, acting_id=acting_id, nothing=nothing)
    return ExitCode.DONE if is_whole else ExitCode.NO_ACCESS


async def _list_all_entities(
    session: TenantSession, statuses: Collection[str], output: str
) -> ExitCode:
    await session.read_entities()
    await look_up_earlier(session)
    lists = await read_all_lists(session)
    is_whole = print_losses(session, lists)
    if lists and not any(isinstance(result, Snapshot) for result in lists.values()):
        return ExitCode.NO_ACCESS
    newest = session.tenant.newest_connections()
    is_whole = _print_unknown_statuses(newest, statuses) and is_whole
    session.save_cache()
    hierarchy = session.tenant.hierarchy
    order = hierarchy.sort_index
    records = sorted(
        (record for record in newest if not statuses or record.status in statuses),
        key=lambda record: (order(record.source_id), order(record.target_id), record.id),
    )
    nothing = "No such connections." if is_whole else "No such connections among the rest."
    print_connections(records, hierarchy, output, nothing=nothing)
    return ExitCode.DONE if is_whole else ExitCode.NO_ACCESS


def _print_unknown_statuses(records: Iterable[Connection], statuses: Collection[str]) -> bool:
    """Tell which records a filter by status cannot decide about; return whether there are none."""
    sentence = describe_unknown_statuses(record.status for record in records) if statuses else ""
    if sentence:
        info(sentence)
    return not sentence


def print_losses(session: TenantSession, lists: Mapping[str, Snapshot | ZuoraError]) -> bool:
    """Tell what keeps the lists of all entities from being whole; return whether they are."""
    hierarchy, whole = session.tenant.hierarchy, bool(lists)
    _print_left_out(lists, hierarchy)
    for snapshot in lists.values():
        if isinstance(snapshot, Snapshot):
            name, known = hierarchy.get(snapshot.acting_id).title, session.tenant.warnings
            own = [warning for warning in snapshot.warnings if warning not in known]
            print_warnings(f"{name}: {warning}" for warning in own)
        whole = whole and isinstance(snapshot, Snapshot) and snapshot.complete
    print_warnings(session.tenant.warnings)
    return whole and not hierarchy.missing


def _print_left_out(lists: Mapping[str, Snapshot | ZuoraError], hierarchy: Hierarchy) -> None:
    """Write the entities whose lists could not be read to stderr, once for each reason."""
    reasons: dict[tuple[str, str], tuple[ZuoraError, list[str]]] = {}
    for entity_id, error in lists.items():
        if isinstance(error, ZuoraError):
            _, titles = reasons.setdefault((error.title, error.sentence), (error, []))
            titles.append(hierarchy.get(entity_id).title)
    for error, titles in reasons.values():
        every = len(titles) > 1 and len(titles) == len(lists)
        who = f"all {len(lists)} entities you have access to" if every else ", ".join(titles)
        info(f"entity-connections: {who} {'is' if len(titles) == 1 else 'are'} left out:")
        print_error(error)


def print_connections(
    connections: Sequence[Connection],
    hierarchy: Hierarchy,
    output: str,
    *,
    acting_id: str = "",
    direction: str | None = None,
    nothing: str,
) -> None:
    """Print connections as "table", "json" or "csv"; where there are none, people read `nothing`.

    JSON tells the direction of each as `acting_id` sees it, or without one `direction` for all.
    """
    ends = [
        (connection, hierarchy.get(connection.source_id), hierarchy.get(connection.target_id))
        for connection in connections
    ]
    if output == "json":
        echo_json([
            {
                "id": connection.id,
                "source": entity_to_json(source),
                "target": entity_to_json(target),
                "status": connection.status,
                "direction": connection.direction(acting_id).value if acting_id else direction,
            }
            for connection, source, target in ends
        ])  # fmt: skip
    elif output == "csv":
        lines = [
            (connection.id, source.id, source.title, target.id, target.title, connection.status)
            for connection, source, target in ends
        ]
        echo_csv(("id", "source id", "source name", "target id", "target name", "status"), lines)
    elif connections:
        rows = [
            (format_title(source), "→", format_title(target), connection.status, connection.id)
            for connection, source, target in ends
        ]
        echo(format_table(("SOURCE", "", "TARGET", "STATUS", "ID"), rows))
    else:
        info(nothing)
