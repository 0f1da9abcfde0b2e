"""`waiting`: the requests that wait in any entity that the user may enter."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    connection_to_json,
    connections_table,
    echo,
    echo_json,
    info,
    print_warnings,
)
from entity_connections.cli.parameters import json_option
from entity_connections.cli.tenant.find_rows import read_all_lists
from entity_connections.cli.tenant.session import (
    TenantSession,
    find_exit_code,
    print_error,
    run_in_tenant,
)
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.connections import PENDING, Connection
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError


@click.command()
@tenant_options
@json_option
def waiting(options: TenantOptions, *, as_json: bool) -> ExitCode:
    """List the requests that wait for an answer, in every entity you may enter.

    Whether you may answer is for Zuora to say: nobody tells us your role.

    --json: as `connections`, all Pending and inbound.
    """

    async def work(session: TenantSession) -> ExitCode:
        lists = await read_all_lists(session)
        requests = list[tuple[Connection, Hierarchy]]()
        codes: list[ExitCode] = []
        for entity_id, snapshot in lists.items():
            if isinstance(snapshot, ZuoraError):
                title = session.tenant.hierarchy.get(entity_id).title
                info(f"entity-connections: {title} is left out:")
                print_error(snapshot)
                codes.append(find_exit_code(snapshot))
                continue
            print_warnings(snapshot.warnings)
            requests += (
                (connection, snapshot.hierarchy)
                for connection in snapshot.connections
                if connection.status == PENDING and connection.target_id == entity_id
            )
        if codes and len(codes) == len(lists):
            return max(codes)  # nothing is known, not even that nothing waits
        if as_json:
            echo_json([
                connection_to_json(connection, hierarchy, connection.target_id)
                for connection, hierarchy in requests
            ])  # fmt: skip
        elif requests:
            echo(connections_table(requests))
        elif not codes:
            info(f"Nothing waits in the {len(lists)} entities you may enter.")
        return max(codes, default=ExitCode.DONE)

    return run_in_tenant(options, work)
