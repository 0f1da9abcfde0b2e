"""The requests of all entities that wait for an answer, as far as the lists read so far tell."""

from collections.abc import Sequence
from typing import NamedTuple

from entity_connections.domain.connections import KNOWN_STATUSES, PENDING, Direction
from entity_connections.domain.rows import Row, group_by_pair, make_row
from entity_connections.services.all_lists import list_readable_ids
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import STANDARD_USER, UserSession


class Waiting(NamedTuple):
    """The requests that wait for an answer, in the order of their targets in the tree.

    A row is inbound, with the target as acting entity, unless the user may not enter the target.

    Attributes:
        for_me: rows that the user may answer, as far as is known: Zuora tells no roles.
        for_others: rows that only others may answer.
        undecided: rows with a status that nobody knows: they may wait, too.
        unread_ids: ids of the entities whose lists the user may read, but of which there is no
            whole one: more requests may wait there.
    """

    for_me: Sequence[Row] = ()
    for_others: Sequence[Row] = ()
    undecided: Sequence[Row] = ()
    unread_ids: Sequence[str] = ()


def find_waiting(session: UserSession) -> Waiting:
    """Return the requests that wait, by the newest list of either end; nothing is read."""
    tenant = session.tenant
    for_me: list[Row] = []
    for_others: list[Row] = []
    undecided: list[Row] = []
    for row in _make_undecided_rows(tenant):
        if row.status != PENDING:
            undecided.append(row)
        elif find_answer_obstacle(row, session):
            for_others.append(row)
        else:
            for_me.append(row)
    snapshots = ((id_, tenant.cached(id_)) for id_ in list_readable_ids(tenant))
    unread = [id_ for id_, snapshot in snapshots if snapshot is None or not snapshot.complete]
    return Waiting(for_me, for_others, undecided, unread)


def find_answer_obstacle(row: Row, session: UserSession) -> str:
    """Return why the user may not answer a request, in a sentence, or ""."""
    reason = row.target.no_access_reason
    if not reason and session.role(row.target.id) == STANDARD_USER:
        title = row.target.title
        return f"An administrator of {title} must answer; you are a {STANDARD_USER} there."
    return reason


def _make_undecided_rows(tenant: Tenant) -> list[Row]:
    """Return a row for each pair with a request, or with a status that nobody knows."""
    decided = KNOWN_STATUSES - {PENDING}
    records = group_by_pair(tenant.newest_connections())
    rows = []
    undecided = {ends for ends in records if any(r.status not in decided for r in records[ends])}
    for source_id, target_id in undecided:
        if tenant.can_act_in(target_id):
            direction, acting_id, key = Direction.INBOUND, target_id, source_id
        else:
            direction, acting_id, key = Direction.OUTBOUND, source_id, target_id
        rows.append(make_row(direction, acting_id, tenant.hierarchy, records, key))
    order = tenant.hierarchy.sort_index
    rows.sort(key=lambda row: (order(row.target.id), order(row.source.id), row.pair))
    return [row for row in rows if row.status not in decided]
