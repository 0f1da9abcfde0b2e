"""Recovers operations without a known outcome, of this program and of earlier ones.

A program may be killed, or its network lost, after the intent is recorded. Nothing is sent
again: the lists are read, and what they prove is recorded.
"""

import asyncio
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import find_outcome
from entity_connections.services.operations.recording import record_outcome
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant


async def recover_operations(
    tenant: Tenant, journal: Journal, skip_ids: AbstractSet[str] = frozenset()
) -> list[Operation]:
    """Look up every operation in this tenant whose outcome is unknown; record what is proven.

    Args:
        tenant: where to read the lists; each acting entity's list is read once.
        journal: where the operations are recorded.
        skip_ids: ids of journal entries that somebody else looks up.

    Returns:
        the operations, those that are still UNKNOWN too; these carry the error where
        their list could not be read.

    Raises:
        JournalError: the journal cannot be read.
    """
    unresolved = await asyncio.to_thread(journal.read_unresolved)
    entries = [entry for entry in unresolved if entry.id not in skip_ids]
    acting_ids = list(dict.fromkeys(entry.acting.id for entry in entries))
    lists = await asyncio.gather(*(_read(tenant, acting_id) for acting_id in acting_ids))
    list_of = dict(zip(acting_ids, lists, strict=True))
    operations = [_resolve(entry, list_of[entry.acting.id]) for entry in entries]
    return await record_resolved(journal, operations)


async def record_resolved(journal: Journal, operations: Iterable[Operation]) -> list[Operation]:
    """Record the outcomes that are known by now; return all operations."""
    return [
        operation
        if operation.state is State.UNKNOWN
        else await asyncio.to_thread(record_outcome, journal, operation)
        for operation in operations
    ]


async def _read(tenant: Tenant, acting_id: str) -> Snapshot | ZuoraError:
    try:
        return await tenant.read(acting_id)
    except ZuoraError as error:
        return error


def _resolve(entry: Entry, snapshot: Snapshot | ZuoraError) -> Operation:
    operation = Operation.from_entry(entry)
    sent = f"{entry.action.label} of {entry.at.astimezone():%Y-%m-%d %H:%M}, not answered then"
    if isinstance(snapshot, ZuoraError):
        sentence = f"{sent}: {operation.pair} cannot be looked up. {snapshot.sentence}"
        return replace(operation, error=snapshot).with_state(State.UNKNOWN, sentence)
    resolved = find_outcome(operation, snapshot, left_by=entry.sent_by)
    return replace(resolved, sentence=f"{sent}: {resolved.sentence}")
