"""`entities`: the hierarchy, and which entities the user may enter."""

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.options import Chosen, tenant_options
from entity_connections.cli.output import entity_json, print_warnings, say, say_json, table
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.session import Session, run
from entity_connections.domain.entities import Entity

_ENTER = {True: "yes", False: "no", None: "?"}


@click.command()
@tenant_options
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def entities(chosen: Chosen, *, as_json: bool) -> ExitCode:
    """List the entities of the tenant as a tree, and which of them you may enter.

    --json: [{"id", "name", "displayName", "parentId", "status", "enterable"}];
    parentId is null at the root, enterable null where Zuora does not tell.
    """

    async def work(session: Session) -> ExitCode:
        tenant = session.tenant
        await session.open()
        session.keep(entities=True)
        print_warnings(tenant.warnings)
        accessible_ids = tenant.accessible_ids

        def may_enter(entity: Entity) -> bool | None:
            return None if accessible_ids is None else entity.id in accessible_ids

        if as_json:
            say_json([
                entity_json(entity)
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
            say(table(("ENTITY", "NAME", "STATUS", "ENTER", "ID"), rows))
        return ExitCode.DONE

    return run(chosen, work)
