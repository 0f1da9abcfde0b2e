"""Carries out operations: check, record, send, read the list, conclude.

An operation acts on the record that the person saw, or on nothing. Its outcome comes from
a list that is read afterwards, whatever the answer was, and also when none came.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import replace

from entity_connections.domain.errors import (
    Applied,
    RateLimited,
    ReadOnlyError,
    ServerError,
    TokenUnavailable,
    Unreachable,
    ZuoraError,
)
from entity_connections.domain.ids import new_uuid
from entity_connections.services.operations.conflicts import (
    OperationInProgressError,
    check_open_entries,
    find_change,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import find_outcome
from entity_connections.services.operations.recording import record_intent, record_outcome
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant

MAX_ATTEMPTS = 3
"""How often a request is sent while Zuora refuses it for a reason that may pass."""
RETRYABLE_CATEGORIES = ("50", "61", "70")
"""Zuora's error categories after which a new request may succeed (contract F3, F4)."""
MAX_DELAY = 60.0
"""Longest pause between two attempts, in seconds; a longer `Retry-After` ends them."""


class Executor:
    """Carries out the operations of one user.

    Args:
        tenant: the tenant, as the user sees it.
        journal: records each operation before it is sent, and its outcome.
        user: the login name that the journal records.
        request_log: shows the pauses between attempts.
    """

    def __init__(
        self, tenant: Tenant, journal: Journal, user: str, request_log: RequestLog
    ) -> None:
        self._tenant = tenant
        self._journal = journal
        self._user = user
        self._request_log = request_log

    async def run(
        self,
        operations: Iterable[Operation],
        report: Callable[[Operation], None] = lambda _: None,
    ) -> list[Operation]:
        """Carry out operations and return each with its outcome, in the same order.

        Operations in one acting entity share a list that is read before the first is sent
        and another that is read after the last. After an unknown outcome, and after an
        error that the next operation would meet too, nothing more is sent: the rest is
        returned as PLANNED. No ZuoraError and no JournalError is raised.

        Args:
            operations: planned operations.
            report: called with an operation when it is about to be sent, and when its
                outcome is recorded.
        """
        results = list(operations)
        groups: dict[str, list[int]] = {}
        for index, operation in enumerate(results):
            groups.setdefault(operation.acting_id, []).append(index)
        for acting_id, indexes in groups.items():
            batch = _Batch(results, indexes, report)
            await self._run_batch(acting_id, batch)
            if any(_stops(results[index]) for index in indexes):
                break
        return results

    async def _run_batch(self, acting_id: str, batch: "_Batch") -> None:
        """Carry out operations in one acting entity, each up to MAX_ATTEMPTS times."""
        waiting = batch.indexes
        snapshot = await self._read_before(acting_id, waiting, batch)
        while snapshot is not None and waiting:
            sent, unsent = await self._send_all(waiting, batch, snapshot)
            after = await self._read_after([batch.results[index] for index in sent])
            for index in sent:
                concluded = _conclude(batch.results[index], after)
                batch.results[index] = await asyncio.to_thread(
                    record_outcome, self._journal, concluded
                )
            retries = await self._wait_for_retries(sent, batch)
            for index in sent:
                if index not in retries:
                    batch.finish(index, batch.results[index])
            if any(_stops(batch.results[index]) for index in sent if index not in retries):
                return
            for index in retries:
                refused = batch.results[index]
                batch.results[index] = Operation.plan(refused.action, refused.row)
            waiting, snapshot = retries + unsent, after
            if retries:  # the pause has made the list old
                snapshot = await self._read_before(acting_id, waiting, batch)

    async def _read_before(
        self, acting_id: str, waiting: list[int], batch: "_Batch"
    ) -> Snapshot | None:
        """Read the list that operations are checked against; without it, refuse them."""
        try:
            return await self._tenant.read(acting_id)
        except ZuoraError as error:
            for index in waiting:
                refused = replace(batch.results[index], error=error)
                unsent = batch.describe_unsent(index)
                batch.finish(index, refused.with_state(State.REFUSED, unsent))
                if not error.is_refusal:
                    break
            return None

    async def _send_all(
        self, indexes: list[int], batch: "_Batch", snapshot: Snapshot
    ) -> tuple[list[int], list[int]]:
        """Send operations until one ends in doubt; return what was sent and what was not."""
        sent: list[int] = []
        for position, index in enumerate(indexes):
            operation = await self._send(index, batch, snapshot)
            if operation.state is not State.SENT:
                batch.finish(index, operation)
                continue
            batch.results[index] = operation
            sent.append(index)
            if operation.error is not None and not operation.error.is_refusal:
                return sent, indexes[position + 1 :]
        return sent, []

    async def _send(self, index: int, batch: "_Batch", snapshot: Snapshot) -> Operation:
        """Check, record and send one operation; its state is SENT, or says why it was not."""
        operation, unsent = batch.results[index], batch.describe_unsent(index)
        if change := find_change(operation, snapshot):
            stale = replace(operation, snapshot=snapshot)
            return stale.with_state(State.STALE, f"{change} {unsent}")
        track_id = new_uuid()

        def check(open_entries: list[Entry]) -> Operation:
            now, tenant = self._journal.clock(), self._journal.tenant
            return check_open_entries(operation, open_entries, snapshot, now, tenant)

        try:
            operation = await asyncio.to_thread(
                record_intent, self._journal, self._user, track_id, check
            )
        except (JournalError, OperationInProgressError) as error:
            refused = replace(operation, snapshot=snapshot)
            return refused.with_state(State.REFUSED, f"{error} {unsent}")
        batch.attempts[index] += 1
        batch.report(operation)
        zuora, row, key = self._tenant.zuora, operation.row, operation.key
        try:
            receipt = await operation.action.send(zuora, row, key, track_id)
        except ZuoraError as error:
            operation = replace(operation, error=error, request_id=error.request_id)
        else:
            operation = replace(
                operation,
                request_id=receipt.request_id,
                connection_id=receipt.connection_id or operation.connection_id,
            )
        return replace(operation, answered_at=self._tenant.steady())

    async def _read_after(self, sent: list[Operation]) -> Snapshot | None:
        """Return the list as it is after operations were sent; None if there is none to read."""
        if all(map(_never_left, sent)):
            return None
        try:
            return await self._tenant.read(sent[0].acting_id)
        except ZuoraError:
            return None  # the outcome says so, and the next refresh shows the error

    async def _wait_for_retries(self, sent: list[int], batch: "_Batch") -> list[int]:
        """Return which operations are to be sent again, after the pause that they need."""
        retries = [
            index
            for index in sent
            if batch.attempts[index] < MAX_ATTEMPTS and _may_succeed(batch.results[index])
        ]
        if not retries:
            return []
        errors = [batch.results[index].error for index in retries]
        retry_after = max((error.retry_after or 0.0) for error in errors if error)
        if retry_after > MAX_DELAY:
            return []
        attempt = max(batch.attempts[index] for index in retries)
        backoff = random.uniform(0, min(MAX_DELAY, 2.0**attempt))  # noqa: S311
        until = asyncio.get_running_loop().time() + max(retry_after, backoff)
        waited = await self._request_log.wait(RetryDelay("Zuora has trouble", until))
        return retries if waited else []


