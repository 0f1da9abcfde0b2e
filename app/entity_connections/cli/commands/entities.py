"""`entities`: the hierarchy, and which entities the user may enter."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import (
    echo,
    echo_json,
    entity_to_json,
    format_table,
    format_title,
    print_warnings,
)
from entity_connections.cli.parameters import json_option
from entity_connections.cli.tenant.earlier_writes import look_up_earlier
from entity_connections.cli.tenant.session import TenantSession, tenant_command


@click.command(
    epilog=examples(
        "entity-connections entities", "entity-connections entities --scenario global-500 --json"
    )
)
@tenant_command
@json_option
async def entities(session: TenantSession, *, as_json: bool) -> ExitCode:
    """List the entities of the tenant as a tree, and which of them you have access to.

    --json: [{"id", "name", "displayName", "parentId", "status", "enterable"}];
    parentId is null at the root, enterable null where Zuora does not tell.

    What could not be read is named on stderr, and the exit code is 3.
    """
    await session.read_entities()
    await look_up_earlier(session)
    session.save_cache()
    print_warnings(session.tenant.warnings)
    hierarchy = session.tenant.hierarchy
    code = ExitCode.NO_ACCESS if hierarchy.missing else ExitCode.DONE
    is_known = hierarchy.accessible_ids is not None
    enterable = {entity.id: entity.accessible if is_known else None for entity in hierarchy}
    if as_json:
        echo_json([
            entity_to_json(entity)
            | {"parentId": entity.parent_id, "status": entity.status}
            | {"enterable": enterable[entity.id]}
            for entity in hierarchy
        ])  # fmt: skip
        return code
    rows = [
        (
            format_title(entity, hierarchy.depth(entity.id)),
            "" if entity.name == entity.title else entity.name,
            entity.status,
            {True: "yes", False: "no", None: "?"}[enterable[entity.id]],
            entity.id,
        )
        for entity in hierarchy
    ]
    echo(format_table(("ENTITY", "NAME", "STATUS", "ENTER", "ID"), rows))
    return code
