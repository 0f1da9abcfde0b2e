"""What an operation conflicts with: a changed record, or an earlier operation on the pair."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile, islice

from entity_connections.domain.connections import Direction
from entity_connections.domain.rows import NOT_CONNECTED, Row
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT, find_outcome
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry

_HAD_NO_EFFECT = (State.REFUSED.value, State.NOT_SENT.value, State.NOT_APPLIED.value)


class OperationInProgressError(Exception):
    """An earlier operation may still be under way; the message is a sentence for people."""


def check_row(operation: Operation, snapshot: Snapshot) -> Operation:
    """Return a planned operation as it is, or ended because a list shows it done or changed."""
    if doubt := find_doubt(operation, snapshot):
        return operation.refuse(State.REFUSED, doubt, snapshot)
    if row := find_done(operation, snapshot):
        done = replace(operation, connection_id=row.connection_id)
        return done.refuse(State.CONFIRMED, f"{row.pair} is {row.status} already.", snapshot)
    if change := find_change(operation, snapshot):
        return operation.refuse(State.STALE, change, snapshot)
    return operation


def find_doubt(operation: Operation, snapshot: Snapshot) -> str:
    """Return why a list cannot tell whether the row is as the person saw it, or ""."""
    before = operation.row
    if operation.even_so or not snapshot.find_row(before).uncertain:
        return ""
    still = f"{operation.pair} is still {_word(before)}"
    return f"It is not known whether {still}: {snapshot.missing}"


def find_done(operation: Operation, snapshot: Snapshot) -> Row | None:
    """Return the row as a list shows it if it is as the operation would make it; else None.

    Of an action that is not idempotent, it shows so the record that the person saw.
    """
    row = snapshot.find_row(operation.row)
    if not operation.action.idempotent and operation.connection_id not in ("", row.connection_id):
        return None
    is_done = operation.action.is_applied(row.status, new_record=False, complete=False)
    return row if is_done else None


def find_change(operation: Operation, snapshot: Snapshot) -> str:
    """Return how the row has changed since the person saw it, in a sentence, or "".

    A row on which the action has become impossible counts as changed. See `find_doubt` for
    a list that is not whole.
    """
    before = operation.row
    now = snapshot.find_row(before)
    expected = before.direction is Direction.OUTBOUND and now.counterpart.listed
    if now.connection is None and not expected:
        return f"{operation.pair} is not in the list any more."
    if now.status != before.status:
        return f"{operation.pair} is {_word(now)} now; it was {_word(before)} when you asked."
    if now.connection_id != before.connection_id:
        return f"{operation.pair} is another {now.status} connection now than the one you saw."
    if operation.even_so:
        now = now._replace(missing="")
    disabled = operation.action.disabled_reason(now)
    return disabled.reason if disabled else ""


def _word(row: Row) -> str:
    return "not connected" if row.state == NOT_CONNECTED else row.state


def check_open_entries(
    operation: Operation, entries: Iterable[Entry], snapshot: Snapshot | None, journal: Journal
) -> Operation:
    """Return the operation as it may be sent while earlier ones have no known outcome.

    Nothing is sent after one to which Zuora answered success, until the list shows it. Else the
    same action on the same record may be sent again, once the program that sent it before does
    not send it any more. An idempotent action goes out under the key of the earlier one,
    so that Zuora carries it out once. Another action waits until the earlier request cannot be
    under way.

    `entries` are those without a final outcome, oldest first, of any program and any tenant; one
    that the newest list, `snapshot`, proves applied is not open. The journal is not read.

    Raises:
        OperationInProgressError: nothing is to be sent.
    """
    server_time = snapshot.server_time if snapshot else None
    keys = []
    for entry in entries:
        if not _concerns(entry, operation, journal.tenant):
            continue
        outcome = _find_outcome(entry, snapshot) if snapshot else None
        if outcome and outcome.state is State.CONFIRMED:
            continue
        what = f"{entry.action.label} of {operation.pair}"
        same = _is_repetition(operation, entry)
        is_being_sent = journal.is_being_sent(entry)
        if is_being_sent and (entry.success or not (same and operation.action.idempotent)):
            raise OperationInProgressError(f"{what} is being sent by another program: wait for it.")
        if entry.success and journal.is_being_looked_up(entry):
            raise OperationInProgressError(
                f"{what} got success for another program, which looks up the outcome: wait for it."
            )
        if entry.success:
            sentence = outcome.sentence if outcome else "Zuora answered success."
            raise OperationInProgressError(
                f"{what}: {sentence} Wait until the list shows it; if it never does, release"
                " it: `entity-connections journal resolve`."
            )
        if not (is_being_sent or same) and (seconds := find_wait(entry, server_time, journal)) > 0:
            raise OperationInProgressError(
                f"{what} may be under way for {seconds} s more, and only the same may be sent"
                " again: wait, or see `entity-connections journal resolve`."
            )
        if entry.key:
            keys.append(entry.key)
    return replace(operation, key=keys[-1]) if keys else operation


def find_applied(
    operation: Operation, entries: Iterable[Entry], snapshot: Snapshot, tenant: str
) -> list[Operation]:
    """Return the operations of open entries on the record of `operation` that a list proves."""
    outcomes = [
        _find_outcome(entry, snapshot) for entry in entries if _concerns(entry, operation, tenant)
    ]
    return [outcome for outcome in outcomes if outcome.state is State.CONFIRMED]


def find_wait(entry: Entry, server_time: datetime | None, journal: Journal) -> int:
    """Return for how many seconds more the request of an open entry may be under way.

    The entry is not being sent; `server_time` is the present moment by Zuora's clock, if known.
    """
    passed = journal.steady() - journal.find_stop(entry)
    if server_time and entry.left_by and not journal.is_of_this_machine(entry):
        passed = max(passed, (server_time - entry.left_by).total_seconds())
    return max(0, math.ceil(GATEWAY_TIMEOUT.total_seconds() - passed))


def find_repetition(operation: Operation, entries: Iterable[Entry], tenant: str) -> Entry | None:
    """Return how an operation was sent again first, with an effect; None if it was not.

    `entries` are all entries of the journal, oldest first.
    """
    later = dropwhile(lambda entry: entry.id != operation.id, entries)
    repetitions = (
        entry
        for entry in islice(later, 1, None)
        if _concerns(entry, operation, tenant)
        and _is_repetition(operation, entry)
        and entry.outcome not in _HAD_NO_EFFECT
    )
    return next(repetitions, None)


def _concerns(entry: Entry, operation: Operation, tenant: str) -> bool:
    """Return whether an open entry is about the record of an operation.

    Another user or another spelling of the address is another tenant to the journal, but
    the record is the same. Fake tenants that were made from one scenario hold records with the
    same ids; none of them is reached by https.
    """
    if entry.tenant == tenant:
        return entry.ends == operation.ends
    if not (entry.tenant.startswith("https:") and tenant.startswith("https:")):
        return False
    record_id = operation.row.connection_id
    return bool(record_id) and entry.connection_id == record_id


def _is_repetition(operation: Operation, entry: Entry) -> bool:
    same_record = operation.action.idempotent or operation.connection_id == entry.connection_id
    return operation.action is entry.action and same_record


def _find_outcome(entry: Entry, snapshot: Snapshot) -> Operation:
    return find_outcome(Operation.from_entry(entry, snapshot.hierarchy), snapshot)
