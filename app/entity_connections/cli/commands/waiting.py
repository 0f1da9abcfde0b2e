"""`waiting`: the requests that wait in any entity that the user may enter."""

import click

from entity_connections.cli.exit_codes import ExitCode, worst
from entity_connections.cli.options import Chosen, tenant_options
from entity_connections.cli.output import (
    connection_json,
    connections_table,
    narrate,
    print_warnings,
    say,
    say_json,
)
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.find_rows import read_all
from entity_connections.cli.tenant.session import Session, code_of, run, tell
from entity_connections.domain.connections import PENDING, Connection
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError


@click.command()
@tenant_options
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def waiting(chosen: Chosen, *, as_json: bool) -> ExitCode:
    """List the requests that wait for an answer, in every entity you may enter.

    Whether you may answer is for Zuora to say: nobody tells us your role.

    --json: as `connections`, all Pending and inbound.
    """

    async def work(session: Session) -> ExitCode:
        lists = await read_all(session)
        requests = list[tuple[Connection, Hierarchy]]()
        codes: list[ExitCode] = []
        for entity_id, snapshot in lists.items():
            if isinstance(snapshot, ZuoraError):
                title = session.tenant.hierarchy.get(entity_id).title
                narrate(f"entity-connections: {title} is left out:")
                tell(snapshot)
                codes.append(code_of(snapshot))
                continue
            print_warnings(snapshot.warnings)
            requests += (
                (connection, snapshot.hierarchy)
                for connection in snapshot.connections
                if connection.status == PENDING and connection.target_id == entity_id
            )
        if lists and len(codes) == len(lists):
            return worst(codes)  # nothing is known, not even that nothing waits
        if as_json:
            say_json([
                connection_json(connection, hierarchy, connection.target_id)
                for connection, hierarchy in requests
            ])  # fmt: skip
        elif requests:
            say(connections_table(requests))
        elif not codes:
            narrate(f"Nothing waits in the {len(lists)} entities you may enter.")
        return worst(codes)

    return run(chosen, work)
