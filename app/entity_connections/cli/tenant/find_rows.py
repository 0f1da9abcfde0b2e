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
from entity_connections.domain.connections import (
    KNOWN_STATUSES,
    Connection,
    Direction,
    Ends,
    describe_unknown_statuses,
)
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row, make_row, name_status
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
    """The rows that a command is to act on, each pair once, and the items without a row.

    `by_filter` says that a filter has taken them, and nobody has named them.
    """

    rows: Sequence[Row]
    failures: Sequence[Failure] = ()
    by_filter: bool = False


class RowFilter(NamedTuple):
    """Which pairs are taken, where none is named.

    `under` names the entity below which the target is; None and no statuses take any.
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
        if under_id is None or hierarchy.is_below(row.key, under_id)
    ]
    failures = _list_unread(session, {})
    if statuses:
        failures += _list_unknown_statuses(rows)
        rows = [row for row in rows if row.uncertain or row.state in statuses]
    return FoundRows(rows, failures, by_filter=True)


async def find_row_by_ends(
    session: TenantSession, action: Write, source: str, target: str
) -> FoundRows:
    """Return the row of source -> target, as seen from the entity that carries out the action."""
    await session.read_entities()
    source_id, target_id = (session.find_entity(end, unique=True).id for end in (source, target))
    row = _make_empty_row(session, action, (source_id, target_id))
    acting_id = session.check_accessible(row.acting).id
    return FoundRows([(await session.tenant.read(acting_id)).find_row(row)])


async def find_rows_by_id(session: TenantSession, action: Write, ids: Sequence[str]) -> FoundRows:
    """Return the rows of connections, as seen from the entities that carry out the action."""
    ends, lists = await _find_ends(session, ids)
    wanted, failures = {}, []
    for id_ in ids:
        if (pair := ends.get(id_.lower())) is None:
            failures.append(_describe_unknown(session, id_, lists))
            continue
        row = _make_empty_row(session, action, pair)
        if reason := row.acting.no_access_reason:
            failures.append(Failure(id_, "disabled", reason, ExitCode.NO_ACCESS))
        else:
            wanted[id_] = Operation.plan(action, row)
    shared = SharedLists(session.tenant, wanted.values(), session.tenant.snapshots())
    errors = await shared.read_missing([*wanted.values()])
    rows = []
    for (id_, operation), error in zip(wanted.items(), errors, strict=True):
        if (snapshot := shared.get(operation)) is None:
            assert error is not None  # noqa: S101 - why there is no list
            failures.append(_describe_unreadable(id_, error))
            continue
        row = snapshot.find_row(operation.row)
        if row.connection_id.lower() in ("", id_.lower()):
            rows.append(row)
        else:  # another record is the living one of the pair
            statuses = {record.id.lower(): name_status(record.status) for record in row.records}
            sentence = (
                f"The connection {id_} is {statuses.get(id_.lower(), 'gone')}. The living one of"
                f" the pair is {row.connection_id} ({row.status})."
            )
            failures.append(Failure(id_, "overtaken", sentence, ExitCode.REFUSED))
    return FoundRows(rows, failures)


async def _find_ends(
    session: TenantSession, ids: Iterable[str]
) -> tuple[dict[str, Ends], dict[str, Snapshot | ZuoraError]]:
    """Return the ends of connections by id in lower case, and the lists that were read for it.

    The ids are looked for in the entity of the option. Without it the cache tells the ends; for
    those that it does not hold, one list after the other is read until they are found.
    """
    tenant = session.tenant
    lists: dict[str, Snapshot | ZuoraError] = {}
    ends = {}
    if session.options.entity is not None:
        acting_id = await session.find_acting_id(unique=True)
        lists = {acting_id: await tenant.read(acting_id)}
    else:
        await session.read_entities()
        if cached := tenant.cache and tenant.cache.load():
            ends = {id_.lower(): pair for id_, pair in cached.ends.items()}
        missing = {id_.lower() for id_ in ids} - ends.keys()

        def find_missing(snapshot: Snapshot) -> bool:
            missing.difference_update(record.id.lower() for record in snapshot.connections)
            return not missing

        if missing:
            lists = await read_all_lists(session, find_missing)
    return ends | {record.id.lower(): record.ends for record in tenant.newest_connections()}, lists


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

    def may_take(record: Connection) -> bool:
        return (
            (record.status in row_filter.statuses or record.status not in KNOWN_STATUSES)
            and source_id in (None, record.source_id)
            and target_id in (None, record.target_id)
            and (under_id is None or tenant.hierarchy.is_below(record.target_id, under_id))
            and (entity_id is None or entity_id in _list_acting_ids(action, record.ends))
        )

    rows: dict[Ends, Row] = {}  # both ends list a connection
    for snapshot in [result for result in lists.values() if isinstance(result, Snapshot)]:
        for record in snapshot.connections:
            if may_take(record) and record.ends not in rows:
                row = snapshot.find_row(_make_empty_row(session, action, record.ends))
                if row.connection == record:  # another one of the pair may be the living one
                    rows[record.ends] = row
    failures = _list_unread(session, lists)
    enterable = []
    for row in rows.values():
        if reason := row.acting.no_access_reason:
            failures.append(Failure(row.pair, "disabled", reason, ExitCode.DONE))
        else:
            enterable.append(row)
    failures += _list_unknown_statuses(enterable)
    taken = [row for row in enterable if row.status in row_filter.statuses]
    return FoundRows(taken, failures, by_filter=True)


def _find_id(session: TenantSession, name: str | None) -> str | None:
    return None if name is None else session.find_entity(name, unique=True).id


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


def _make_empty_row(session: TenantSession, action: Write, ends: Ends) -> Row:
    """Return the row of a pair without records, as the end that carries out the action sees it."""
    source_id, target_id = ends
    acting_id = _choose_acting_id(session, action, ends)
    direction, key = Direction.OUTBOUND, target_id
    if acting_id == target_id:
        direction, key = Direction.INBOUND, source_id
    return make_row(direction, acting_id, session.tenant.hierarchy, {}, key)


def _describe_unknown(
    session: TenantSession, id_: str, lists: Mapping[str, Snapshot | ZuoraError]
) -> Failure:
    """Return that an id is in none of the lists, as far as they could be read."""
    id_ = clean(id_)
    where = f"the {len(lists)} entities you have access to"
    if session.options.entity is not None:
        where = session.tenant.hierarchy.get(next(iter(lists))).title
    if unread := _list_unread(session, lists):
        why = " ".join(dict.fromkeys(failure.sentence for failure in unread))
        sentence = f"It is not known whether {id_} is a connection of {where}. {why}"
        return unread[0]._replace(given=id_, sentence=sentence)
    sentence = f"{id_} is no connection of {where}."
    return Failure(id_, "not found", sentence, ExitCode.REFUSED)


def _list_unread(
    session: TenantSession, lists: Mapping[str, Snapshot | ZuoraError]
) -> list[Failure]:
    """Return what a filter could not look through: rows may be missing there."""
    hierarchy = session.tenant.hierarchy
    failures = []
    missing = [hierarchy.missing] if hierarchy.missing else []
    for id_, result in lists.items():
        title = hierarchy.get(id_).title
        if isinstance(result, ZuoraError):
            failures.append(_describe_unreadable(title, result))
        elif result.missing:
            missing.append(f"{title}: {result.missing}")
    return failures + [
        Failure("", "unreadable", sentence, ExitCode.NO_ACCESS) for sentence in missing
    ]


def _list_unknown_statuses(rows: Iterable[Row]) -> list[Failure]:
    """Return what a filter by status cannot decide about."""
    sentence = describe_unknown_statuses(row.status for row in rows if row.status is not None)
    return [Failure("", "unreadable", sentence, ExitCode.NO_ACCESS)] if sentence else []


def _describe_unreadable(given: str, error: ZuoraError) -> Failure:
    return Failure(given, "unreadable", error.sentence, find_exit_code(error), error)
