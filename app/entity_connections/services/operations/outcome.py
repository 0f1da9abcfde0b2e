"""What Zuora's answer and a list of connections prove about an operation.

The list is the only proof: an operation is confirmed when the list shows its effect, and
was not applied when the list shows the state from before, read so late that Zuora cannot
be working on the request any more. An absent record proves nothing in an incomplete list.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from entity_connections.domain.connections import Connection
from entity_connections.domain.errors import Applied, RateLimited, ServerError
from entity_connections.domain.rows import split_records
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.snapshot import Snapshot

GATEWAY_TIMEOUT = timedelta(seconds=130)
"""After this no request is under way: Zuora's gateway gives up after 120 s (contract F2)."""


def conclude(operation: Operation, after: Snapshot | None) -> Operation:
    """Return a sent operation with the outcome that its answer and the list after it prove."""
    error = operation.error
    if error is not None and error.applied is Applied.NO:
        if after is not None and isinstance(error, RateLimited | ServerError):
            outcome = find_outcome(operation, after)  # it may have worked all the same
            if outcome.state is State.CONFIRMED:
                return outcome
        return replace(operation, snapshot=after).with_state(State.REFUSED, error.sentence)
    answer = error.sentence if error else "Zuora said yes."
    if after is None:
        sentence = f"{answer} The list could not be read since: read it again."
        return operation.with_state(State.UNKNOWN, sentence)
    outcome = find_outcome(operation, after)
    if outcome.state is State.UNKNOWN:
        return replace(outcome, sentence=f"{answer} {outcome.sentence}")
    return outcome


def find_outcome(
    operation: Operation, snapshot: Snapshot, *, left_by: datetime | None = None
) -> Operation:
    """Return the operation with the state that a list proves; UNKNOWN if it proves none.

    Args:
        operation: what was sent.
        snapshot: the list of either end; a list of another entity proves nothing.
        left_by: the latest moment at which the request may have left, by Zuora's clock; None
            if unknown. `Operation.answered_at` tells it by the monotonic clock.
    """
    state, sentence = _judge(operation, snapshot, left_by)
    return replace(operation, state=state, sentence=sentence, snapshot=snapshot)


def _judge(operation: Operation, snapshot: Snapshot, left_by: datetime | None) -> tuple[State, str]:
    action, row, pair = operation.action, operation.row, operation.pair
    if snapshot.acting_id not in operation.ends:
        return State.UNKNOWN, f"Another list than that of {pair} was read."
    records = _find_records(operation, snapshot)
    living, _others = split_records(records)
    status = living.status if living else None
    new_record = not {record.id for record in records} <= {record.id for record in row.records}
    if action.is_applied(status, new_record=new_record, complete=snapshot.complete):
        return State.CONFIRMED, action.describe_applied(row, status)
    shown = status or "no connection"
    if not snapshot.complete and (status is None or action.idempotent):
        return (
            State.UNKNOWN,
            f"The list shows {shown} for {pair}, but a part of it cannot be read.",
        )
    unchanged = status == row.status
    if not _is_late(operation, snapshot, left_by):
        shows = "still shows" if unchanged else "shows"
        return State.UNKNOWN, f"The list {shows} {shown} for {pair}."
    if unchanged:
        return (
            State.NOT_APPLIED,
            f"{action.label} did not happen: the list shows {shown} for {pair}.",
        )
    return (
        State.SUPERSEDED,
        f"Nobody can tell whether {action.label} happened: the list shows {shown} for {pair} now.",
    )


def _is_late(operation: Operation, snapshot: Snapshot, left_by: datetime | None) -> bool:
    """Return whether no request can be under way, by Zuora's clock or the monotonic clock.

    The clock of this machine proves nothing, because people set it.
    """
    if left_by and snapshot.server_time and snapshot.server_time - left_by > GATEWAY_TIMEOUT:
        return True
    answered_at = operation.answered_at
    return (
        answered_at is not None and snapshot.asked - answered_at > GATEWAY_TIMEOUT.total_seconds()
    )


def _find_records(operation: Operation, snapshot: Snapshot) -> list[Connection]:
    """Return the record acted on; for a request, all records of the pair."""
    record_id = operation.row.connection_id
    if record_id and not operation.action.idempotent:
        return [record for record in snapshot.connections if record.id == record_id]
    return [
        record
        for record in snapshot.connections
        if (record.source_id, record.target_id) == operation.ends
    ]
