"""Recovers operations without a known outcome, of this program and of earlier ones.

A program may be killed, or its network lost, after the intent is recorded. Nothing is sent
again: the lists are read, and what they prove is recorded. Where they prove nothing, the time
by Zuora's clock and by the monotonic clock is recorded, from which it counts that the program
has ended. The monotonic clock, which nobody can set, decides about a write of this machine; after
a restart it shows less time than has passed, which only delays the outcome. Zuora's clock decides
about a write of another machine.
"""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.doubtful_lists import SECOND_LOOK_DELAY
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import find_outcome
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant

_CLOCK_DIFFERENCE = timedelta(seconds=5)
"""By how much the clocks of Zuora's servers may differ; `Date` leaves out parts of a second."""


async def recover_operations(
    tenant: Tenant,
    journal: Journal,
    skip_ids: AbstractSet[str] = frozenset(),
    *,
    second_look_delay: float = SECOND_LOOK_DELAY,
) -> list[Operation]:
    """Look up every operation in this tenant whose outcome is unknown; record what is proven.

    What a program that still runs is sending is left to that program.

    Return them all; those that are still UNKNOWN carry the error where their list could not be
    read. The journal entries in `skip_ids` are looked up by somebody else. An empty list is read a
    second time after `second_look_delay` seconds.

    Raises:
        JournalError: the journal cannot be read.
        ZuoraError: the entities, which nobody has read so far, cannot be read.
    """
    unresolved = await asyncio.to_thread(journal.read_unresolved)
    entries = [entry for entry in unresolved if entry.id not in skip_ids]
    if entries and not len(tenant.hierarchy):  # the lists name entities by it
        await tenant.read_entities()
    # A program that ends while the lists are read may send until then.
    running = {entry.id for entry in entries if journal.is_being_sent(entry)}
    in_doubt: dict[str, set[str]] = {}
    for entry in entries:
        records = in_doubt.setdefault(entry.acting.id, set())
        records.update({*entry.records, entry.connection_id} - {""})
    lists = await asyncio.gather(
        *(_read(tenant, *item, second_look_delay) for item in in_doubt.items())
    )
    list_of = dict(zip(in_doubt, lists, strict=True))
    operations, changed = [], []
    for entry in entries:
        result = list_of[entry.acting.id]
        server_time = None if isinstance(result, ZuoraError) else result.server_time
        if entry.id in running:
            continue
        stopped_at, is_own = journal.find_stop(entry), journal.is_of_this_machine(entry)
        dated = _date(entry, server_time, stopped_at if is_own else None)
        operation = replace(
            Operation.from_entry(dated, tenant.hierarchy),
            answered_at=stopped_at,
            left_by=None if is_own else dated.left_by,
        )
        operation = _resolve(operation, dated, result)
        operations.append(operation)
        if operation.state is not State.UNKNOWN or dated != entry:
            changed.append(operation)
    recorded = await asyncio.to_thread(record_outcomes, journal, changed) if changed else []
    newest = {operation.id: operation for operation in recorded}
    return [newest.get(operation.id, operation) for operation in operations]


async def release_operation(journal: Journal, operation: Operation) -> None:
    """Record that a person has ended the search for the outcome of an operation.

    Nothing is claimed about Zuora. An outcome that another program has proven stays, and one
    that is proven later is recorded all the same.

    Raises:
        JournalError: the journal cannot be written.
    """
    sentence = f"{operation.action.label} was released by hand: its outcome is not known."
    if operation.entry is not None:
        entry = operation.entry._replace(
            outcome=State.RELEASED.value, sentence=sentence, concluded_at=journal.clock()
        )
        await asyncio.to_thread(journal.record_outcome, entry)


async def _read(
    tenant: Tenant, acting_id: str, in_doubt: AbstractSet[str], second_look_delay: float
) -> Snapshot | ZuoraError:
    """Read a list; a second time if it is empty or not whole, which may have been a mistake."""
    try:
        snapshot = await tenant.read(acting_id, in_doubt=in_doubt)
        if not (snapshot.complete and snapshot.connections):
            if not snapshot.connections:
                await asyncio.sleep(second_look_delay)
            snapshot = await tenant.read(acting_id, in_doubt=in_doubt)
    except ZuoraError as error:
        return error
    return snapshot


def _date(entry: Entry, server_time: datetime | None, stopped_at: float | None) -> Entry:
    """Return an entry that is not being sent with the moments, in the past, that prove it.

    A moment in the future comes from a clock that was wrong; it would block the pair for ever.
    `server_time` is the present moment by Zuora's clock, if known; since `stopped_at`, by the
    monotonic clock of this machine, it was not sent any more: None for an entry of another machine.
    """
    if entry.outcome is None:
        moments = [moment for moment in (entry.left_by, server_time) if moment]
        left_by = min(moments, default=None)
        return entry._replace(outcome=State.UNKNOWN.value, server_at=left_by, steady_at=stopped_at)
    server_at = entry.server_at
    if server_time and (server_at is None or server_at - server_time > _CLOCK_DIFFERENCE):
        return entry._replace(server_at=server_time)
    return entry


def _resolve(operation: Operation, entry: Entry, snapshot: Snapshot | ZuoraError) -> Operation:
    sent = f"{entry.action.label} of {entry.at.astimezone():%Y-%m-%d %H:%M}, outcome not known then"
    if isinstance(snapshot, ZuoraError):
        sentence = f"{sent}: {operation.pair} cannot be looked up. {snapshot.sentence}"
        return replace(operation, error=snapshot).with_state(State.UNKNOWN, sentence)
    resolved = find_outcome(operation, snapshot)
    return replace(resolved, sentence=f"{sent}: {resolved.sentence}")
