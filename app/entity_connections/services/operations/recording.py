"""Operations in the journal: the intent before the request, the outcome after it. All block."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from entity_connections.domain.entities import Entity
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry, Party


def record_intent(
    journal: Journal,
    user: str,
    track_id: str,
    check: Callable[[list[Entry]], Operation],
) -> Operation:
    """Record that an operation is about to be sent, and return it as SENT.

    When this returns, the disk has the intent.

    Args:
        journal: where to record.
        user: login name of the user.
        track_id: the `Zuora-Track-Id` of the request.
        check: receives the open entries while no program can add one, and returns the
            operation as it may be sent; what it raises is raised here, and nothing is recorded.

    Raises:
        JournalError: the journal cannot be written; nothing is to be sent.
    """
    checked: list[Operation] = []

    def make(open_entries: list[Entry]) -> Entry:
        checked.append(check(open_entries))
        return _make_entry(journal, checked[0], user, track_id)

    entry = journal.record_intent(make)
    return replace(checked[0], entry=entry, state=State.SENT)


def record_outcome(journal: Journal, operation: Operation) -> Operation:
    """Record the outcome of an operation that was sent; return it as it is to be told.

    Where the journal cannot be written, the sentence says so too.
    """
    entry = operation.entry
    if entry is None:
        return operation
    entry = entry._replace(
        outcome=operation.state.value,
        sentence=operation.sentence,
        codes=operation.error.codes if operation.error else entry.codes,
        request_id=operation.request_id,
        connection_id=operation.connection_id,
        concluded_at=journal.clock(),
    )
    try:
        journal.record_outcome(entry)
    except JournalError as error:
        operation = replace(operation, sentence=f"{operation.sentence} {error}")
    return replace(operation, entry=entry)


def _make_entry(journal: Journal, operation: Operation, user: str, track_id: str) -> Entry:
    row = operation.row
    return Entry(
        id=str(uuid.uuid4()),
        at=journal.clock(),
        profile=journal.profile,
        process=journal.process_id,
        tenant=journal.tenant,
        action=operation.action,
        acting=_party(row.acting),
        source=_party(row.source),
        target=_party(row.target),
        status=row.status,
        connection_id=row.connection_id,
        records=tuple(record.id for record in row.records),
        track_id=track_id,
        key=operation.key if operation.action.idempotent else "",
        user=user,
    )


def _party(entity: Entity) -> Party:
    return Party(entity.id, entity.title)
