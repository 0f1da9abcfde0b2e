"""`connections`: the connections of the acting entity."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.options import Chosen, tenant_options
from entity_connections.cli.output import (
    connection_json,
    connections_table,
    direction_of,
    narrate,
    print_warnings,
    say,
    say_json,
)
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import Session, run
from entity_connections.domain.connections import Direction


@click.command()
@tenant_options
@option(
    "--direction", type=click.Choice([direction.value for direction in Direction]), metavar="WAY",
    help="Only outbound (this entity shares), or only inbound (it is shared to).",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def connections(chosen: Chosen, direction: str | None, *, as_json: bool) -> ExitCode:
    """List the connections of the entity acted in.

    --json: [{"id", "source": {"id", "name", "displayName"}, "target": {...},
    "status", "direction"}]; every record that Zuora lists, ended ones too.
    """

    async def work(session: Session) -> ExitCode:
        acting_id = await session.acting()
        snapshot = await session.tenant.read(acting_id)
        session.keep(acting_id)
        print_warnings(snapshot.warnings)
        hierarchy = snapshot.hierarchy
        listed = [
            connection
            for connection in snapshot.connections
            if direction in (None, direction_of(connection, acting_id).value)
        ]
        if as_json:
            say_json([connection_json(record, hierarchy, acting_id) for record in listed])
            return ExitCode.DONE
        narrate(f"Acting in {hierarchy.get(acting_id).title}.")
        if listed:
            say(connections_table([(record, hierarchy) for record in listed]))
        else:
            narrate("No connections.")
        return ExitCode.DONE

    return run(chosen, work)
