"""Commands that only read: `entities`, `connections`, `waiting`."""

import click

from entity_connections.cli.exit_codes import ExitCode, worst
from entity_connections.cli.options import Chosen, tenant_options
from entity_connections.cli.output import (
    connection_json,
    direction_of,
    entity_json,
    narrate,
    say,
    say_json,
    table,
)
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.find_rows import read_all
from entity_connections.cli.tenant.session import Session, code_of, run, tell
from entity_connections.domain.connections import PENDING, Connection, Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.snapshot import Snapshot

as_json = option("--json", "as_json", is_flag=True, help="Data for machines.")


@click.command()
@tenant_options
@as_json
def entities(chosen: Chosen, *, as_json: bool) -> ExitCode:
    """List the entities of the tenant as a tree, and which of them you may enter.

    --json: [{"id", "name", "displayName", "parentId", "status", "enterable"}];
    parentId is null at the root, enterable null where Zuora does not tell.
    """

    async def work(session: Session) -> ExitCode:
        tenant = session.tenant
        await session.open()
        session.keep(entities=True)
        _print_warnings(tenant.warnings)
        allowed = tenant.accessible_ids

        def may(entity: Entity) -> bool | None:
            return None if allowed is None else entity.id in allowed

        if as_json:
            say_json([
                entity_json(one)
                | {"parentId": one.parent_id, "status": one.status, "enterable": may(one)}
                for one in tenant.hierarchy
            ])  # fmt: skip
        else:
            words = {True: "yes", False: "no", None: "?"}
            say(table(
                ("ENTITY", "NAME", "STATUS", "ENTER", "ID"),
                [
                    ("  " * tenant.hierarchy.depth(one.id) + one.title,
                     "" if one.name == one.title else one.name,
                     one.status, words[may(one)], one.id)
                    for one in tenant.hierarchy
                ],
            ))  # fmt: skip
        return ExitCode.DONE

    return run(chosen, work)


@click.command()
@tenant_options
@option(
    "--direction", type=click.Choice([one.value for one in Direction]), metavar="WAY",
    help="Only outbound (this entity shares), or only inbound (it is shared to).",
)  # fmt: skip
@as_json
def connections(chosen: Chosen, direction: str | None, *, as_json: bool) -> ExitCode:
    """List the connections of the entity acted in.

    --json: [{"id", "source": {"id", "name", "displayName"}, "target": {...},
    "status", "direction"}]; every record that Zuora lists, ended ones too.
    """

    async def work(session: Session) -> ExitCode:
        acting_id = await session.acting()
        view = await session.tenant.read(acting_id)
        session.keep(acting_id)
        _print_warnings(view.warnings)
        found = [
            one
            for one in view.connections
            if direction in (None, direction_of(one, acting_id).value)
        ]
        if as_json:
            say_json([connection_json(one, view.hierarchy, acting_id) for one in found])
            return ExitCode.DONE
        narrate(f"Acting in {view.hierarchy.get(acting_id).title}.")
        if found:
            say(_connections_table(found, [view] * len(found)))
        else:
            narrate("No connections.")
        return ExitCode.DONE

    return run(chosen, work)


@click.command()
@tenant_options
@as_json
def waiting(chosen: Chosen, *, as_json: bool) -> ExitCode:
    """List the requests that wait for an answer, in every entity you may enter.

    Whether you may answer is for Zuora to say: nobody tells us your role.

    --json: as `connections`, all Pending and inbound.
    """

    async def work(session: Session) -> ExitCode:
        tenant = session.tenant
        read = await read_all(session)
        found: list[tuple[Connection, Snapshot]] = []
        codes: list[ExitCode] = []
        for id_, view in read.items():
            if isinstance(view, ZuoraError):
                narrate(f"entity-connections: {tenant.hierarchy.get(id_).title} is left out:")
                tell(view)
                codes.append(code_of(view))
                continue
            _print_warnings(view.warnings)
            found += (
                (one, view)
                for one in view.connections
                if one.status == PENDING and one.target_id == id_
            )
        if read and len(codes) == len(read):
            return worst(codes)  # nothing at all is known: not even an empty list
        if as_json:
            say_json([connection_json(one, view.hierarchy, view.acting_id) for one, view in found])
        elif found:
            say(_connections_table([one for one, _ in found], [view for _, view in found]))
        elif not codes:
            narrate(f"Nothing waits in the {len(read)} entities you may enter.")
        return worst(codes)

    return run(chosen, work)


def _connections_table(found: list[Connection], views: list[Snapshot]) -> str:
    return table(
        ("SOURCE", "", "TARGET", "STATUS", "ID"),
        [
            (
                view.hierarchy.get(one.source_id).title,
                "→",
                view.hierarchy.get(one.target_id).title,
                one.status,
                one.id,
            )
            for one, view in zip(found, views, strict=True)
        ],
    )


def _print_warnings(warnings: tuple[str, ...]) -> None:
    for one in dict.fromkeys(warnings):
        narrate(one)
