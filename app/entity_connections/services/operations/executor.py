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

from entity_connections.domain.errors import RateLimited, ZuoraError
from entity_connections.domain.ids import new_uuid
from entity_connections.services.operations.conflicts import OperationInProgressError, find_doubt
from entity_connections.services.operations.job import MAX_DELAY, Job
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import conclude, never_left
from entity_connections.services.operations.plan import MAX_ROUND, Plan
from entity_connections.services.operations.recording import (
    record_intent,
    record_outcomes,
    record_run,
)
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

    Args:
        tenant: the tenant, as the user sees it.
        journal: records each operation before it is sent, and its outcome.
        user: the login name.
        request_log: shows the pauses between attempts.
        report: called with an operation when it is about to be sent, and when it has an
            outcome; a sent one then is in the journal.
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
        self._journal_thread = ThreadPoolExecutor(max_workers=1)
        self._run_id = ""
        self._open_journal = ExitStack()
        self._stopped = False
        self._forgets_unsent = False
        self._lists = SharedLists(tenant, [])

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
        planned = plan.operations
        jobs = [Job(operation, operation.key) for operation in planned]
        oldest = self._tenant.steady() - MAX_ROUND_TIME
        known = [snapshot for snapshot in lists if snapshot.asked > oldest]
        self._lists = SharedLists(self._tenant, planned, known)
        if len(planned) > 1 or plan.resumes:
            try:
                await asyncio.to_thread(self._begin_run, plan)
            except JournalError as error:
                for job in jobs:
                    job.refuse(State.NOT_SENT, str(error), snapshot=None)
                    self._report(job.operation)
                return [job.operation for job in jobs]
        try:
            await self._run_rounds([job for job in jobs if not job.operation.follows])
            requests = {job.planned_key: job for job in jobs}
            accepts = [job for job in jobs if job.operation.follows]
            for job in accepts:
                job.follow(requests[job.operation.follows].operation)
                if job.operation.state is not State.PLANNED:
                    self._report(job.operation)
            await self._run_rounds(accepts)
        except asyncio.CancelledError:  # the user did not wait for outcomes
            self._forgets_unsent = False
            raise
        finally:
            await self._end_run(jobs, resumed=bool(plan.resumes))
        return [job.operation for job in jobs]

    def _begin_run(self, plan: Plan) -> None:
        self._run_id = new_uuid()
        record_run(self._journal, self._run_id, plan, self._user)
        self._open_journal.enter_context(self._journal.keep_open())

    async def _end_run(self, jobs: list[Job], *, resumed: bool) -> None:
        """Leave in the journal what the next start offers: what has no final outcome.

        With a request that has none, the accept that follows it stays, too.
        """
        keeps_unsent = resumed or not self._forgets_unsent
        keys = {
            job.planned_key
            for job in jobs
            if job.operation.state in (State.SENT, State.UNKNOWN)
            or (keeps_unsent and job.operation.is_unsent)
        }
        keys |= {job.planned_key for job in jobs if job.operation.follows in keys}
        answered = [operation for job in jobs if (operation := job.conclude_without_list())]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._journal_thread, self._record_end, keys, answered)

    def _record_end(self, keys: set[str], answered: list[Operation]) -> None:
        with self._open_journal, suppress(JournalError):  # else the next start finds it out
            if answered:
                limited = [o.id for o in answered if isinstance(o.error, RateLimited)]
                record_outcomes(self._journal, answered, sent_again=limited)
            if self._run_id:
                self._journal.end_run(self._run_id, keys)

    async def _run_rounds(self, jobs: list[Job]) -> None:
        """Carry out operations that do not depend on each other."""
        while not self._stopped:
            waiting = [job for job in jobs if job.operation.state is State.PLANNED]
            if not waiting:
                break
            sent = await self._send_until_doubt(await self._read_before(waiting[:MAX_ROUND]))
            if sent:
                await self._finish_round(sent)
        await self._look_up_in_progress(jobs)

    async def _read_before(self, jobs: list[Job]) -> list[Job]:
        """Read the lists that operations are checked against; return those that have one."""
        errors = await self._lists.read_missing([job.operation for job in jobs])
        ready = []
        for job, error in zip(jobs, errors, strict=True):
            if error is None:
                ready.append(job)
            elif error.is_refusal or not self._stopped:
                self._stopped |= not error.is_refusal
                job.operation = replace(job.operation, error=error)
                reason = error.sentence
                if not error.gave_up:
                    reason += " So the list could not be read before the write."
                state = State.REFUSED if error.is_refusal else State.NOT_SENT
                job.refuse(state, reason, snapshot=None)
                self._report(job.operation)
        return ready

    async def _send_until_doubt(self, jobs: list[Job]) -> list[Job]:
        """Send operations until one ends in doubt or it is time for new lists; return the sent."""
        queue = deque(jobs)
        doubtful = False
        end = self._tenant.steady() + MAX_ROUND_TIME

        async def send_next() -> None:
            nonlocal doubtful
            while queue and not doubtful and await self._wait_for_limits():
                if not queue or doubtful or self._tenant.steady() > end:
                    return
                job = queue.popleft()
                await self._send(job)
                operation = job.operation
                doubtful |= (
                    operation.state is State.SENT
                    and operation.error is not None
                    and not operation.error.is_refusal
                )

        async with asyncio.TaskGroup() as group:
            for _ in range(MAX_CONCURRENCY):
                group.create_task(send_next())
        return [job for job in jobs if job.operation.state is State.SENT]

    async def _wait_for_limits(self) -> bool:
        """Wait while Zuora's limits delay another call; return whether to go on sending."""
        if not self._stopped and not await self._request_log.wait_for_limits():
            self.stop()
        return not self._stopped

    async def _send(self, job: Job) -> None:
        """Check, record and send one operation; its state is SENT, or says why it was not.

        One that is sent once more was checked and recorded before.
        """
        if job.operation.entry is None:
            await self._check_and_record(job)
            if job.operation.state is not State.IN_PROGRESS:  # reported once it is looked up
                self._report(job.operation)
            if job.operation.state is not State.SENT:
                return
            job.attempts += 1
        operation = job.operation
        track_id = operation.entry.track_id if operation.entry else ""
        try:
            receipt = await operation.action.send(
                self._tenant.zuora, operation.row, operation.key, track_id
            )
        except ZuoraError as error:
            operation = replace(operation, error=error, request_id=error.request_id)
        except asyncio.CancelledError as cancelled:
            answer = cancelled.__cause__
            if isinstance(answer, ZuoraError):  # it was about to be sent once more
                job.operation = replace(operation, error=answer, request_id=answer.request_id)
            raise
        else:
            operation = replace(
                operation,
                success=True,
                request_id=receipt.request_id,
                connection_id=receipt.connection_id or operation.connection_id,
            )
        job.operation = replace(operation, answered_at=self._tenant.steady())

    async def _check_and_record(self, job: Job) -> None:
        """Record the intent of an operation, which is SENT then; or refuse to send it."""
        operation, snapshot = job.operation, self._lists.get(job.operation)
        assert snapshot is not None  # noqa: S101 - `_read_before` has read it
        try:
            if doubt := find_doubt(operation, snapshot):
                job.refuse(State.REFUSED, doubt, snapshot)
            elif not (job.end_if_done(snapshot) or job.end_if_overtaken(snapshot)):
                job.operation = await asyncio.get_running_loop().run_in_executor(
                    self._journal_thread,
                    record_intent,
                    self._journal,
                    operation,
                    snapshot,
                    self._user,
                    new_uuid(),
                    self._run_id,
                    job.planned_key,
                )
        except JournalError as error:
            job.refuse(State.NOT_SENT, str(error), snapshot)
        except OperationInProgressError as error:
            job.refuse(State.IN_PROGRESS, str(error), snapshot)

    async def _finish_round(self, sent: list[Job]) -> None:
        """Find and record the outcomes of what was sent; plan again what may be repeated."""
        doubtful = await self._look_up(sent)
        if doubtful and all(job.may_leave_once_more for job in doubtful):
            for job in doubtful:
                job.leave_once_more()
            await asyncio.gather(*map(self._send, doubtful))
            doubtful = await self._look_up(doubtful)
        outcomes = [job.operation for job in sent]
        sent_again = [job.operation.id for job in doubtful if job.may_be_planned_again]
        outcomes = await asyncio.to_thread(record_outcomes, self._journal, outcomes, sent_again)
        for job, operation in zip(sent, outcomes, strict=True):
            if operation.state is State.REPEATED:  # by another program: for this one it is done
                operation = operation.with_state(State.CONFIRMED, job.operation.sentence)
            job.operation = operation
        planned_again = doubtful if await self._wait_for_retry(doubtful) else []
        for job in sent:
            if job not in planned_again:
                self._report(job.operation)
        for job in planned_again:
            job.plan_again()
        if planned_again:
            self._lists.forget()  # they are old by now
        if doubtful and not planned_again:
            self._stopped = True

    async def _look_up(self, sent: list[Job]) -> list[Job]:
        """Conclude operations that were sent from their lists; return those that stop others.

        A list that leaves an outcome unknown is read again after `lag_delays`.
        """
        operations = {job: job.operation for job in sent}
        self._lists.forget()
        open_ = [job for job in sent if job.repeated or not never_left(job.operation.error)]
        delays = list(self._lag_delays)
        while True:
            await self._lists.read_again([operations[job] for job in open_], operations.values())
            for job, operation in operations.items():
                if job.operation.state in (State.SENT, State.UNKNOWN):
                    snapshot = self._lists.get(operation)
                    job.operation = conclude(operation, snapshot, repeated=job.repeated)
            open_ = [
                job
                for job in open_
                if job.operation.state is State.UNKNOWN and self._lists.get(job.operation)
            ]
            if not open_ or not delays:
                break
            until = asyncio.get_running_loop().time() + delays.pop(0)
            pause = RetryDelay("the list proves nothing yet", until, "reading it again")
            if not await self._request_log.wait(pause):
                for job in open_:
                    job.given_up = True
                break
        return [job for job in sent if job.stops_others]

    async def _look_up_in_progress(self, jobs: list[Job]) -> None:
        """Find out what another program has done meanwhile that kept this one from sending.

        A list that does not show it is read again after `lag_delays`.
        """
        open_ = waiting = [job for job in jobs if job.operation.state is State.IN_PROGRESS]
        for delay in (None, *self._lag_delays):
            if not open_:
                break
            if delay is not None:
                until = asyncio.get_running_loop().time() + delay
                pause = RetryDelay("another program sends it", until, "reading the list")
                if not await self._request_log.wait(pause):
                    break
            self._lists.forget()
            await self._lists.read_missing([job.operation for job in open_])
            open_ = [
                job
                for job in open_
                if (snapshot := self._lists.get(job.operation)) is not None
                and not (job.end_if_done(snapshot) or job.end_if_overtaken(snapshot))
            ]
        for job in waiting:
            self._report(job.operation)

    async def _wait_for_retry(self, jobs: list[Job]) -> bool:
        """Wait before operations are planned again; return whether all of them may be."""
        if self._stopped or not jobs or not all(job.may_be_planned_again for job in jobs):
            return False
        delay = max(job.choose_delay() for job in jobs)
        if delay > MAX_DELAY:
            return False
        until = asyncio.get_running_loop().time() + delay
        waited = await self._request_log.wait(RetryDelay("Zuora has trouble", until))
        return waited and not self._stopped
