"""Finds the rows that the arguments of a command name, in newly read lists."""

import asyncio
from collections.abc import Iterable

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.tenant.session import TenantSession, find_exit_code, print_error
from entity_connections.domain.actions import Action, End
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.domain.text import clean
from entity_connections.services.snapshot import Snapshot


async def find_rows_to_request(
    session: TenantSession, source: str | None, targets: Iterable[str]
) -> list[Row]:
    """Return the outbound row of each target, once, in the order of the arguments.

    Raises:
        ZuoraError: Zuora could not be reached, or refused.
        CliError: an entity is not there, or cannot be acted in.
    """
    acting_id = await session.find_acting_id(source)
    snapshot = await session.tenant.read(acting_id)
    found: dict[str, Row] = {}
    for name in targets:
        entity = session.find_entity(name)
        row = snapshot.row(Direction.OUTBOUND, entity.id)
        if row is None:
            acting = snapshot.hierarchy.get(acting_id)
            row = Row(Direction.OUTBOUND, acting, entity, snapshot.hierarchy.parent(entity), None)
        found.setdefault(row.key, row)
    return list(found.values())


async def find_row_by_id(session: TenantSession, action: Action, connection_id: str) -> Row:
    """Return the row of a connection, as seen from the entity that carries out the action.

    That is the entity of the option, else an end in which the action is possible; the
    connection is looked for in every entity that the user may enter.

    Raises:
        ZuoraError: Zuora could not be reached, or refused.
        CliError: there is no such connection, or a newer one took its place.
    """
    if session.resolved.entity_given:
        acting_id = await session.find_acting_id()
        snapshot = await session.tenant.read(acting_id)
        record = _find_record(snapshot, connection_id)
        if record is None:
            where = snapshot.hierarchy.get(acting_id).title
            raise CliError(f"{where} has no connection {clean(connection_id)}.", ExitCode.USAGE)
        return _find_row(snapshot, record)
    lists = (await read_all_lists(session)).values()
    snapshots = [snapshot for snapshot in lists if isinstance(snapshot, Snapshot)]
    found = [
        (snapshot, record)
        for snapshot in snapshots
        if (record := _find_record(snapshot, connection_id))
    ]
    found.sort(key=lambda pair: pair[0].acting_id != _preferred_acting_id(action, pair[1]))
    if found:
        return _find_row(*found[0])
    for error in lists:
        if isinstance(error, ZuoraError):
            print_error(error)
            raise CliError("Not every entity could be looked into.", find_exit_code(error))
    raise CliError(
        f"None of the {len(snapshots)} entities you may enter has a connection"
        f" {clean(connection_id)}.",
        ExitCode.USAGE,
    )


async def find_row_by_ends(session: TenantSession, action: Action, source: str, target: str) -> Row:
    """Return the row of source -> target, as seen from the entity that carries out the action.

    Raises:
        ZuoraError: Zuora could not be reached, or refused.
        CliError: an entity is not there or cannot be entered, or nothing is between the two.
    """
    await session.read_entities()
    from_, to = session.find_entity(source), session.find_entity(target)
    end_entities = {End.SOURCE: from_, End.TARGET: to}
    ends = [end_entities[end] for end in action.acting_ends]
    if session.resolved.entity is not None and session.resolved.entity_given:
        named = session.find_entity(session.resolved.entity)
        if named not in (from_, to):
            raise click.UsageError(f"{named.title} is neither end of this connection.")
        ends = [named]
    accessible = [entity for entity in ends if session.tenant.can_act_in(entity.id)]
    acting = accessible[0] if accessible else session.check_accessible(ends[-1])
    snapshot = await session.tenant.read(acting.id)
    outbound = acting.id == from_.id
    row = snapshot.row(
        Direction.OUTBOUND if outbound else Direction.INBOUND, to.id if outbound else from_.id
    )
    if row is None or row.connection is None:
        raise CliError(f"{from_.title} → {to.title} is not connected.", ExitCode.REFUSED)
    return row


async def read_all_lists(session: TenantSession) -> dict[str, Snapshot | ZuoraError]:
    """Return the list of each entity that the user may enter, or why it could not be read.

    The adapter limits how many calls are sent at once.

    Raises:
        ZuoraError: not even the entities could be read.
    """
    await session.read_entities()
    tenant = session.tenant

    async def read(acting_id: str) -> Snapshot | ZuoraError:
        try:
            return await tenant.read(acting_id)
        except ZuoraError as error:
            return error

    ids = [entity.id for entity in tenant.hierarchy if tenant.can_act_in(entity.id)]
    return dict(zip(ids, await asyncio.gather(*map(read, ids)), strict=True))


def _find_record(snapshot: Snapshot, connection_id: str) -> Connection | None:
    wanted = connection_id.strip().lower()
    return next((record for record in snapshot.connections if record.id.lower() == wanted), None)


def _preferred_acting_id(action: Action, record: Connection) -> str:
    """Return the end of a connection in which an action is preferably carried out."""
    return record.source_id if action.acting_ends[0] is End.SOURCE else record.target_id


def _find_row(snapshot: Snapshot, record: Connection) -> Row:
    outbound = record.source_id == snapshot.acting_id
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    row = snapshot.row(direction, record.counterpart_id(snapshot.acting_id))
    if row is None or row.connection is None or row.connection.id != record.id:
        living = row.connection if row else None
        newer = f" The living one of the pair is {living.id} ({living.status})." if living else ""
        raise CliError(f"The connection {record.id} is {record.status}.{newer}", ExitCode.REFUSED)
    return row
