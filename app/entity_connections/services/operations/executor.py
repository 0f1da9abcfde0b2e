"""The way of a write: check, record, send, read the list, conclude, record.

An operation acts on the record that the person saw, or on nothing. Its outcome comes from
a list that is read afterwards, whatever the answer was, and also when none came. A list that
does not show the effect yet may lag: it is read again before the outcome is unknown.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from entity_connections.domain.errors import (
    Applied,
    RateLimited,
    ServerError,
    Unauthenticated,
    ZuoraError,
)
from entity_connections.domain.ids import new_uuid
from entity_connections.services.operations.conflicts import (
    OperationInProgressError,
    find_change,
    find_doubt,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import conclude, never_left
from entity_connections.services.operations.recording import (
    record_intent,
    record_outcome,
    record_success,
)
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.tenant import Tenant

MAX_ATTEMPTS = 3
"""How often a request is sent while Zuora refuses it for a reason that may pass."""
MAX_DELAY = 60.0
"""Longest pause between two attempts, in seconds; a longer `Retry-After` ends them."""
LAG_DELAYS = (1.0, 2.0, 4.0)
"""Seconds after which a list that does not show the effect of a write is read again."""


@dataclass(eq=False)
class _Write:
    """An operation on its way, in its newest state.

    Attributes:
        operation: the operation.
        attempts: how often it was sent under an intent of its own.
        repeated: whether it was sent once more under the same intent, after HTTP 401.
        given_up: whether the user did not wait for a list that shows it.
    """

    operation: Operation
    attempts: int = 0
    repeated: bool = False
    given_up: bool = False

    def refuse(self, state: State, reason: str, snapshot: Snapshot | None) -> None:
        """End it without sending it (again), for a reason given as a sentence or ""."""
        unsent = "It was not sent again." if self.attempts else "Nothing was sent."
        stopped = replace(self.operation, snapshot=snapshot)
        self.operation = stopped.with_state(state, f"{reason} {unsent}".lstrip())


class Executor:
    """Carries out the operations of one user.

    Args:
        tenant: the tenant, as the user sees it.
        journal: records each operation before it is sent, and its outcome.
        user: the login name that the journal records.
        request_log: shows the pauses between attempts.
        report: called with an operation when it is about to be sent, and when its outcome
            is recorded.
        lag_delays: seconds to wait before each further look at a list that proves nothing.
    """

    def __init__(
        self,
        tenant: Tenant,
        journal: Journal,
        user: str,
        request_log: RequestLog,
        report: Callable[[Operation], None] = lambda _: None,
        *,
        lag_delays: Sequence[float] = LAG_DELAYS,
    ) -> None:
        self._tenant = tenant
        self._journal = journal
        self._user = user
        self._request_log = request_log
        self._report = report
        self._lag_delays = lag_delays

    async def run(self, operations: Iterable[Operation]) -> list[Operation]:
        """Carry out planned operations and return each with its outcome, in the same order.

        Operations in one acting entity share a list that is read before the first is sent
        and another that is read after the last. After an unknown outcome, and after an
        error that the next operation would meet too, nothing more is sent: the rest is
        returned as PLANNED. No ZuoraError and no JournalError is raised.
        """
        writes = [_Write(operation) for operation in operations]
        batches: dict[str, list[_Write]] = {}
        for write in writes:
            batches.setdefault(write.operation.acting_id, []).append(write)
        for acting_id, batch in batches.items():
            await self._run_batch(acting_id, batch)
            if any(_stops(write.operation) for write in batch):
                break
        return [write.operation for write in writes]

    async def _run_batch(self, acting_id: str, waiting: list[_Write]) -> None:
        """Carry out operations in one acting entity, each up to MAX_ATTEMPTS times."""
        snapshot = await self._read_before(acting_id, waiting)
        while snapshot is not None and waiting:
            sent, waiting = await self._send_until_doubt(waiting, snapshot)
            snapshot = await self._look_up(acting_id, sent)
            if _may_leave_once_more(sent):
                again = sent.pop()
                again.operation = replace(again.operation, state=State.SENT, error=None)
                again.repeated = True
                waiting = [again, *waiting]
            for write in sent:
                write.operation = await asyncio.to_thread(
                    record_outcome, self._journal, write.operation
                )
            retry = await self._wait_for_retry(sent)
            for write in sent:
                if write is not retry:
                    self._report(write.operation)
            if retry is not None:
                failed = retry.operation
                retry.operation = Operation.plan(failed.action, failed.row, even_so=failed.even_so)
                waiting = [retry, *waiting]
                snapshot = await self._read_before(acting_id, waiting)  # the other is old by now
            elif any(_stops(write.operation) for write in sent):
                return

    async def _read_before(self, acting_id: str, waiting: list[_Write]) -> Snapshot | None:
        """Read the list that operations are checked against; without it, refuse them."""
        try:
            return await self._tenant.read(acting_id)
        except ZuoraError as error:
            for write in waiting if error.is_refusal else waiting[:1]:
                write.operation = replace(write.operation, error=error)
                write.refuse(State.REFUSED, "", snapshot=None)
                self._report(write.operation)
            return None

    async def _send_until_doubt(
        self, waiting: list[_Write], snapshot: Snapshot
    ) -> tuple[list[_Write], list[_Write]]:
        """Send operations until one ends in doubt; return what was sent, and what still waits."""
        sent: list[_Write] = []
        for index, write in enumerate(waiting):
            await self._send(write, snapshot)
            operation = write.operation
            if operation.state is not State.SENT:
                self._report(operation)
                continue
            sent.append(write)
            if operation.error is not None and not operation.error.is_refusal:
                return sent, waiting[index + 1 :]
        return sent, []

    async def _send(self, write: _Write, snapshot: Snapshot) -> None:
        """Check, record and send one operation; its state is SENT, or says why it was not.

        One that is sent once more was checked and recorded before.
        """
        operation = write.operation
        if operation.entry is None:
            if doubt := find_doubt(operation, snapshot):
                write.refuse(State.REFUSED, doubt, snapshot)
                return
            if change := find_change(operation, snapshot):
                write.refuse(State.STALE, change, snapshot)
                return
            try:
                operation = await asyncio.to_thread(
                    record_intent, self._journal, operation, snapshot, self._user, new_uuid()
                )
            except (JournalError, OperationInProgressError) as error:
                write.refuse(State.REFUSED, str(error), snapshot)
                return
            write.attempts += 1
            self._report(operation)
        track_id = operation.entry.track_id if operation.entry else ""
        try:
            receipt = await operation.action.send(
                self._tenant.zuora, operation.row, operation.key, track_id
            )
        except ZuoraError as error:
            operation = replace(operation, error=error, request_id=error.request_id)
        else:
            operation = replace(
                operation,
                success=True,
                request_id=receipt.request_id,
                connection_id=receipt.connection_id or operation.connection_id,
            )
            operation = await asyncio.to_thread(record_success, self._journal, operation)
        write.operation = replace(operation, answered_at=self._tenant.steady())

    async def _look_up(self, acting_id: str, sent: list[_Write]) -> Snapshot | None:
        """Conclude operations that were sent from the list; return it, None if there is none.

        A list that leaves an outcome unknown is read again after `lag_delays`.
        """
        operations = [write.operation for write in sent]
        snapshot = None
        if not all(never_left(write.operation.error) and not write.repeated for write in sent):
            snapshot = await self._read_after(acting_id, operations)
        delays = list(self._lag_delays)
        while True:
            for write, operation in zip(sent, operations, strict=True):
                if write.operation.state in (State.SENT, State.UNKNOWN):
                    write.operation = conclude(operation, snapshot, repeated=write.repeated)
            open_ = [write for write in sent if write.operation.state is State.UNKNOWN]
            if snapshot is None or not open_ or not delays:
                return snapshot
            until = asyncio.get_running_loop().time() + delays.pop(0)
            pause = RetryDelay("the list proves nothing yet", until, "reading it again")
            if not await self._request_log.wait(pause):
                for write in open_:
                    write.given_up = True
                return snapshot
            newer = await self._read_after(acting_id, operations)
            if newer is None:
                return snapshot
            snapshot = newer

    async def _read_after(self, acting_id: str, operations: Iterable[Operation]) -> Snapshot | None:
        """Return the list as it is after operations were sent; None if it cannot be read."""
        records: dict[bool, set[str]] = {True: set(), False: set()}
        for operation in operations:
            if operation.row.connection_id:
                records[operation.error is None].add(operation.row.connection_id)
        try:
            return await self._tenant.read(
                acting_id, removed=records[True], in_doubt=records[False]
            )
        except ZuoraError:
            return None  # the outcome says so, and the next refresh shows the error

    async def _wait_for_retry(self, sent: list[_Write]) -> _Write | None:
        """Return the operation that is to be sent again, after the pause that it needs.

        That can only be the last: an error that may pass ends the sending.
        """
        if not sent or any(_stops(write.operation) for write in sent[:-1]):
            return None
        write = sent[-1]
        error = write.operation.error
        if error is None or write.attempts == MAX_ATTEMPTS or not _may_succeed(write.operation):
            return None
        retry_after = error.retry_after or 0.0
        if retry_after > MAX_DELAY:
            return None
        backoff = random.uniform(0, min(MAX_DELAY, 2.0**write.attempts))  # noqa: S311
        until = asyncio.get_running_loop().time() + max(retry_after, backoff)
        waited = await self._request_log.wait(RetryDelay("Zuora has trouble", until))
        return write if waited else None


def _may_succeed(operation: Operation) -> bool:
    """Return whether Zuora refused a request for a reason that may pass.

    Its Idempotency-Key would bring the same refusal for a day, so that only a new request
    can succeed (contract E3, F4).
    """
    error, snapshot = operation.error, operation.snapshot
    return (
        operation.state is State.REFUSED
        and operation.action.idempotent
        and isinstance(error, RateLimited | ServerError)
        and error.needs_new_key
        and error.is_temporary
        and snapshot is not None
        and not find_doubt(operation, snapshot)
        and not find_change(operation, snapshot)
    )


def _may_leave_once_more(writes: Sequence[_Write]) -> bool:
    """Return whether the last of these writes is to be sent again under a new token.

    That is after HTTP 401 only, if a whole list proves that nothing happened, and if the
    outcome of the others is known.
    """
    if not writes or any(_stops(write.operation) for write in writes[:-1]):
        return False
    write = writes[-1]
    operation, error = write.operation, write.operation.error
    return (
        not (write.repeated or write.given_up)
        and isinstance(error, Unauthenticated)
        and error.applied is Applied.MAYBE
        and operation.state is State.UNKNOWN
        and operation.snapshot is not None
        and operation.snapshot.complete
        and not find_change(operation, operation.snapshot)
    )


def _stops(operation: Operation) -> bool:
    """Return whether the operations behind this one are not to be sent."""
    if operation.state is State.UNKNOWN:
        return True
    error = operation.error
    return operation.state is State.REFUSED and error is not None and not error.is_refusal
