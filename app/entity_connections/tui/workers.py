"""The I/O of the main screen, in workers of the App: closing a dialog cancels none of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from entity_connections.domain.actions import Action
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.services.all_lists import read_lists
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.interrupted import (
    InterruptedRun,
    find_interrupted_runs,
    plan_interrupted_run,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import LeftOut, plan_operations
from entity_connections.services.operations.recording import record_outcomes
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.operations.runs import Run
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.storage.list_cache import CachedLists
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui import messages

if TYPE_CHECKING:
    from entity_connections.services.storage.journal_entry import Entry

ENTERING, READING, WRITING, RECORDING = "enter", "read", "write", "record"
HISTORY, READING_LISTS, PLANNING, FORGETTING = "history", "read lists", "plan", "forget"
"""Groups of workers: entering, reading, history and planning are exclusive; writes are never
cancelled."""
REPORT_INTERVAL = 0.2
"""Seconds between two reports of the lists of many entities; each draws the screen."""


class Workers:
    """Starts workers on the app of a screen, and posts messages to the screen, which change it."""

    def __init__(
        self, screen: Screen[None], workspace: Workspace, lag_delays: Sequence[float]
    ) -> None:
        self._app = screen.app
        self._post = screen.post_message
        self._workspace = workspace
        self._lag_delays = lag_delays
        self._session: tuple[str, UserSession] | None = None
        self._restored: ScreenState | None = None
        self._cache_checked = False
        self._recovered = False
        self._executors: dict[Run, Executor] = {}
        self._unfinished_writes: set[asyncio.Task[list[Operation]]] = set()

    @property
    def reading(self) -> bool:
        """Whether something is being read."""
        return self._is_running(ENTERING) or self._is_running(READING)

    @property
    def planning(self) -> bool:
        """Whether something is being planned, so that a question follows."""
        return self._is_running(PLANNING)

    @property
    def writing(self) -> bool:
        """Whether a write is being sent."""
        return self._is_running(WRITING)

    def _is_running(self, group: str) -> bool:
        return any(worker.group == group and worker.is_running for worker in self._app.workers)

    def enter(self, user: str) -> None:
        """Open the tenant as a user and read the first list."""
        self._app.workers.cancel_group(self._app, READING_LISTS)
        self._start(partial(self._enter, user), ENTERING, exclusive=True)

    def read(self, state: ScreenState, *, entities: bool = False) -> None:
        """Read the list of the acting entity, and before it the hierarchy if `entities`."""
        self._start(partial(self._read, state, entities), READING, exclusive=True)

    def read_lists(self, state: ScreenState, ids: Sequence[str]) -> None:
        """Read the lists of many entities, unless such are being read already."""
        if ids and not self._is_running(READING_LISTS):
            state.start_reading_lists(len(ids))
            self._start(partial(self._read_lists, state, ids), READING_LISTS)

    def plan(
        self,
        state: ScreenState,
        action: Action,
        rows: Sequence[Row],
        left_out: Sequence[LeftOut] = (),
    ) -> None:
        """Plan an action on rows of any entity; `left_out` are others that the question names."""
        self._start_planning(partial(self._plan, state, action, rows, left_out))

    def find_interrupted(self, state: ScreenState) -> None:
        """Look up the interrupted runs, to ask about them."""
        self._start_planning(partial(self._find_interrupted, state))

    def plan_interrupted(self, state: ScreenState, run: InterruptedRun) -> None:
        """Read the lists anew, and plan what an interrupted run did not send."""
        self._start_planning(partial(self._plan_interrupted, state, run))

    def forget_interrupted(self, run: InterruptedRun) -> None:
        """Remove an interrupted run from the journal."""
        journal = self._workspace.journal
        forget = partial(asyncio.to_thread, journal.end_run, run.id)
        self._start(partial(self._report_failure, forget), FORGETTING)

    def write(self, state: ScreenState, run: Run) -> None:
        """Carry out the operations of a run; closing a dialog or the tenant's list stops none."""
        self._start(partial(self._write, state, run), WRITING)

    def stop(self, run: Run) -> None:
        """Let a run send nothing more; what was sent gets its outcome."""
        run.stopping = True
        if (executor := self._executors.get(run)) is not None:
            executor.stop()

    def cancel_reading(self) -> None:
        """Cancel what is being read."""
        for group in (ENTERING, READING):
            self._app.workers.cancel_group(self._app, group)

    def cancel_planning(self) -> None:
        """Cancel what is being planned."""
        self._app.workers.cancel_group(self._app, PLANNING)

    def record(self, operations: list[Operation]) -> None:
        """Record outcomes that lists have proven, if there are any."""
        if operations:
            self._start(partial(self._record, operations), RECORDING)

    def read_history(self) -> None:
        """Read what the journal holds of this tenant."""
        self._start(self._read_history, HISTORY, exclusive=True)

    def _start(
        self, work: Callable[[], Awaitable[None]], group: str, *, exclusive: bool = False
    ) -> None:
        self._app.run_worker(work, group=group, exclusive=exclusive)

    def _start_planning(self, work: Callable[[], Awaitable[None]]) -> None:
        self._start(partial(self._report_failure, work), PLANNING, exclusive=True)

    async def _report_failure(self, work: Callable[[], Awaitable[None]]) -> None:
        """Plan or forget a run; post why that failed, where the journal or a list is unreadable."""
        try:
            await work()
        except (JournalError, ZuoraError) as error:
            self._post(messages.PlanFailed(error))

    async def _enter(self, user: str) -> None:
        try:
            session = await self._open_session(user)
            tenant, state, start = session.tenant, self._restored, session.start
            before = state.acting_id if state else ""
            if state and not (start and before == tenant.find_id(start)):
                start = before  # where the last run ended, or where the user has gone meanwhile
            acting_id = await tenant.open(start)
            moved = state is not None and state.acting_id == before != acting_id
            if state is None or (start == session.start and moved):
                # In the cache, the name of the start entity belonged to another entity.
                state = ScreenState(session, acting_id, lock=self._workspace.lock)
            elif tenant.can_act_in(state.acting_id):
                acting_id = state.acting_id
            recovered, interrupted, journal_error = await self._recover(session)
            self._post(
                messages.TenantEntered(
                    user, state, acting_id, recovered, interrupted, journal_error
                )
            )
            self._restored = None
            await self._read_list(state, acting_id)
        except ZuoraError as error:
            self._post(messages.EnterFailed(user, error))

    async def _open_session(self, user: str) -> UserSession:
        """Return the session of a user, opened once; show the lists of an earlier run."""
        if self._session is None or self._session[0] != user:
            session = await self._workspace.enter(user)
            self._session, self._cache_checked, self._restored = (user, session), False, None
        session = self._session[1]
        if self._cache_checked:
            return session
        self._post(messages.SessionOpened(session))
        cached = await asyncio.to_thread(session.tenant.restore_cache)
        lock = self._workspace.lock
        if cached is not None and (state := _make_cached_state(session, cached, lock)) is not None:
            unresolved = await self._read_unresolved(session.tenant.hierarchy)
            self._restored = state
            self._post(messages.CacheRestored(user, state, unresolved))
        self._cache_checked = True  # not before the end: a cancelled check is repeated
        return session

    async def _read_unresolved(self, hierarchy: Hierarchy) -> list[Operation]:
        """Return the operations of earlier runs whose outcome is unknown."""
        try:
            journal = self._workspace.journal
            entries = await asyncio.to_thread(journal.read_unresolved)
        except JournalError:
            return []  # shown once the tenant is entered
        return [
            Operation.from_entry(entry, hierarchy)
            for entry in entries
            if not journal.is_being_sent(entry)
        ]

    async def _recover(
        self, session: UserSession
    ) -> tuple[list[Operation], list[InterruptedRun], str]:
        """Look up what earlier runs have left, once.

        Return the unresolved operations, what was not sent, and why that failed, or "".
        """
        if self._recovered:
            return [], [], ""
        tenant, journal = session.tenant, self._workspace.journal
        operations: list[Operation] = []
        interrupted: list[InterruptedRun] = []
        journal_error = ""
        try:
            operations = await recover_operations(tenant, journal)
            interrupted = await find_interrupted_runs(journal, tenant, session.login)
        except JournalError as error:
            journal_error = str(error)
        self._recovered = True  # not before the end: a cancelled look-up is repeated
        return operations, interrupted, journal_error

    async def _read_history(self) -> None:
        journal = self._workspace.journal
        history: dict[tuple[str, str], list[Entry]] = {}
        with suppress(JournalError):  # the journal's own dialog says why
            for entry in reversed(await asyncio.to_thread(journal.read_entries)):
                if entry.tenant == journal.tenant:
                    history.setdefault(entry.ends, []).append(entry)
        self._post(messages.HistoryRead(history))

    async def _record(self, operations: list[Operation]) -> None:
        recorded = await asyncio.to_thread(record_outcomes, self._workspace.journal, operations)
        self._post(messages.OperationsResolved(recorded))

    async def _read(self, state: ScreenState, entities: bool) -> None:
        own_ids = state.runs.unresolved.entry_ids()
        await self._read_list(state, state.acting_id, entities=entities)
        if not entities:
            return
        with suppress(JournalError):  # other programs may have left operations open meanwhile
            operations = await recover_operations(
                state.session.tenant, self._workspace.journal, own_ids
            )
            resolved = [
                operation for operation in operations if operation.state is not State.UNKNOWN
            ]
            resolved += await self._read_closed(state)
            if resolved:
                self._post(messages.OperationsResolved(resolved))

    async def _read_closed(self, state: ScreenState) -> list[Operation]:
        """Return the operations that another program has resolved or released."""
        journal, hierarchy = self._workspace.journal, state.session.tenant.hierarchy
        open_ids = {entry.id for entry in await asyncio.to_thread(journal.read_open)}
        closed_ids = state.runs.unresolved.entry_ids() - open_ids
        entries = await asyncio.to_thread(journal.read_entries) if closed_ids else []
        return [
            Operation.from_entry(entry, hierarchy) for entry in entries if entry.id in closed_ids
        ]

    async def _read_list(
        self, state: ScreenState, acting_id: str, *, entities: bool = False
    ) -> None:
        tenant = state.session.tenant
        try:
            if entities:
                await tenant.read_entities(acting_id)
            snapshot = await tenant.read(acting_id)
        except ZuoraError as error:
            self._post(messages.ReadFailed(state, acting_id, error))
            return
        self._post(messages.ListRead(state, snapshot))
        await self._read_other_lists(state)
        await asyncio.to_thread(tenant.save_cache, acting_id, state.direction)

    async def _read_lists(self, state: ScreenState, ids: Sequence[str]) -> None:
        session, left = state.session, len(ids)
        now = asyncio.get_running_loop().time
        lists: dict[str, Snapshot | ZuoraError] = {}
        reported_at = now()

        def report(id_: str, found: Snapshot | ZuoraError) -> None:
            nonlocal left, lists, reported_at
            left -= 1
            lists[id_] = found
            if now() - reported_at >= REPORT_INTERVAL:
                self._post(messages.ListsRead(state, lists, left))
                lists, reported_at = {}, now()

        try:
            await read_lists(ids, session.tenant, session.request_log, report)
        finally:
            self._post(messages.ListsRead(state, lists, 0))

    async def _read_other_lists(self, state: ScreenState) -> None:
        """Read the lists of other entities that may prove an unknown outcome."""
        for acting_id in state.runs.unresolved.acting_ids(excluding=state.acting_id):
            with suppress(ZuoraError):  # the outcome stays unknown
                snapshot = await state.session.tenant.read(acting_id)
                self._post(messages.ListRead(state, snapshot))

    async def _plan(
        self,
        state: ScreenState,
        action: Action,
        rows: Sequence[Row],
        left_out: Sequence[LeftOut],
    ) -> None:
        plan = await plan_operations(action, rows, state.session.tenant, self._workspace.journal)
        self._post(messages.PlanMade(state, plan._replace(left_out=(*plan.left_out, *left_out))))

    async def _find_interrupted(self, state: ScreenState) -> None:
        session, journal = state.session, self._workspace.journal
        runs = await find_interrupted_runs(journal, session.tenant, session.login)
        self._post(messages.RunsFound(runs))

    async def _plan_interrupted(self, state: ScreenState, run: InterruptedRun) -> None:
        plan = await plan_interrupted_run(run, state.session.tenant, self._workspace.journal)
        self._post(messages.PlanMade(state, plan, run))

    async def _write(self, state: ScreenState, run: Run) -> None:
        session, journal = state.session, self._workspace.journal

        def report(operation: Operation) -> None:
            self._post(messages.OperationReported(state, run, operation))

        executor = Executor(
            session.tenant,
            journal,
            session.login,
            session.request_log,
            report,
            lag_delays=self._lag_delays,
        )
        self._executors[run] = executor
        write = asyncio.create_task(executor.run(run.plan))
        self._unfinished_writes.add(write)
        write.add_done_callback(self._unfinished_writes.discard)
        try:
            operations = await asyncio.shield(write)
        except asyncio.CancelledError:  # the program or the tenant is being closed
            executor.stop(forget_unsent=False)
            raise
        finally:
            del self._executors[run]
        self._post(messages.RunEnded(state, run, operations))

    async def finish_writes(self) -> None:
        """Wait until the outcome of every write that was begun is recorded."""
        if self._unfinished_writes:
            await asyncio.wait(self._unfinished_writes)


def _make_cached_state(
    session: UserSession, cached: CachedLists, lock: WriteLock
) -> ScreenState | None:
    """Return a state with the list of the entity to act in, or None if it is not in the cache."""
    tenant, start = session.tenant, session.start
    acting_id = tenant.find_id(start) if start else cached.acting_id
    if not acting_id or (snapshot := tenant.cached(acting_id)) is None:
        return None
    state = ScreenState(session, acting_id, direction=cached.direction, lock=lock)
    state.apply(snapshot)
    return state