class _Batch:
    """The operations in one acting entity, among the results of a run."""

    def __init__(
        self, results: list[Operation], indexes: list[int], report: Callable[[Operation], None]
    ) -> None:
        self.results = results
        self.indexes = indexes
        self.report = report
        self.attempts = dict.fromkeys(indexes, 0)

    def describe_unsent(self, index: int) -> str:
        """Return a sentence that says that an operation is not sent now."""
        return "It was not sent again." if self.attempts[index] else "Nothing was sent."

    def finish(self, index: int, operation: Operation) -> None:
        """Keep and report an operation that is not sent again."""
        self.results[index] = operation
        self.report(operation)


def _conclude(operation: Operation, after: Snapshot | None) -> Operation:
    """Return an operation with the outcome that answer and list prove."""
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
    return find_outcome(operation, after, answer=answer)


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
        and bool(error.reasons)
        and all(reason.code[-2:] in RETRYABLE_CATEGORIES for reason in error.reasons)
        and snapshot is not None
        and not find_change(operation, snapshot)
    )


def _never_left(operation: Operation) -> bool:
    error = operation.error
    return isinstance(error, Unreachable | ReadOnlyError | TokenUnavailable) and (
        error.applied is Applied.NO
    )


def _stops(operation: Operation) -> bool:
    """Return whether the operations behind this one are not to be sent."""
    if operation.state is State.UNKNOWN:
        return True
    error = operation.error
    return operation.state is State.REFUSED and error is not None and not error.is_refusal
