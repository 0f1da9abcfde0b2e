"""`connections`: the connections of the acting entity."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    connection_to_json,
    connections_table,
    echo,
    echo_json,
    find_direction,
    info,
    print_warnings,
)
from entity_connections.cli.parameters import json_option, option
from entity_connections.cli.tenant.session import TenantSession, run_in_tenant
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.connections import Direction


@click.command()
@tenant_options
@option(
    "--direction", type=click.Choice([direction.value for direction in Direction]), metavar="WAY",
    help="Only outbound (this entity shares), or only inbound (it is shared to).",
)  # fmt: skip
@json_option
def connections(options: TenantOptions, direction: str | None, *, as_json: bool) -> ExitCode:
    """List the connections of the entity acted in.

    --json: [{"id", "source": {"id", "name", "displayName"}, "target": {...},
    "status", "direction"}]; every record that Zuora lists, ended ones too.
    """

    async def work(session: TenantSession) -> ExitCode:
        acting_id = await session.find_acting_id()
        snapshot = await session.tenant.read(acting_id)
        session.save_cache(acting_id)
        print_warnings(snapshot.warnings)
        hierarchy = snapshot.hierarchy
        listed = [
            connection
            for connection in snapshot.connections
            if direction in (None, find_direction(connection, acting_id).value)
        ]
        if as_json:
            echo_json([connection_to_json(record, hierarchy, acting_id) for record in listed])
            return ExitCode.DONE
        info(f"Acting in {hierarchy.get(acting_id).title}.")
        if listed:
            echo(connections_table((record, hierarchy) for record in listed))
        else:
            info("No connections.")
        return ExitCode.DONE

    return run_in_tenant(options, work)
