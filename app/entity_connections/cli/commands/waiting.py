"""`waiting`: the requests that wait for an answer, in all entities."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.commands.connections import print_connections, print_losses
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import json_option
from entity_connections.cli.tenant.all_lists import read_all_lists
from entity_connections.cli.tenant.earlier_writes import look_up_earlier
from entity_connections.cli.tenant.session import TenantSession, tenant_command
from entity_connections.domain.connections import Direction, describe_unknown_statuses
from entity_connections.domain.text import format_count
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.waiting import find_waiting


@click.command(epilog=examples("entity-connections waiting --user bruno"))
@tenant_command
@json_option
async def waiting(session: TenantSession, *, as_json: bool) -> ExitCode:
    """List the requests that wait for an answer, in every entity you have access to.

    Whether you may answer is for Zuora to say: nobody tells us your role.

    --json: as `connections`, all Pending and inbound.

    What could not be read, or has a status that nobody knows, is named on stderr, and the
    exit code is 3.
    """
    await session.read_entities()
    await look_up_earlier(session)
    lists = await read_all_lists(session)
    is_whole = print_losses(session, lists)
    hierarchy = session.tenant.hierarchy
    if lists and not any(isinstance(result, Snapshot) for result in lists.values()):
        return ExitCode.NO_ACCESS  # nothing is known, not even that nothing waits
    rows = find_waiting(session.user_session)
    session.save_cache()
    requests = [
        row.connection
        for row in (*rows.for_me, *rows.for_others)
        if row.connection and row.direction is Direction.INBOUND
    ]
    undecided = [
        row.connection.status
        for row in rows.undecided
        if row.connection and row.direction is Direction.INBOUND
    ]
    if sentence := describe_unknown_statuses(undecided):
        info(sentence)
        is_whole = False
    nothing = f"Nothing waits in the {format_count(len(lists), 'entity')} you have access to."
    if not is_whole:
        nothing = "Nothing waits among the rest."
    output = "json" if as_json else "table"
    print_connections(
        requests, hierarchy, output, direction=Direction.INBOUND.value, nothing=nothing
    )
    return ExitCode.DONE if is_whole else ExitCode.NO_ACCESS
