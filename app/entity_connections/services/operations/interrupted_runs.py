"""Runs that have ended before everything was done: what has no final outcome.

That is what they did not send, and what they sent with an unknown outcome. `recovery` looks that
up in the lists first; what it proves has left the run.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from entity_connections.domain.actions import CONNECT
from entity_connections.domain.connections import CONNECTED, PENDING
from entity_connections.domain.entities import Hierarchy
from entity_connections.services.operations.conflicts import find_change, find_done, find_doubt
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import (
    Cause,
    LeftOut,
    Plan,
    choose_lists,
    find_cause,
    plan_operations,
)
from entity_connections.services.operations.shared_lists import SharedLists
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.planned_runs import PlannedEntry
from entity_connections.services.tenant import Tenant

_WAITS = (Cause.IN_PROGRESS, Cause.UNREADABLE)
"""Why an operation stays in its run until it can be planned."""


class InterruptedRun(NamedTuple):
    """A run that ended before everything was done: it was stopped, or its program was.

    Attributes:
        at: when it was begun, by the clock of that machine: for people.
        operations: what has no final outcome, on the rows as they were then: PLANNED is what was
            never sent, or had no effect, and UNKNOWN what was sent.
    """

    id: str
    at: datetime
    operations: tuple[Operation, ...]

    @property
    def pairs(self) -> int:
        """On how many pairs something is left."""
        return len({operation.ends for operation in self.operations})


async def find_interrupted_runs(
    journal: Journal, tenant: Tenant, user: str
) -> list[InterruptedRun]:
    """Return a user's interrupted runs in this tenant, oldest first; a running program's is none.

    The lists are read: what they show as done has left its run, whoever did it.

    Raises:
        JournalError: the journal cannot be read, or not be written.
    """
    stored = await asyncio.to_thread(journal.read_runs)
    hierarchy = tenant.hierarchy
    runs = [
        InterruptedRun(
            run.id,
            run.entries[0].entry.at,
            tuple(_make_operation(planned, hierarchy) for planned in run.entries),
        )
        for run in stored
        if run.entries[0].entry.user == user
    ]
    operations = [operation for run in runs for operation in run.operations]
    lists = SharedLists(tenant, operations)
    await lists.read_missing(operations)
    left = []
    for run in runs:
        open_ = tuple(
            operation
            for operation in run.operations
            if operation.state is State.UNKNOWN
            or (snapshot := lists.get(operation)) is None
            or not find_done(operation, snapshot)
        )
        if len(open_) < len(run.operations):
            await asyncio.to_thread(journal.end_run, run.id, [o.key for o in open_])
        if open_:
            left.append(run._replace(operations=open_))
    return left


async def plan_interrupted_run(run: InterruptedRun, tenant: Tenant, journal: Journal) -> Plan:
    """Read the lists anew and plan what an interrupted run has not done.

    What has changed since is left out, and an accept whose request was refused. An operation that
    was sent is sent again where the list shows the state from before and `check_open_entries`
    allows it.

    Raises:
        ZuoraError: a list cannot be read.
        JournalError: the journal cannot be read.
    """
    list_ids = choose_lists(run.operations, tenant.can_act_in)
    ids = list(dict.fromkeys(list_ids.values()))
    lists = dict(zip(ids, await asyncio.gather(*map(tenant.read, ids)), strict=True))
    keys = {operation.key for operation in run.operations}
    connected_ends = {operation.ends for operation in run.operations if operation.follows}
    rows, left_out = [], []
    for operation in run.operations:
        snapshot = lists[list_ids[operation.ends]]
        row = snapshot.find_row(operation.row)
        if operation.follows in keys:
            continue  # planned with its request
        if doubt := find_doubt(operation, snapshot):
            left_out.append(LeftOut(row, doubt, Cause.UNREADABLE, "not all read"))
            continue
        if operation.ends in connected_ends and row.status in (PENDING, CONNECTED):
            reason = ""  # what is missing is planned
        elif operation.follows:  # the row has got its record since
            disabled = operation.action.disabled_reason(row)
            reason = disabled.reason if disabled else ""
        else:
            reason = find_change(operation, snapshot)
        if reason:
            left_out.append(LeftOut(row, reason, find_cause(operation.action, row), "changed"))
        else:
            rows.append(row)
    action = CONNECT if connected_ends else run.operations[0].action
    plan = await plan_operations(action, rows, tenant, journal)
    left_out += plan.left_out
    waiting_ends = {row.ends for row, _, cause, _ in left_out if cause in _WAITS}
    waiting = tuple(operation.key for operation in run.operations if operation.ends in waiting_ends)
    return plan._replace(left_out=tuple(left_out), resumes=run.id, waiting=waiting)


def _make_operation(planned: PlannedEntry, hierarchy: Hierarchy) -> Operation:
    operation = Operation.from_entry(planned.entry, hierarchy)
    operation = replace(operation, entry=None, key=planned.key, follows=planned.follows)
    if planned.sent:
        return operation.with_state(State.UNKNOWN, "It was sent, and its outcome is unknown.")
    return operation.with_state(State.PLANNED, "")
