"""Finds the rows that the arguments of a command name, in newly read lists.

Every function raises ZuoraError where Zuora cannot be reached or refuses.
"""

from collections.abc import Iterable, Mapping

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.tenant.session import TenantSession, find_exit_code, print_error
from entity_connections.domain.actions import End, Write
from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.domain.text import clean
from entity_connections.services.all_lists import list_readable_ids, read_lists
from entity_connections.services.snapshot import Snapshot


async def find_rows_to_request(
    session: TenantSession, source: str | None, targets: Iterable[str]
) -> list[Row]:
    """Return the outbound row of each target, once, in the order of the arguments.

    Raises:
        CliError: an entity is not there, or cannot be acted in.
    """
    snapshot = await session.tenant.read(await session.find_acting_id(source, unique=True))
    target_ids = dict.fromkeys(session.find_entity(target, unique=True).id for target in targets)
    return [snapshot.make_row(Direction.OUTBOUND, target_id) for target_id in target_ids]


async def find_row_by_id(session: TenantSession, action: Write, connection_id: str) -> Row:
    """Return the row of a connection, as seen from the entity that carries out the action.

    The connection is looked for in the entity of the option, else in every entity that the
    user may enter.

    Raises:
        CliError: there is no such connection, or a newer one took its place.
    """
    lists: dict[str, Snapshot | ZuoraError]
    if session.options.entity is not None:
        acting_id = await session.find_acting_id(unique=True)
        lists = {acting_id: await session.tenant.read(acting_id)}
        where = session.tenant.hierarchy.get(acting_id).title
    else:
        lists = await read_all_lists(session)
        where = f"the {len(lists)} entities you may enter"
    records = [
        record
        for snapshot in lists.values()
        if isinstance(snapshot, Snapshot)
        for record in snapshot.connections
        if record.id.lower() == connection_id.strip().lower()
    ]
    if not records:
        for error in lists.values():
            if isinstance(error, ZuoraError):
                print_error(error)
                raise CliError("Not every entity could be looked into.", find_exit_code(error))
        if missing := list_missing(session, lists):
            sentence = f"It cannot be told whether {clean(connection_id)} is a connection"
            raise CliError(f"{sentence} of {where}. {' '.join(missing)}", ExitCode.NO_ACCESS)
        raise CliError(f"{clean(connection_id)} is no connection of {where}.", ExitCode.USAGE)
    record = records[0]
    row = await _read_row(session, action, record.source_id, record.target_id)
    if row.connection_id != record.id:
        newer = f" The living one of the pair is {row.connection_id} ({row.status})."
        raise CliError(f"The connection {record.id} is {record.status}.{newer}", ExitCode.REFUSED)
    return row


async def find_row_by_ends(session: TenantSession, action: Write, source: str, target: str) -> Row:
    """Return the row of source -> target, as seen from the entity that carries out the action.

    Raises:
        CliError: an entity is not there or cannot be entered, or nothing is between the two.
    """
    await session.read_entities()
    source_id, target_id = (session.find_entity(end, unique=True).id for end in (source, target))
    return await _read_row(session, action, source_id, target_id)


async def _read_row(session: TenantSession, action: Write, source_id: str, target_id: str) -> Row:
    """Read the list of an end in which the action is possible: of the option's, if given."""
    ends = [source_id if end is End.SOURCE else target_id for end in action.acting_ends]
    if session.options.entity is not None:
        entity = session.find_entity(session.options.entity, unique=True)
        if entity.id not in (source_id, target_id):
            raise click.UsageError(f"{entity.title} is neither end of this connection.")
        ends = [entity.id]
    acting_id = next(filter(session.tenant.can_act_in, ends), ends[-1])
    session.check_accessible(session.tenant.hierarchy.get(acting_id))
    snapshot = await session.tenant.read(acting_id)
    if acting_id == source_id:
        row = snapshot.make_row(Direction.OUTBOUND, target_id)
    else:
        row = snapshot.make_row(Direction.INBOUND, source_id)
    if row.uncertain:
        disabled = action.disabled_reason(row, session.tenant.accessible_ids)
        reason = disabled.reason if disabled else row.missing
        raise CliError(f"{reason} Nothing was sent.", ExitCode.NO_ACCESS)
    if row.connection is None:
        raise CliError(f"{row.pair} is not connected.", ExitCode.REFUSED)
    return row


async def read_all_lists(session: TenantSession) -> dict[str, Snapshot | ZuoraError]:
    """Return the list of each entity that the user may enter, or why it could not be read."""
    await session.read_entities()
    tenant = session.tenant
    return await read_lists(list_readable_ids(tenant), tenant, session.user_session.request_log)


def list_missing(session: TenantSession, lists: Mapping[str, Snapshot | ZuoraError]) -> list[str]:
    """Return what keeps the entities, and the lists that could be read, from being whole."""
    hierarchy = session.tenant.hierarchy
    return [hierarchy.missing] * bool(hierarchy.missing) + [
        f"{hierarchy.get(entity_id).title}: {snapshot.missing}"
        for entity_id, snapshot in lists.items()
        if isinstance(snapshot, Snapshot) and not snapshot.complete
    ]
