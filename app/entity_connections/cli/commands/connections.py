"""`connections`: those of the acting entity; `waiting`: the requests in all entities."""

from collections.abc import Iterable
from typing import Any

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    echo,
    echo_json,
    entity_to_json,
    format_table,
    info,
    print_warnings,
)
from entity_connections.cli.parameters import json_option, option
from entity_connections.cli.tenant.find_rows import find_direction, read_all_lists
from entity_connections.cli.tenant.session import (
    TenantSession,
    find_exit_code,
    print_error,
    run_in_tenant,
)
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.connections import PENDING, Connection, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError


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
        if not as_json:
            info(f"Acting in {snapshot.hierarchy.get(acting_id).title}.")
        listed = [
            connection
            for connection in snapshot.connections
            if direction in (None, find_direction(connection, acting_id).value)
        ]
        _print_connections(listed, snapshot.hierarchy, acting_id, as_json=as_json)
        if not listed and not as_json:
            info("No connections.")
        return ExitCode.DONE

    return run_in_tenant(options, work)


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
        hierarchy = session.tenant.hierarchy
        requests: list[Connection] = []
        codes: list[ExitCode] = []
        for entity_id, snapshot in lists.items():
            if isinstance(snapshot, ZuoraError):
                info(f"entity-connections: {hierarchy.get(entity_id).title} is left out:")
                print_error(snapshot)
                codes.append(find_exit_code(snapshot))
                continue
            print_warnings(snapshot.warnings)
            requests += (
                connection
                for connection in snapshot.connections
                if connection.status == PENDING and connection.target_id == entity_id
            )
        if codes and len(codes) == len(lists):
            return max(codes)  # nothing is known, not even that nothing waits
        _print_connections(requests, hierarchy, as_json=as_json)
        if not requests and not codes and not as_json:
            info(f"Nothing waits in the {len(lists)} entities you may enter.")
        return max(codes, default=ExitCode.DONE)

    return run_in_tenant(options, work)


def _print_connections(
    connections: Iterable[Connection],
    hierarchy: Hierarchy,
    acting_id: str = "",
    *,
    as_json: bool,
) -> None:
    """Print connections as seen from the acting entity, without one from their targets."""
    listed: list[dict[str, Any]] = [
        {
            "id": connection.id,
            "source": entity_to_json(hierarchy.get(connection.source_id)),
            "target": entity_to_json(hierarchy.get(connection.target_id)),
            "status": connection.status,
            "direction": find_direction(connection, acting_id).value,
        }
        for connection in connections
    ]
    if as_json:
        echo_json(listed)
        return
    rows = [
        (
            hierarchy.get(connection.source_id).title,
            "→",
            hierarchy.get(connection.target_id).title,
            connection.status,
            connection.id,
        )
        for connection in connections
    ]
    if rows:
        echo(format_table(("SOURCE", "", "TARGET", "STATUS", "ID"), rows))
