"""`entities`: the hierarchy, and which entities the user may enter."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    echo,
    echo_json,
    entity_to_json,
    format_table,
    print_warnings,
)
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import TenantSession, run_in_tenant
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.entities import Entity

_ENTER = {True: "yes", False: "no", None: "?"}


@click.command()
@tenant_options
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def entities(options: TenantOptions, *, as_json: bool) -> ExitCode:
    """List the entities of the tenant as a tree, and which of them you may enter.

    --json: [{"id", "name", "displayName", "parentId", "status", "enterable"}];
    parentId is null at the root, enterable null where Zuora does not tell.
    """

    async def work(session: TenantSession) -> ExitCode:
        tenant = session.tenant
        await session.read_entities()
        session.save_cache(replace=True)
        print_warnings(tenant.warnings)
        accessible_ids = tenant.accessible_ids

        def may_enter(entity: Entity) -> bool | None:
            return None if accessible_ids is None else entity.id in accessible_ids

        if as_json:
            echo_json([
                entity_to_json(entity)
                | {"parentId": entity.parent_id, "status": entity.status}
                | {"enterable": may_enter(entity)}
                for entity in tenant.hierarchy
            ])  # fmt: skip
        else:
            rows = [
                (
                    "  " * tenant.hierarchy.depth(entity.id) + entity.title,
                    "" if entity.name == entity.title else entity.name,
                    entity.status,
                    _ENTER[may_enter(entity)],
                    entity.id,
                )
                for entity in tenant.hierarchy
            ]
            echo(format_table(("ENTITY", "NAME", "STATUS", "ENTER", "ID"), rows))
        return ExitCode.DONE

    return run_in_tenant(options, work)
