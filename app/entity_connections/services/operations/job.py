"""An operation on its way through a run, and whether it may be sent again."""

import random
from dataclasses import dataclass, replace

from entity_connections.domain.connections import CONNECTED
from entity_connections.domain.errors import RateLimited, ServerError, Unauthenticated
from entity_connections.services.operations.conflicts import find_change, find_done, find_doubt
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import never_left
from entity_connections.services.snapshot import Snapshot

MAX_ATTEMPTS = 3
"""How often a request is sent while Zuora refuses it for a reason that may pass."""
MAX_DELAY = 60.0
"""Longest pause between two attempts, in seconds; a longer `Retry-After` ends them."""


@dataclass(eq=False)
class Job:
    """An operation on its way, in its newest state.

    Attributes:
        planned_key: the key of the operation when it was planned.
        attempts: how often it was sent under an intent of its own.
        repeated: whether it was sent once more under the same intent, after HTTP 401.
        given_up: whether the user did not wait for a list that shows it.
    """

    operation: Operation
    planned_key: str
    attempts: int = 0
    repeated: bool = False
    given_up: bool = False

    @property
    def stops_others(self) -> bool:
        """Whether no other operation is to be sent after it."""
        operation, error = self.operation, self.operation.error
        if operation.state in (State.REFUSED, State.NOT_SENT):
            return error is not None and not error.is_refusal
        return operation.state is State.UNKNOWN

    @property
    def may_leave_once_more(self) -> bool:
        """Whether it is to be sent again under the same intent and a new token.

        That is after HTTP 401 only, if a whole list proves that nothing happened.
        """
        operation, error = self.operation, self.operation.error
        return (
            not (self.repeated or self.given_up)
            and isinstance(error, Unauthenticated)
            and error.maybe_applied
            and operation.state is State.UNKNOWN
            and operation.snapshot is not None
            and operation.snapshot.complete
            and not find_change(operation, operation.snapshot)
        )

    @property
    def may_be_planned_again(self) -> bool:
        """Whether Zuora refused a request for a reason that may pass.

        Its Idempotency-Key would bring the same refusal for a day, so that only a new request
        can succeed (contract E3, F4).
        """
        operation, error = self.operation, self.operation.error
        snapshot = operation.snapshot
        return (
            self.attempts < MAX_ATTEMPTS
            and operation.state is State.REFUSED
            and operation.action.idempotent
            and isinstance(error, RateLimited | ServerError)
            and error.needs_new_key
            and error.is_temporary
            and snapshot is not None
            and not find_doubt(operation, snapshot)
            and not find_change(operation, snapshot)
        )

    def conclude_without_list(self) -> Operation | None:
        """Return it with the outcome that its answers alone prove, to be recorded; else None."""
        operation, error = self.operation, self.operation.error
        if operation.entry is None or operation.entry.outcome is not None:
            return None
        if operation.success and operation.state in (State.SENT, State.UNKNOWN):
            return operation.with_state(State.UNKNOWN, "Zuora answered success.")
        if operation.state is State.SENT and error and not (error.maybe_applied or self.repeated):
            state = State.NOT_SENT if never_left(error) else State.REFUSED
            return operation.with_state(state, error.sentence)
        return None

    def end_if_done(self, snapshot: Snapshot) -> bool:
        """End it without sending it (again) if a list shows it as done; return whether it does."""
        row = find_done(self.operation, snapshot)
        if row is None:
            return False
        self.operation = replace(self.operation, connection_id=row.connection_id)
        self.refuse(State.CONFIRMED, f"{row.pair} is {row.status} already.", snapshot)
        return True

    def end_if_overtaken(self, snapshot: Snapshot) -> bool:
        """End it without sending it if a list shows another change; return whether it does."""
        if find_doubt(self.operation, snapshot):
            return False
        if change := find_change(self.operation, snapshot):
            self.refuse(State.STALE, change, snapshot)
        return bool(change)

    def refuse(self, state: State, reason: str, snapshot: Snapshot | None) -> None:
        """End it without sending it (again), for a reason given as a sentence or ""."""
        unsent = "It was not sent again." if self.attempts else "Nothing was sent."
        stopped = replace(self.operation, snapshot=snapshot)
        self.operation = stopped.with_state(state, f"{reason} {unsent}".lstrip())

    def follow(self, request: Operation) -> None:
        """Let an accept act on the record that the request before it has made."""
        if request.state in (State.PLANNED, State.UNKNOWN):
            return  # the run is over
        if request.state is not State.CONFIRMED or request.snapshot is None:
            sentence = f"Its request was {request.state.value}: there was nothing to accept."
            unsent = replace(self.operation, snapshot=request.snapshot)
            self.operation = unsent.with_state(State.NOT_SENT, sentence)
            return
        row = request.snapshot.find_row(self.operation.row)
        self.operation = replace(self.operation, row=row, connection_id=row.connection_id)
        if row.status == CONNECTED:  # Zuora may accept by itself (contract L10)
            sentence = f"{row.pair} is Connected already: nothing had to be accepted."
            confirmed = self.operation.with_state(State.CONFIRMED, sentence)
            self.operation = replace(confirmed, snapshot=request.snapshot)
        elif request.connection_id not in ("", request.row.connection_id, row.connection_id):
            reason = f"{row.pair} is another {row.status} connection than the one requested."
            self.refuse(State.STALE, reason, request.snapshot)

    def leave_once_more(self) -> None:
        """Let it be sent again under the same intent."""
        self.operation = replace(self.operation, state=State.SENT, error=None)
        self.repeated = True

    def plan_again(self) -> None:
        """Let it be sent again as a new request."""
        failed = self.operation
        self.operation = Operation.plan(failed.action, failed.row, even_so=failed.even_so)

    def choose_delay(self) -> float:
        """Return for how many seconds to wait before it is planned again."""
        error = self.operation.error
        backoff = random.uniform(0, min(MAX_DELAY, 2.0**self.attempts))  # noqa: S311
        return max(backoff, (error.retry_after if error else None) or 0.0)
