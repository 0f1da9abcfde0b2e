"""Finds the rows that the arguments of a command name, in newly read lists.

Every function raises ZuoraError where Zuora cannot be reached or refuses, and CliError where
an entity is not there or cannot be entered. What concerns one of several items only is returned
as its failure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.tenant.all_lists import read_all_lists
from entity_connections.cli.tenant.session import TenantSession, find_exit_code
from entity_connections.domain.actions import Write
from entity_connections.domain.connections import Connection, Direction, Ends
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row, group_by_pair, make_row
from entity_connections.domain.text import clean
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.shared_lists import SharedLists
from entity_connections.services.snapshot import Snapshot


class Failure(NamedTuple):
    """An item on which nothing can be planned.

    Attributes:
        given: what was named: an id, an entity or a pair.
        result: a word or two for JSON.
        sentence: why.
        error: what Zuora said, if it was asked in vain.
    """

    given: str
    result: str
    sentence: str
    code: ExitCode
    error: ZuoraError | None = None


class FoundRows(NamedTuple):
    """The rows that a command is to act on.

    Attributes:
        rows: the rows, each pair once.
        failures: the items without a row.
        by_filter: whether a filter has taken them, and nobody has named them.
    """

    rows: Sequence[Row]
    failures: Sequence[Failure] = ()
    by_filter: bool = False


class RowFilter(NamedTuple):
    """Which pairs are taken, where none is named.

    Attributes:
        under: name of the entity under which the target is; None for anywhere.
        statuses: their states, as shown; empty for any.
    """

    under: str | None
    statuses: frozenset[str]


async def find_rows_to_request(
    session: TenantSession, source: str | None, targets: Iterable[str], row_filter: RowFilter | None
) -> FoundRows:
    """Return the outbound rows of a source: of the targets, or those that a filter takes."""
    acting_id = await session.find_acting_id(source, unique=True)
    hierarchy = session.tenant.hierarchy
    target_ids = dict.fromkeys(session.find_entity(target, unique=True).id for target in targets)
    if row_filter is None:
        snapshot = await session.tenant.read(acting_id)
        return FoundRows([snapshot.make_row(Direction.OUTBOUND, id_) for id_ in target_ids])
    under_id, statuses = _find_id(session, row_filter.under), row_filter.statuses
    snapshot = await session.tenant.read(acting_id)
    rows = [
        row
        for row in snapshot.rows(Direction.OUTBOUND)
        if (under_id is None or hierarchy.is_below(row.key, under_id))
        and (not statuses or row.uncertain or row.state in statuses)
    ]
    return FoundRows(rows, _list_unread(session, {}), by_filter=True)


async def find_row_by_ends(
    session: TenantSession, action: Write, source: str, target: str
) -> FoundRows:
    """Return the row of source -> target, as seen from the entity that carries out the action."""
    await session.read_entities()
    source_id, target_id = (session.find_entity(end, unique=True).id for end in (source, target))
    acting_id = _choose_acting_id(session, action, (source_id, target_id))
    session.check_accessible(session.tenant.hierarchy.get(acting_id))
    row = _make_row(session, Connection("", source_id, target_id, ""), acting_id)
    return await _read_rows(session, action, {row.pair: row})


async def find_rows_by_id(session: TenantSession, action: Write, ids: Iterable[str]) -> FoundRows:
    """Return the rows of connections, as seen from the entities that carry out the action.

    The ids are looked for in the entity of the option. Without it the cache tells the ends of
    each, and a list that is read now its state; for those that the cache does not hold, one list
    after the other is read until they are found.
    """
    lists: dict[str, Snapshot | ZuoraError] = {}
    if session.options.entity is not None:
        acting_id = await session.find_acting_id(unique=True)
        lists = {acting_id: await session.tenant.read(acting_id)}
        known = _index_records(lists.values())
    else:
        await session.read_entities()
        cached = session.tenant.cache.load() if session.tenant.cache else None
        ends = cached.ends if cached else {}
        known = {id_.lower(): Connection(id_, *ends[id_], status="") for id_ in ends}
        missing = {id_.lower() for id_ in ids} - known.keys()

        def find_missing(snapshot: Snapshot) -> bool:
            records = _index_records([snapshot])
            known.update(records)
            missing.difference_update(records)
            return not missing

        if missing:
            lists = await read_all_lists(session, find_missing)
    rows, failures = {}, []
    for id_ in ids:
        record = known.get(id_.lower())
        if record is None:
            failures.append(_describe_unknown(session, id_, lists))
            continue
        acting_id = _choose_acting_id(session, action, record.ends)
        row = _make_row(session, record, acting_id)
        if reason := row.acting.no_access_reason:
            failures.append(Failure(record.id, "disabled", reason, ExitCode.NO_ACCESS))
        else:
            rows[record.id] = row
    read = await _read_rows(session, action, rows)
    return FoundRows(read.rows, (*failures, *read.failures))


async def find_rows_by_filter(
    session: TenantSession,
    action: Write,
    source: str | None,
    target: str | None,
    row_filter: RowFilter,
) -> FoundRows:
    """Return the rows of the connections that a filter takes.

    One list is enough where an entity is given that the user may enter: as an option, as the
    source or as the target. Else it is every list.
    """
    await session.read_entities()
    tenant = session.tenant
    names = (source, target, session.options.entity, row_filter.under)
    source_id, target_id, entity_id, under_id = (_find_id(session, name) for name in names)
    if entity_id is not None:
        session.check_accessible(tenant.hierarchy.get(entity_id))
    given = [id_ for id_ in (entity_id, source_id, target_id) if id_ and tenant.can_act_in(id_)]
    if given:
        lists: dict[str, Snapshot | ZuoraError] = {given[0]: await tenant.read(given[0])}
    else:
        lists = await read_all_lists(session)

    def takes(record: Connection) -> bool:
        return (
            record.status in row_filter.statuses
            and source_id in (None, record.source_id)
            and target_id in (None, record.target_id)
            and (under_id is None or tenant.hierarchy.is_below(record.target_id, under_id))
            and (entity_id is None or entity_id in _list_acting_ids(action, record.ends))
        )

    rows: dict[Ends, Row] = {}  # both ends list a connection
    for snapshot in [result for result in lists.values() if isinstance(result, Snapshot)]:
        for record in snapshot.connections:
            if takes(record) and record.ends not in rows:
                acting_id = _choose_acting_id(session, action, record.ends)
                row = snapshot.find_row(_make_row(session, record, acting_id))
                if row.connection == record:  # another one of the pair may be the living one
                    rows[record.ends] = row
    failures = _list_unread(session, lists)
    enterable = []
    for row in rows.values():
        if reason := row.acting.no_access_reason:
            failures.append(Failure(row.pair, "disabled", reason, ExitCode.DONE))
        else:
            enterable.append(row)
    return FoundRows(enterable, failures, by_filter=True)


def _find_id(session: TenantSession, name: str | None) -> str | None:
    return None if name is None else session.find_entity(name, unique=True).id


def _list_missing(session: TenantSession, lists: Mapping[str, Snapshot | ZuoraError]) -> list[str]:
    """Return what keeps the entities, and the lists that could be read, from being whole."""
    hierarchy = session.tenant.hierarchy
    return [hierarchy.missing] * bool(hierarchy.missing) + [
        f"{hierarchy.get(entity_id).title}: {snapshot.missing}"
        for entity_id, snapshot in lists.items()
        if isinstance(snapshot, Snapshot) and not snapshot.complete
    ]


async def _read_rows(session: TenantSession, action: Write, rows: Mapping[str, Row]) -> FoundRows:
    """Return rows, by what was given for each, as newly read lists show them.

    Few lists show all of them. A row holds the record that is meant, if one is.
    """
    planned = [Operation.plan(action, row) for row in rows.values()]
    lists = SharedLists(session.tenant, planned, session.tenant.snapshots())
    errors = await lists.read_missing(planned)
    current, failures = [], []
    for (given, wanted), operation, error in zip(rows.items(), planned, errors, strict=True):
        snapshot = lists.get(operation)
        if snapshot is None:
            assert error is not None  # noqa: S101 - why there is no list
            failures.append(_describe_unreadable(given, error))
            continue
        row = snapshot.find_row(wanted)
        if wanted.connection_id and row.connection_id not in ("", wanted.connection_id):
            failures.append(_describe_newer(wanted, row))
        else:
            current.append(row)
    return FoundRows(current, failures)


def _choose_acting_id(session: TenantSession, action: Write, ends: Ends) -> str:
    """Return the end in which an action is carried out: that of the option, if given."""
    if session.options.entity is not None:
        entity = session.find_entity(session.options.entity, unique=True)
        if entity.id not in ends:
            raise click.UsageError(f"{entity.title} is neither end of this connection.")
        return entity.id
    ids = _list_acting_ids(action, ends)
    return next(filter(session.tenant.can_act_in, ids), ids[-1])


def _list_acting_ids(action: Write, ends: Ends) -> list[str]:
    return [
        ends[0] if direction is Direction.OUTBOUND else ends[1] for direction in action.directions
    ]


def _make_row(session: TenantSession, record: Connection, acting_id: str) -> Row:
    """Return the row of a record, as an end of it sees it; a record without an id is none."""
    records = group_by_pair([record] if record.id else [])
    direction, key = record.direction(acting_id), record.counterpart_id(acting_id)
    return make_row(direction, acting_id, session.tenant.hierarchy, records, key)


def _index_records(lists: Iterable[Snapshot | ZuoraError]) -> dict[str, Connection]:
    """Return the records of lists by their ids in lower case."""
    return {
        record.id.lower(): record
        for snapshot in lists
        if isinstance(snapshot, Snapshot)
        for record in snapshot.connections
    }


def _describe_unknown(
    session: TenantSession, id_: str, lists: Mapping[str, Snapshot | ZuoraError]
) -> Failure:
    """Return that an id is in none of the lists, as far as they could be read."""
    id_ = clean(id_)
    where = f"the {len(lists)} entities you have access to"
    if session.options.entity is not None:
        where = session.tenant.hierarchy.get(next(iter(lists))).title
    for error in lists.values():
        if isinstance(error, ZuoraError):
            sentence = f"It is not known whether {id_} is a connection: {error.sentence}"
            return Failure(id_, "unreadable", sentence, find_exit_code(error), error)
    if missing := _list_missing(session, lists):
        sentence = f"It is not known whether {id_} is a connection of {where}."
        sentence += f" {' '.join(missing)}"
        return Failure(id_, "unreadable", sentence, ExitCode.NO_ACCESS)
    sentence = f"{id_} is no connection of {where}."
    return Failure(id_, "not found", sentence, ExitCode.REFUSED)


def _describe_newer(wanted: Row, row: Row) -> Failure:
    """Return that another record than the one that was named is the living one of its pair."""
    id_ = wanted.connection_id
    status = next((record.status for record in row.records if record.id == id_), "gone")
    sentence = (
        f"The connection {id_} is {status}. The living one of the pair is {row.connection_id}"
        f" ({row.status})."
    )
    return Failure(id_, "overtaken", sentence, ExitCode.REFUSED)


def _list_unread(
    session: TenantSession, lists: Mapping[str, Snapshot | ZuoraError]
) -> list[Failure]:
    """Return what a filter could not look through: rows may be missing there."""
    hierarchy = session.tenant.hierarchy
    failures = [
        _describe_unreadable(hierarchy.get(id_).title, error)
        for id_, error in lists.items()
        if isinstance(error, ZuoraError)
    ]
    return failures + [
        Failure("", "unreadable", sentence, ExitCode.NO_ACCESS)
        for sentence in _list_missing(session, lists)
    ]


def _describe_unreadable(given: str, error: ZuoraError) -> Failure:
    return Failure(given, "unreadable", error.sentence, find_exit_code(error), error)
