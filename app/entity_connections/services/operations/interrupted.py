"""Runs that a program has begun and that its end has interrupted: what they did not send.

What they did send is in the journal, and `recovery` looks it up.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from entity_connections.domain.actions import CONNECT
from entity_connections.domain.entities import Hierarchy
from entity_connections.services.operations.conflicts import find_change
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import (
    LeftOut,
    Plan,
    choose_lists,
    find_cause,
    plan_operations,
)
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.planned_runs import PlannedEntry, remove_run
from entity_connections.services.tenant import Tenant


class InterruptedRun(NamedTuple):
    """A run whose program has ended before it had sent everything.

    Attributes:
        id: its id.
        at: when it was begun, by the clock of that machine: for people.
        operations: what was not sent, on the rows as they were then.
    """

    id: str
    at: datetime
    operations: tuple[Operation, ...]


async def find_interrupted_runs(journal: Journal, hierarchy: Hierarchy) -> list[InterruptedRun]:
    """Return the interrupted runs in this tenant, oldest first; a running program's is none.

    Args:
        journal: where the runs are recorded.
        hierarchy: the entities as they are called now.

    Raises:
        JournalError: the journal cannot be read.
    """
    return [
        InterruptedRun(
            run.id,
            run.entries[0].entry.at,
            tuple(_make_operation(planned, hierarchy) for planned in run.entries),
        )
        for run in await asyncio.to_thread(journal.read_runs)
    ]


async def plan_interrupted_run(run: InterruptedRun, tenant: Tenant, journal: Journal) -> Plan:
    """Read the lists anew and plan what an interrupted run did not send.

    What has changed since is left out, and an accept whose request has not come about. Give the
    id of the run to `Executor.run`, which then takes its place.

    Raises:
        ZuoraError: a list cannot be read.
        JournalError: the journal cannot be read.
    """
    list_ids = choose_lists(run.operations, tenant.can_act_in)
    ids = list(dict.fromkeys(list_ids.values()))
    lists = dict(zip(ids, await asyncio.gather(*map(tenant.read, ids)), strict=True))
    keys = {operation.key for operation in run.operations}
    rows, left_out = [], []
    for operation in run.operations:
        snapshot = lists[list_ids[operation.ends]]
        row = snapshot.find_row(operation.row)
        if operation.follows in keys:
            continue  # planned with its request
        if operation.follows:  # the row has got its record since
            disabled = operation.action.disabled_reason(row, snapshot.accessible_ids)
            reason = disabled.reason if disabled else ""
        else:
            reason = find_change(operation, snapshot)
        if reason:
            left_out.append(LeftOut(row, reason, find_cause(operation.action, row)))
        else:
            rows.append(row)
    action = CONNECT if _connects(run.operations) else run.operations[0].action
    plan = await plan_operations(action, rows, tenant, journal)
    return plan._replace(left_out=(*left_out, *plan.left_out))


async def forget_interrupted_run(run: InterruptedRun, journal: Journal) -> None:
    """Remove an interrupted run from the journal.

    Raises:
        JournalError: the journal cannot be written.
    """

    def remove() -> None:
        with journal.write() as writer:
            remove_run(writer.connection, run.id)

    await asyncio.to_thread(remove)


def _connects(operations: Iterable[Operation]) -> bool:
    return any(operation.follows for operation in operations)


def _make_operation(planned: PlannedEntry, hierarchy: Hierarchy) -> Operation:
    operation = Operation.from_entry(planned.entry, hierarchy)
    return replace(
        operation, entry=None, state=State.PLANNED, key=planned.key, follows=planned.follows
    )
