"""Plans an action on rows: what is to be sent, what is left out and why, and the price in calls."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from entity_connections.domain.actions import Action, Write
from entity_connections.domain.connections import Ends
from entity_connections.domain.rows import Row
from entity_connections.services.operations.conflicts import (
    OperationInProgressError,
    check_open_entries,
)
from entity_connections.services.operations.operation import Operation
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant

MAX_ROUND = 100
"""How many operations are sent between two readings of their lists, at most."""

MANY = 10
"""From so many pairs on a person types their number, not only yes."""


class Cause(Enum):
    """Why a row is left out of a plan."""

    ALREADY_SO = "already so"
    """The row is as the action would make it."""
    DISABLED = "disabled"
    """The action is impossible."""
    UNREADABLE = "unreadable"
    """A list that is not whole cannot tell whether the action is possible."""
    IN_PROGRESS = "in progress"
    """An earlier operation on the pair may be under way."""
    CHANGED = "changed"
    """The row has changed since a person chose it."""


class LeftOut(NamedTuple):
    """A row on which a plan does nothing, and why: in a sentence, by kind, and in a few words."""

    row: Row
    reason: str
    cause: Cause
    brief: str


class Plan(NamedTuple):
    """What is to be done, before anybody is asked about it.

    Attributes:
        operations: what is to be sent, in this order.
        calls: how many calls it takes if nothing has to be repeated: writes, and lists, each of
            one page.
        resumes: id of the interrupted run whose place it takes; "" for none.
        waiting: keys of the operations of that run that cannot be planned yet, and stay in it.
    """

    action: Action
    operations: tuple[Operation, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    calls: int = 0
    resumes: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        """On how many pairs something is sent."""
        return len({operation.ends for operation in self.operations})

    @property
    def needs_count(self) -> bool:
        """Whether a person types the number of pairs before they are changed."""
        return self.pairs >= MANY or (self.action.irreversible and self.pairs > 1)


async def plan_operations(
    action: Action,
    rows: Iterable[Row],
    tenant: Tenant,
    journal: Journal,
    *,
    even_so: bool = False,
) -> Plan:
    """Plan an action on rows, as the person sees them; nothing is read from Zuora.

    Of several rows for one record the first counts. With `even_so` it is done on rows whose state
    a list that is not whole cannot tell, too.

    Raises:
        JournalError: the journal cannot be read.
    """
    entries = await asyncio.to_thread(journal.read_open)
    operations: dict[tuple[Write, Ends], Operation] = {}
    left_out = []
    for row in rows:
        if reason := _find_reason(action, row, even_so=even_so):
            left_out.append(reason)
            continue
        planned: list[Operation] = []
        try:
            for write, write_row in action.list_writes(row):
                operation = Operation.plan(write, write_row, even_so=even_so)
                lists = filter(None, map(tenant.cached, operation.ends))
                newest = max(lists, key=lambda snapshot: snapshot.asked, default=None)
                if planned:  # checked when its request is proven
                    operation = replace(operation, follows=planned[0].key)
                else:
                    operation = check_open_entries(operation, entries, newest, journal)
                planned.append(operation)
        except OperationInProgressError as error:
            left_out.append(LeftOut(row, str(error), Cause.IN_PROGRESS, "in progress"))
            continue
        for operation in planned:
            operations.setdefault((operation.action, operation.ends), operation)
    # The requests of all pairs go before the accepts that follow them.
    ordered = sorted(operations.values(), key=lambda operation: bool(operation.follows))
    calls = _count_calls(ordered, choose_lists(ordered, tenant.can_act_in))
    return Plan(action, tuple(ordered), tuple(left_out), calls)


def _find_reason(action: Action, row: Row, *, even_so: bool) -> LeftOut | None:
    """Return why an action is not planned on a row, or None where it is."""
    first_write, _ = action.list_writes(row)[0]
    if row.uncertain and not first_write.idempotent:  # its record may be among the missing
        disabled = action.disabled_reason(row)
        reason = disabled.reason if disabled else row.missing
        return LeftOut(row, reason, Cause.UNREADABLE, "not all read")
    if disabled := action.disabled_reason(row._replace(missing="")):
        return LeftOut(row, disabled.reason, find_cause(action, row), disabled.brief)
    if not even_so and (disabled := action.disabled_reason(row)):
        return LeftOut(row, disabled.reason, Cause.UNREADABLE, "not all read")
    return None


def find_cause(action: Action, row: Row) -> Cause:
    """Return why an action is disabled on a row whose state is known."""
    last_write, _ = action.list_writes(row)[-1]
    is_so = last_write.is_applied(row.status, new_record=False, complete=False)
    return Cause.ALREADY_SO if is_so else Cause.DISABLED


def choose_lists(
    operations: Iterable[Operation], can_act_in: Callable[[str], bool]
) -> dict[Ends, str]:
    """Return for each pair the entity whose list is read: few entities show all of them.

    The list of either end shows a record (contract D2), if the user can act in it.
    """
    acting = {operation.ends: operation.acting_id for operation in reversed(list(operations))}
    candidates = {
        ends: [id_, *(end for end in ends if end != id_ and can_act_in(end))]
        for ends, id_ in acting.items()
    }
    uses = Counter(id_ for ids in candidates.values() for id_ in ids)
    lists: dict[Ends, str] = {}
    chosen: set[str] = set()
    for ends in sorted(candidates, key=lambda ends: -max(map(uses.__getitem__, candidates[ends]))):
        ids = candidates[ends]
        lists[ends] = next((id_ for id_ in ids if id_ in chosen), max(ids, key=uses.__getitem__))
        chosen.add(lists[ends])
    return lists


def _count_calls(operations: Sequence[Operation], lists: Mapping[Ends, str]) -> int:
    """Return how many calls the executor needs for operations.

    A list that was read after a round serves before the next.
    """
    calls, newest = len(operations), set[str]()
    for phase in (False, True):
        waiting = [operation for operation in operations if bool(operation.follows) is phase]
        for start in range(0, len(waiting), MAX_ROUND):
            ids = {lists[operation.ends] for operation in waiting[start : start + MAX_ROUND]}
            calls += len(ids - newest) + len(ids)
            newest = ids
    return calls
