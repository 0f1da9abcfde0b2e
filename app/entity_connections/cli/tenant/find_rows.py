"""From what somebody typed to the rows of Zuora's newest lists that are meant by it."""

import asyncio
from collections.abc import Iterable

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.tenant.session import TenantSession, find_exit_code, print_error
from entity_connections.domain.actions import Action, End
from entity_connections.domain.connections import Connection, Direction, Row
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.text import clean
from entity_connections.services.snapshot import Snapshot


async def find_rows_to_request(
    session: TenantSession, source: str | None, targets: Iterable[str]
) -> list[Row]:
    """Return the outbound row of each target, once, in the order they were typed.

    Raises:
        ZuoraError: Zuora could not be asked, or refused.
        CliError: an entity is not there, or cannot be acted in.
    """
    acting_id = await session.find_acting_id(source)
    view = await session.tenant.read(acting_id)
    found: dict[str, Row] = {}
    for typed in targets:
        entity = session.find_entity(typed)
        row = view.row(Direction.OUTBOUND, entity.id)
        if row is None:
            acting = view.hierarchy.get(acting_id)
            row = Row(Direction.OUTBOUND, acting, entity, view.hierarchy.parent(entity), None)
        found.setdefault(row.key, row)
    return list(found.values())


async def find_row_by_id(session: TenantSession, action: Action, connection_id: str) -> Row:
    """Return the row of a connection, seen from where the action is carried out.

    That is the entity that was typed, or else the target for an answer and
    either end for a disconnection; looked for in every entity that may be entered.

    Raises:
        ZuoraError: Zuora could not be asked, or refused.
        CliError: there is no such connection, or a newer one took its place.
    """
    if session.resolved.entity_given:
        acting_id = await session.find_acting_id()
        view = await session.tenant.read(acting_id)
        record = _record(view, connection_id)
        if record is None:
            where = view.hierarchy.get(acting_id).title
            raise CliError(f"{where} has no connection {clean(connection_id)}.", ExitCode.USAGE)
        return _row(view, record)
    views = (await read_all_lists(session)).values()
    good = [view for view in views if isinstance(view, Snapshot)]
    seen = [(view, one) for view in good if (one := _record(view, connection_id))]
    seen.sort(key=lambda pair: pair[0].acting_id != _acting_id(action, pair[1]))
    if seen:
        return _row(*seen[0])
    for error in views:
        if isinstance(error, ZuoraError):
            print_error(error)
            raise CliError("Not every entity could be looked into.", find_exit_code(error))
    raise CliError(
        f"None of the {len(good)} entities you may enter has a connection {clean(connection_id)}.",
        ExitCode.USAGE,
    )


async def find_row_by_ends(session: TenantSession, action: Action, source: str, target: str) -> Row:
    """Return the row of source -> target, seen from where the action is carried out.

    Raises:
        ZuoraError: Zuora could not be asked, or refused.
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
    allowed = [one for one in ends if session.tenant.can_act_in(one.id)]
    acting = allowed[0] if allowed else session.check_accessible(ends[-1])
    view = await session.tenant.read(acting.id)
    outbound = acting.id == from_.id
    row = view.row(
        Direction.OUTBOUND if outbound else Direction.INBOUND, to.id if outbound else from_.id
    )
    if row is None or row.connection is None:
        raise CliError(f"{from_.title} → {to.title} is not connected.", ExitCode.REFUSED)
    return row


async def read_all_lists(session: TenantSession) -> dict[str, Snapshot | ZuoraError]:
    """Return what each entity that may be entered lists, or why it could not be read.

    The adapter lets only a few of the calls out at once.

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

    ids = [one.id for one in tenant.hierarchy if tenant.can_act_in(one.id)]
    return dict(zip(ids, await asyncio.gather(*map(read, ids)), strict=True))


def _record(view: Snapshot, connection_id: str) -> Connection | None:
    wanted = connection_id.strip().lower()
    return next((one for one in view.connections if one.id.lower() == wanted), None)


def _acting_id(action: Action, record: Connection) -> str:
    """Return the end of a connection in which an action is preferably carried out."""
    return record.source_id if action.acting_ends[0] is End.SOURCE else record.target_id


def _row(view: Snapshot, record: Connection) -> Row:
    outbound = record.source_id == view.acting_id
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    row = view.row(direction, record.counterpart_id(view.acting_id))
    if row is None or row.connection is None or row.connection.id != record.id:
        living = row.connection if row else None
        newer = f" The living one of the pair is {living.id} ({living.status})." if living else ""
        raise CliError(f"The connection {record.id} is {record.status}.{newer}", ExitCode.REFUSED)
    return row
