"""What Zuora's answer and a list of connections prove about an operation.

The list is the proof: an operation is confirmed when the list shows its effect, and was
not applied when the list shows the state from before, read so late that Zuora cannot be
working on the request any more. One to which Zuora answered success is never taken for not
applied: then the list lags, or, where it has lagged for long, somebody has undone the
operation. An absent record proves nothing in a list that is not whole.
A refusal of Zuora counts when the list agrees with it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from entity_connections.domain.connections import DISCONNECTED, Connection
from entity_connections.domain.errors import (
    Forbidden,
    LocalTenantError,
    ReadOnlyError,
    TokenUnavailable,
    Unauthenticated,
    Unreachable,
    ZuoraError,
)
from entity_connections.domain.rows import name_status, split_records
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.snapshot import Snapshot

GATEWAY_TIMEOUT = timedelta(seconds=130)
"""After this no request is under way: Zuora's gateway gives up after 120 s (contract F2)."""
LONGEST_LAG = timedelta(hours=1)
"""A list that does not show an operation longer than this after its success shows what came
after it. Zuora documents no delay at all; an hour is far more than any cache would keep a list."""
_NEVER_LEFT = (Unreachable, ReadOnlyError, TokenUnavailable, Unauthenticated, LocalTenantError)
"""Errors in which the write itself was not sent, where `maybe_applied` is False."""


def never_left(error: ZuoraError | None) -> bool:
    """Return whether an error proves that the write was not sent at all."""
    return isinstance(error, _NEVER_LEFT) and not error.maybe_applied


def conclude(operation: Operation, after: Snapshot | None, *, repeated: bool = False) -> Operation:
    """Return a sent operation with the outcome that its answer and the list after it prove.

    Args:
        operation: what was sent, with its error, if any.
        after: the list that was read after the answer; None where it could not be read.
        repeated: whether an earlier attempt ended without an answer that counts.
    """
    error = operation.error
    if error is not None and never_left(error) and not repeated:
        return replace(operation, snapshot=after).with_state(State.NOT_SENT, error.sentence)
    answer = error.sentence if error else "Zuora answered success."
    if after is None:
        sentence = f"{answer} The list could not be read since: read it again."
        return operation.with_state(State.UNKNOWN, sentence)
    outcome = find_outcome(operation, after)
    if error is None:
        return outcome
    if not error.maybe_applied:
        return _conclude_refusal(outcome, error, after, repeated=repeated)
    if outcome.state is State.UNKNOWN:
        return replace(outcome, sentence=f"{answer} {outcome.sentence}")
    return outcome


def conclude_without_list(operation: Operation) -> Operation:
    """Return an operation without a recorded outcome with the one that Zuora's answer proves."""
    error = operation.error
    if operation.entry is None or operation.entry.outcome is not None:
        return operation
    if operation.success and operation.state in (State.SENT, State.UNKNOWN):
        return operation.with_state(State.UNKNOWN, "Zuora answered success.")
    if operation.state is State.SENT and error and not error.maybe_applied:
        state = State.NOT_SENT if never_left(error) else State.REFUSED
        return operation.with_state(state, error.sentence)
    return operation


def stops_others(operation: Operation) -> bool:
    """Return whether no other operation is to be sent after it."""
    error = operation.error
    if operation.state in (State.REFUSED, State.NOT_SENT):
        return error is not None and not error.is_refusal
    return operation.state is State.UNKNOWN


def _conclude_refusal(
    outcome: Operation, error: ZuoraError, after: Snapshot, *, repeated: bool
) -> Operation:
    """Return an operation that Zuora refused, with the outcome that the list allows.

    `outcome` is the operation with the outcome that the list alone proves.
    """
    view = _look(outcome, after)
    if outcome.state is State.CONFIRMED and view.status is None:
        sentence = f"{error.sentence} {outcome.pair} is gone from the list all the same: nobody"
        sentence += f" can tell whether {outcome.action.label} happened."
        return outcome.with_state(State.SUPERSEDED, sentence)
    if outcome.state is State.CONFIRMED:
        sentence = f"{outcome.sentence} Zuora's answer was: {error.sentence}"
        return outcome.with_state(State.CONFIRMED, sentence)
    if not after.complete:
        return outcome.with_state(State.UNKNOWN, f"{error.sentence} {outcome.sentence}")
    # Permission is checked before the state; every other refusal may be the echo of an effect.
    if repeated and not isinstance(error, Forbidden):
        sentence = f"{error.sentence} An earlier attempt ended without a valid answer."
        return outcome.with_state(State.UNKNOWN, f"{sentence} {outcome.sentence}")
    sentence = error.sentence
    if outcome.row.uncertain or not view.unchanged:
        sentence += f" The list shows {view.shown} for {outcome.pair}."
    return outcome.with_state(State.REFUSED, sentence)


