"""The way of a write: check, record, send, read the list, conclude, record.

An operation acts on the record that the person saw, or on nothing. Its outcome comes from
a list that is read afterwards, whatever the answer was, and also when none came. A list that
does not show the effect yet may lag: it is read again before the outcome is unknown.

Several operations are carried out in rounds. A round reads the lists that show them, sends
them, several at the same time, and reads the lists again, which serve the next round, too.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial

from entity_connections.domain.errors import Unauthenticated, ZuoraError
from entity_connections.domain.ids import new_uuid
from entity_connections.services.operations.conflicts import (
    OperationInProgressError,
    check_row,
    find_change,
)
from entity_connections.services.operations.journal_records import (
    record_intent,
    record_outcomes,
    record_run,
    record_success,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import (
    conclude,
    conclude_without_list,
    never_left,
    stops_others,
)
from entity_connections.services.operations.plan import MAX_ROUND, Plan
from entity_connections.services.operations.shared_lists import SharedLists
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.tenant import Tenant

MAX_CONCURRENCY = 8
"""How many operations are sent at the same time."""
MAX_ROUND_TIME = 30.0
"""Seconds for which a round sends; then its lists are too old to check operations against."""
LAG_DELAYS = (1.0, 2.0, 4.0)
"""Seconds after which a list that does not show the effect of a write is read again."""


class Executor:
    """Carries out the operations of one run.

    `report` is called with an operation when it is about to be sent, and when it has an outcome;
    a sent one then is in the journal. A list that proves nothing is read again after each of
    `lag_delays`, in seconds. `user` is the login name.
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
        self._journal_thread = ThreadPoolExecutor(max_workers=1)
        self._run_id = ""
        self._open_journal = ExitStack()
        self._stopped = False
        self._forgets_unsent = False
        self._lists = SharedLists(tenant, [])
        self._operations: dict[str, Operation] = {}  # by their planned keys, in their newest state

    def stop(self, *, forget_unsent: bool = True) -> None:
        """Let nothing more be sent; what was sent gets its outcome.

        Args:
            forget_unsent: whether the user gives up what was not sent; else, and where `run` is
                cancelled, the next start offers it. The rest of an interrupted run is always
                offered again.
        """
        self._stopped = True
        self._forgets_unsent |= forget_unsent

    async def run(self, plan: Plan, *, lists: Iterable[Snapshot] = ()) -> list[Operation]:
        """Carry out a plan and return its operations with their outcomes, in the same order.

        After an unknown outcome, after an error that the next operation would meet too, and
        after `stop`, nothing more is sent: the rest is returned as PLANNED. An accept that
        follows a request is sent once a list shows the request as Pending. No ZuoraError and
        no JournalError is raised.

        Args:
            plan: more than one operation are recorded before the first is sent, so that the next
                program can find what has no final outcome when this one ends.
            lists: lists that the caller has read just now, and that nobody has been asked about
                since: those that are not too old serve to check the first operations.
        """
        oldest = self._tenant.steady() - MAX_ROUND_TIME
        known = [snapshot for snapshot in lists if snapshot.asked > oldest]
        self._lists = SharedLists(self._tenant, plan.operations, known)
        operations = self._operations = {operation.key: operation for operation in plan.operations}
        if len(operations) > 1 or plan.resumes:
            try:
                await asyncio.to_thread(self._begin_run, plan)
            except JournalError as error:
                for key, operation in operations.items():
                    self._update(key, operation.refuse(State.NOT_SENT, str(error)))
                return [*operations.values()]
        try:
            await self._run_rounds([key for key in operations if not operations[key].follows])
            accepts = [key for key in operations if operations[key].follows]
            for key in accepts:
                operations[key] = operations[key].follow(operations[operations[key].follows])
                if operations[key].state is not State.PLANNED:
                    self._report(operations[key])
            await self._run_rounds(accepts)
        except asyncio.CancelledError:  # the user did not wait for outcomes
            self._forgets_unsent = False
            raise
        finally:
            await self._end_run(resumed=bool(plan.resumes))
        return [*operations.values()]

    def _update(self, key: str, operation: Operation) -> None:
        """Keep and report the new state of an operation."""
        self._operations[key] = operation
        self._report(operation)

    def _begin_run(self, plan: Plan) -> None:
        self._run_id = new_uuid()
        record_run(self._journal, self._run_id, plan, self._user)
        self._open_journal.enter_context(self._journal.keep_open())

    async def _end_run(self, *, resumed: bool) -> None:
        """Leave in the journal what the next start offers: what has no final outcome.

        With a request that has none, the accept that follows it stays, too.
        """
        keeps_unsent = resumed or not self._forgets_unsent
        keys, answered = set[str](), []
        for key, unfinished in self._operations.items():
            operation = conclude_without_list(unfinished)
            if operation is not unfinished:
                answered.append(operation)
            if (
                operation.state in (State.SENT, State.UNKNOWN)
                or operation.follows in keys
                or (keeps_unsent and operation.is_unsent)
            ):
                keys.add(key)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._journal_thread, self._record_end, keys, answered)

    def _record_end(self, keys: set[str], answered: list[Operation]) -> None:
        with self._open_journal, suppress(JournalError):  # else the next start finds it out
            if answered:
                record_outcomes(self._journal, answered)
            if self._run_id:
                self._journal.end_run(self._run_id, keys)

    async def _run_rounds(self, keys: list[str]) -> None:
        """Carry out operations that do not depend on each other."""
        while not self._stopped:
            waiting = [key for key in keys if self._operations[key].state is State.PLANNED]
            if not waiting:
                break
            sent = await self._send_until_doubt(await self._read_before(waiting[:MAX_ROUND]))
            if sent:
                await self._look_up(sent)
                again = [key for key in sent if stops_others(self._operations[key])]
                if again and all(map(self._may_leave_once_more, again)):
                    await asyncio.gather(*map(self._call, again))
                    await self._look_up(again, repeated=True)
                await self._record_outcomes(sent)

    async def _read_before(self, keys: list[str]) -> list[str]:
        """Read the lists that operations are checked against; return those that have one."""
        errors = await self._lists.read_missing([self._operations[key] for key in keys])
        ready = []
        for key, error in zip(keys, errors, strict=True):
            if error is None:
                ready.append(key)
            elif error.is_refusal or not self._stopped:
                self._stopped |= not error.is_refusal
                reason = error.sentence
                if not error.gave_up:
                    reason += " So the list could not be read before the write."
                state = State.REFUSED if error.is_refusal else State.NOT_SENT
                operation = replace(self._operations[key], error=error)
                self._update(key, operation.refuse(state, reason))
        return ready

    async def _send_until_doubt(self, keys: list[str]) -> list[str]:
        """Send operations until one ends in doubt or it is time for new lists; return the sent."""
        queue = deque(keys)
        doubtful = False
        end = self._tenant.steady() + MAX_ROUND_TIME

        async def send_next() -> None:
            nonlocal doubtful
            while queue and not doubtful and await self._wait_for_limits():
                if not queue or doubtful or self._tenant.steady() > end:
                    return
                key = queue.popleft()
                self._update(key, await self._check_and_record(self._operations[key]))
                if self._operations[key].state is State.SENT:
                    await self._call(key)
                    group.create_task(self._record_success(key))
                    error = self._operations[key].error
                    doubtful |= error is not None and not error.is_refusal

        async with asyncio.TaskGroup() as group:
            for _ in range(MAX_CONCURRENCY):
                group.create_task(send_next())
        return [key for key in keys if self._operations[key].state is State.SENT]

    async def _wait_for_limits(self) -> bool:
        """Wait while Zuora's limits delay another call; return whether to go on sending."""
        if not self._stopped and not await self._request_log.wait_for_limits():
            self.stop()
        return not self._stopped

    async def _call(self, key: str) -> None:
        """Send an operation that is recorded, and keep Zuora's answer."""
        operation = replace(self._operations[key], error=None)
        track_id = operation.entry.track_id if operation.entry else ""
        try:
            receipt = await operation.action.send(
                self._tenant.zuora,
                operation.row,
                operation.key,
                track_id,
                partial(self._may_repeat, operation),
            )
        except ZuoraError as error:
            operation = replace(operation, error=error, request_id=error.request_id)
        except asyncio.CancelledError as cancelled:
            answer = cancelled.__cause__
            if isinstance(answer, ZuoraError):  # it was about to be sent once more
                self._operations[key] = replace(
                    operation, error=answer, request_id=answer.request_id
                )
            raise
        else:
            operation = replace(
                operation,
                success=True,
                request_id=receipt.request_id,
                connection_id=receipt.connection_id or operation.connection_id,
            )
        self._operations[key] = replace(operation, answered_at=self._tenant.steady())

    async def _record_success(self, key: str) -> None:
        """Record that Zuora answered success, before a list shows what the answer has led to."""
        if (operation := self._operations[key]).success:
            record = partial(record_success, self._journal, operation)
            with suppress(JournalError):  # the sentence of the outcome says so
                self._operations[key] = await asyncio.get_running_loop().run_in_executor(
                    self._journal_thread, record
                )

    async def _check_and_record(self, operation: Operation) -> Operation:
        """Record the intent of an operation, which is SENT then; or refuse to send it."""
        snapshot = self._lists.get(operation)
        assert snapshot is not None  # noqa: S101 - `_read_before` has read it
        checked = check_row(operation, snapshot)
        if checked.state is not State.PLANNED:
            return checked
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._journal_thread,
                record_intent,
                self._journal,
                operation,
                snapshot,
                self._user,
                new_uuid(),
                self._run_id,
            )
        except JournalError as error:
            return operation.refuse(State.NOT_SENT, str(error), snapshot)
        except OperationInProgressError as error:
            return operation.refuse(State.IN_PROGRESS, str(error), snapshot)

    async def _may_repeat(self, operation: Operation) -> bool:
        """Return whether a new list proves that a refused operation has had no effect."""
        try:
            snapshot = await self._lists.read(operation)
        except ZuoraError:  # the outcome is looked up later
            return False
        unchanged = snapshot.complete and not find_change(operation, snapshot)
        return unchanged and not self._stopped

    def _may_leave_once_more(self, key: str) -> bool:
        """Return whether an operation is to be sent again under the same intent and a new token.

        That is after HTTP 401 only, if a whole list proves that nothing happened.
        """
        operation, error = self._operations[key], self._operations[key].error
        return (
            not self._stopped
            and isinstance(error, Unauthenticated)
            and error.maybe_applied
            and operation.state is State.UNKNOWN
            and operation.snapshot is not None
            and operation.snapshot.complete
            and not find_change(operation, operation.snapshot)
        )

    async def _look_up(self, keys: list[str], *, repeated: bool = False) -> None:
        """Conclude operations that were sent from their lists; `repeated` is as for `conclude`.

        A list that leaves an outcome unknown is read again after `lag_delays`.
        """
        sent = {key: self._operations[key] for key in keys}
        open_ = [key for key in keys if repeated or not never_left(sent[key].error)]
        delays = list(self._lag_delays)
        self._lists.forget()
        while True:
            await self._lists.read_again([sent[key] for key in open_], sent.values())
            for key, operation in sent.items():
                if self._operations[key].state in (State.SENT, State.UNKNOWN):
                    snapshot = self._lists.get(operation)
                    self._operations[key] = conclude(operation, snapshot, repeated=repeated)
            open_ = [
                key
                for key in open_
                if self._operations[key].state is State.UNKNOWN and self._lists.get(sent[key])
            ]
            if not open_ or not delays:
                break
            until = asyncio.get_running_loop().time() + delays.pop(0)
            pause = RetryDelay("the list proves nothing yet", until, "reading it again")
            if not await self._request_log.wait(pause):
                self._stopped = True
                break

    async def _record_outcomes(self, keys: list[str]) -> None:
        """Record and report what was sent; stop after what the next operation would meet, too."""
        concluded = [self._operations[key] for key in keys]
        outcomes = await asyncio.to_thread(record_outcomes, self._journal, concluded)
        for key, before, outcome in zip(keys, concluded, outcomes, strict=True):
            if outcome.state is State.REPEATED:  # by another program: for this one it is done
                outcome = outcome.with_state(State.CONFIRMED, before.sentence)
            self._stopped |= stops_others(outcome)
            self._update(key, outcome)
