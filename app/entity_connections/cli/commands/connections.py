"""`connections`: those of the acting entity; `waiting`: the requests in all entities."""

from collections.abc import Mapping, Sequence

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    echo,
    echo_json,
    entity_to_json,
    format_table,
    format_title,
    info,
    print_warnings,
)
from entity_connections.cli.parameters import json_option, option
from entity_connections.cli.tenant.find_rows import read_all_lists
from entity_connections.cli.tenant.session import (
    TenantSession,
    print_error,
    tenant_command,
)
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.waiting import find_waiting


@click.command(
    epilog=examples(
        "entity-connections connections --entity Acme-Europe --direction inbound",
        "entity-connections connections --json",
    )
)
@tenant_command
@option(
    "--direction", type=click.Choice([direction.value for direction in Direction]), metavar="WAY",
    help="Only outbound (this entity shares), or only inbound (it is shared to).",
)  # fmt: skip
@json_option
async def connections(session: TenantSession, direction: str | None, *, as_json: bool) -> ExitCode:
    """List the connections of the entity acted in.

    --json: [{"id", "source": {"id", "name", "displayName"}, "target": {...},
    "status", "direction"}]; every record that Zuora lists, ended ones too.

    What could not be read is named on stderr, and the exit code is 3.
    """
    acting_id = await session.find_acting_id()
    snapshot = await session.tenant.read(acting_id)
    session.save_cache(acting_id)
    print_warnings(snapshot.warnings)
    listed = [
        connection
        for connection in snapshot.connections
        if direction in (None, connection.direction(acting_id).value)
    ]
    if not as_json:
        info(f"Acting in {snapshot.hierarchy.get(acting_id).title}.")
    nothing = "No connections." if snapshot.complete else "No connections among what was read."
    _print_connections(listed, snapshot.hierarchy, acting_id, nothing=nothing, as_json=as_json)
    return ExitCode.DONE if snapshot.complete else ExitCode.NO_ACCESS


@click.command(epilog=examples("entity-connections waiting --user bruno"))
@tenant_command
@json_option
async def waiting(session: TenantSession, *, as_json: bool) -> ExitCode:
    """List the requests that wait for an answer, in every entity you may enter.

    Whether you may answer is for Zuora to say: nobody tells us your role.

    --json: as `connections`, all Pending and inbound.

    What could not be read, or has a status that nobody knows, is named on stderr, and the
    exit code is 3.
    """
    lists = await read_all_lists(session)
    hierarchy = session.tenant.hierarchy
    snapshots = [snapshot for snapshot in lists.values() if isinstance(snapshot, Snapshot)]
    _print_left_out(lists, hierarchy)
    for snapshot in snapshots:
        name = hierarchy.get(snapshot.acting_id).title
        own = [warning for warning in snapshot.warnings if warning not in session.tenant.warnings]
        print_warnings(f"{name}: {warning}" for warning in own)
    print_warnings(session.tenant.warnings)
    if lists and not snapshots:
        return ExitCode.NO_ACCESS  # nothing is known, not even that nothing waits
    found = find_waiting(session.user_session)
    requests = [
        row.connection
        for row in (*found.for_me, *found.for_others)
        if row.connection and row.direction is Direction.INBOUND
    ]
    undecided = [row.state for row in found.undecided if row.direction is Direction.INBOUND]
    if undecided:
        words = ", ".join(sorted({f'"{status}"' for status in undecided}))
        info(f"Left out, because nobody knows whether it waits: {len(undecided):,} × {words}.")
    partial = (
        hierarchy.missing
        or not lists
        or undecided
        or len(snapshots) < len(lists)
        or not all(snapshot.complete for snapshot in snapshots)
    )
    nothing = f"Nothing waits in the {len(lists)} entities you may enter."
    if partial:
        nothing = "Nothing waits among the rest."
    _print_connections(requests, hierarchy, nothing=nothing, as_json=as_json)
    return ExitCode.NO_ACCESS if partial else ExitCode.DONE


def _print_left_out(lists: Mapping[str, Snapshot | ZuoraError], hierarchy: Hierarchy) -> None:
    """Write the entities whose lists could not be read to stderr, once for each reason."""
    reasons: dict[tuple[str, str], tuple[ZuoraError, list[str]]] = {}
    for entity_id, error in lists.items():
        if isinstance(error, ZuoraError):
            _, titles = reasons.setdefault((error.title, error.sentence), (error, []))
            titles.append(hierarchy.get(entity_id).title)
    for error, titles in reasons.values():
        every = len(titles) > 1 and len(titles) == len(lists)
        who = f"all {len(lists)} entities you may enter" if every else ", ".join(titles)
        info(f"entity-connections: {who} {'is' if len(titles) == 1 else 'are'} left out:")
        print_error(error)


def _print_connections(
    connections: Sequence[Connection],
    hierarchy: Hierarchy,
    acting_id: str = "",
    *,
    nothing: str,
    as_json: bool,
) -> None:
    """Print connections as the acting entity sees them, by default as their targets do.

    Args:
        connections: what to print.
        hierarchy: names the entities.
        acting_id: the acting entity.
        nothing: what people read when there are none; "" for nothing.
        as_json: whether machines read it.
    """
    ends = [
        (hierarchy.get(connection.source_id), hierarchy.get(connection.target_id))
        for connection in connections
    ]
    if as_json:
        echo_json([
            {
                "id": connection.id,
                "source": entity_to_json(source),
                "target": entity_to_json(target),
                "status": connection.status,
                "direction": connection.direction(acting_id).value,
            }
            for connection, (source, target) in zip(connections, ends, strict=True)
        ])  # fmt: skip
    elif connections:
        rows = [
            (format_title(source), "→", format_title(target), connection.status, connection.id)
            for connection, (source, target) in zip(connections, ends, strict=True)
        ]
        echo(format_table(("SOURCE", "", "TARGET", "STATUS", "ID"), rows))
    elif nothing:
        info(nothing)