def find_outcome(operation: Operation, snapshot: Snapshot) -> Operation:
    """Return the operation with the state that the list of either end proves, else UNKNOWN."""
    state, sentence = _judge(operation, snapshot)
    return replace(operation, state=state, sentence=sentence, snapshot=snapshot)


class _View(NamedTuple):
    """What a list shows of the record that an operation is about.

    Attributes:
        applied: whether it proves that the operation was applied.
        known: whether it proves what is shown: an absent record may be one that is missing.
        unchanged: whether the status is that from before.
        status: the status of the record, None for no record.
    """

    applied: bool
    known: bool
    unchanged: bool
    status: str | None

    @property
    def shown(self) -> str:
        return "no connection" if self.status is None else name_status(self.status)


def _look(operation: Operation, snapshot: Snapshot) -> _View:
    action, row = operation.action, operation.row
    records = _find_records(operation, snapshot)
    living, _others = split_records(records)
    status = living.status if living else None
    if living is None and not action.idempotent:
        new = _find_new_record(operation, snapshot)
        if new is not None and new.status != DISCONNECTED:
            known = snapshot.complete
            return _View(applied=False, known=known, unchanged=False, status=new.status)
    ids = {record.id for record in records}
    # Where an earlier record is gone, what looks new may be the same under another id.
    new_record = {record.id for record in row.records} < ids
    applied = action.is_applied(status, new_record=new_record, complete=snapshot.complete)
    if row.uncertain:  # a record that is new in the list may have been there all the time
        applied = operation.connection_id in ids - {row.connection_id}
    return _View(
        applied=applied,
        known=snapshot.complete or (status is not None and not action.idempotent),
        unchanged=status == row.status,
        status=status,
    )


def _judge(operation: Operation, snapshot: Snapshot) -> tuple[State, str]:
    action, pair = operation.action, operation.pair
    if snapshot.acting_id not in operation.ends:
        return State.UNKNOWN, f"Another list than that of {pair} was read."
    view = _look(operation, snapshot)
    if view.applied:
        sentence = action.describe_applied(operation.row, view.status)
        if not operation.success:
            sentence += " No success of Zuora's is recorded: somebody else may have done it."
        return State.CONFIRMED, sentence
    answer = "Zuora answered success. " if operation.success else ""
    if not view.known:
        sentence = f"{answer}The list shows {view.shown} for {pair}, but it is not whole:"
        return State.UNKNOWN, f"{sentence} {snapshot.missing}"
    lags = operation.success and view.unchanged
    if not _is_late(operation, snapshot, LONGEST_LAG if lags else GATEWAY_TIMEOUT):
        if lags and snapshot.complete:
            answer = "Zuora answered success, but the list does not show it yet. "
        shows = "still shows" if view.unchanged else "shows"
        return State.UNKNOWN, f"{answer}The list {shows} {view.shown} for {pair}."
    if lags:
        hours = "more than an hour later, the list"
        sentence = (
            f"Zuora answered success to {action.label}; {hours} shows {view.shown} for {pair}."
        )
        return State.SUPERSEDED, sentence
    if view.unchanged:
        sentence = f"{action.label} did not happen: the list shows {view.shown} for {pair}."
        return State.NOT_APPLIED, sentence
    sentence = f"{answer}Nobody can tell whether {action.label} happened:"
    return State.SUPERSEDED, f"{sentence} the list shows {view.shown} for {pair} now."


def _is_late(operation: Operation, snapshot: Snapshot, limit: timedelta) -> bool:
    """Return whether more than `limit` has passed since the request may have left.

    The monotonic clock tells it; for a request of another machine Zuora's clock, too. The clock
    of this machine proves nothing, because people set it.
    """
    left_by = operation.left_by
    if left_by and snapshot.server_time and snapshot.server_time - left_by > limit:
        return True
    answered_at = operation.answered_at
    return answered_at is not None and snapshot.asked - answered_at > limit.total_seconds()


def _find_records(operation: Operation, snapshot: Snapshot) -> list[Connection]:
    """Return the record acted on; for a request, all records of the pair."""
    record_id, ends = operation.row.connection_id, operation.ends
    if record_id and not operation.action.idempotent:
        return [record for record in snapshot.connections if record.id == record_id]
    return [record for record in snapshot.connections if record.ends == ends]


def _find_new_record(operation: Operation, snapshot: Snapshot) -> Connection | None:
    """Return the living record of the pair that was not there before, if there is one."""
    before = {record.id for record in operation.row.records}
    of_pair = [record for record in snapshot.connections if record.ends == operation.ends]
    return split_records([record for record in of_pair if record.id not in before])[0]
