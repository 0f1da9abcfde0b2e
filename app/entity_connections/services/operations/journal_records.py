"""Operations in the journal: the intent before the request, the outcome after it. All block."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from entity_connections.services.operations.conflicts import (
    check_open_entries,
    find_applied,
    find_repetition,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal, JournalError, JournalWriter
from entity_connections.services.storage.journal_entry import Entry, Party
from entity_connections.services.storage.planned_runs import (
    PlannedEntry,
    add_run,
    end_run,
    mark_sent,
    mark_unsent,
)


def record_intent(
    journal: Journal,
    operation: Operation,
    snapshot: Snapshot | None,
    user: str,
    track_id: str,
    run: str = "",
) -> Operation:
    """Record that an operation is about to be sent, and return it as SENT.

    Earlier ones on the record that the list proves are recorded as confirmed before: what the
    operation does may hide their effect. The disk has the intent then, and no other program could
    record one on the same pair meanwhile. For the key of the operation see `check_open_entries`.
    The newest list, `snapshot`, tells Zuora's time; `run` is the id of its run, "" for none.

    Raises:
        OperationInProgressError: an earlier operation may be under way; nothing is to be sent.
        JournalError: the journal cannot be written.
    """
    planned_key = operation.key  # that of one that is repeated changes
    with journal.write() as writer:
        entries = writer.read_open(operation.ends, operation.row.connection_id)
        if snapshot is not None and entries:
            for earlier in find_applied(operation, entries, snapshot, journal.tenant):
                if earlier.entry and not journal.is_being_sent(earlier.entry):
                    outcome = _check_repetition(earlier, writer.read_entries(), journal.tenant)
                    _add_outcome(journal, writer, outcome)
            entries = writer.read_open(operation.ends, operation.row.connection_id)
        operation = check_open_entries(operation, entries, snapshot, journal)
        server_at = None
        if snapshot is not None and snapshot.server_time is not None:  # now, by Zuora's clock
            passed = max(0.0, journal.steady() - snapshot.asked)
            server_at = snapshot.server_time + timedelta(seconds=passed)
        entry = make_entry(journal, operation, user, track_id, server_at)
        writer.add_intent(entry)
        if run:
            mark_sent(writer.connection, run, planned_key, entry.id, journal.steady())
    return replace(operation, entry=entry, state=State.SENT)


def record_success(journal: Journal, operation: Operation) -> Operation:
    """Record that Zuora answered success, for a program that is killed before a list proves it.

    Raises:
        JournalError: the journal cannot be written.
    """
    unknown = operation.with_state(State.UNKNOWN, "Zuora answered success.")
    with journal.write() as writer:
        return replace(operation, entry=_add_outcome(journal, writer, unknown).entry)


def record_outcomes(journal: Journal, operations: Sequence[Operation]) -> list[Operation]:
    """Record the outcomes of operations that were sent, and return the operations.

    Of several that were sent for the same effect, only the last is confirmed. Where the journal
    or its anchor cannot be written, the sentences say so too.
    """
    outcomes, problem = list(operations), ""
    try:
        with journal.write() as writer:
            for operation in operations:
                if operation.is_unsent:  # it stays in its run
                    mark_unsent(writer.connection, operation.id)
            doubtful = any(o.state is State.CONFIRMED and not o.success for o in operations)
            entries = writer.read_entries() if doubtful else []
            outcomes = [_check_repetition(o, entries, journal.tenant) for o in operations]
            recorded = [_add_outcome(journal, writer, outcome) for outcome in outcomes]
        outcomes = recorded
        if anchor_problem := journal.move_anchor():
            problem = f" {anchor_problem}"
    except JournalError as error:
        problem = f" {error}"
    return [replace(outcome, sentence=outcome.sentence + problem) for outcome in outcomes]


def record_run(journal: Journal, run: str, plan: Plan, user: str) -> None:
    """Record what a run is about to do, so that what it does not do can be found after a crash.

    What it is about to do leaves the interrupted runs that have not done it.

    Raises:
        JournalError: the journal cannot be written.
    """
    planned = {(operation.action, operation.ends) for operation in plan.operations}
    interrupted = journal.read_runs()
    entries = [
        PlannedEntry(run, operation.key, operation.follows, make_entry(journal, operation, user))
        for operation in plan.operations
    ]
    with journal.write() as writer:
        end_run(writer.connection, plan.resumes, plan.waiting)
        for earlier in interrupted:
            left = [p.key for p in earlier.entries if (p.entry.action, p.entry.ends) not in planned]
            if len(left) < len(earlier.entries) and earlier.id != plan.resumes:
                end_run(writer.connection, earlier.id, left)
        add_run(writer.connection, entries, journal.steady())


def _check_repetition(operation: Operation, entries: Iterable[Entry], tenant: str) -> Operation:
    """Return an operation that a list confirms in another state, if it was sent again."""
    if operation.state is not State.CONFIRMED or operation.success:
        return operation
    repetition = find_repetition(operation, entries, tenant)
    if repetition is None:
        return operation
    sentence = f"{operation.action.label} of {operation.pair} was sent again"
    if repetition.key and repetition.key == operation.key:
        sentence += " with the same Idempotency-Key: Zuora carries it out once."
        return operation.with_state(State.REPEATED, sentence)
    sentence += " since: it is done, and nobody can tell by which of them."
    return operation.with_state(State.SUPERSEDED, sentence)


def _add_outcome(journal: Journal, writer: JournalWriter, operation: Operation) -> Operation:
    """Record the state of an operation; return it with its entry."""
    if (entry := operation.entry) is None:
        return operation
    server_at, steady_at = entry.server_at, entry.steady_at
    if entry.outcome is None:  # it may have been sent until now
        if server_at is not None:
            server_at += timedelta(seconds=journal.find_age(entry))
        if journal.is_of_this_machine(entry):
            steady_at = journal.steady()
    entry = entry._replace(
        outcome=operation.state.value,
        success=operation.success,
        server_at=server_at,
        steady_at=steady_at,
        sentence=operation.sentence,
        codes=operation.error.codes if operation.error else entry.codes,
        request_id=operation.request_id,
        connection_id=operation.connection_id,
        concluded_at=journal.clock(),
    )
    writer.add_outcome(entry)
    return replace(operation, entry=entry)


def make_entry(
    journal: Journal,
    operation: Operation,
    user: str,
    track_id: str = "",
    server_at: datetime | None = None,
) -> Entry:
    """Make the entry of an operation that is about to be sent, at a moment of Zuora's clock."""
    row = operation.row
    return Entry(
        id=str(uuid.uuid4()),
        at=journal.clock(),
        profile=journal.profile,
        process=journal.process_id,
        tenant=journal.tenant,
        action=operation.action,
        acting=Party(row.acting.id, row.acting.title),
        source=Party(row.source.id, row.source.title),
        target=Party(row.target.id, row.target.title),
        status=row.status,
        connection_id=row.connection_id,
        records=tuple(record.id for record in row.records),
        missing=row.missing,
        track_id=track_id,
        key=operation.key if operation.action.idempotent else "",
        user=user,
        server_at=server_at,
        steady_at=journal.steady(),
    )
