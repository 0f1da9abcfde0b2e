"""Plans what is to be written, asks about it, sends it, and finds out what became of it.

The I/O is done in workers of the app: no dialog cancels them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from entity_connections.domain.actions import Action
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.interrupted_runs import (
    InterruptedRun,
    find_interrupted_runs,
    plan_interrupted_run,
)
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import LeftOut, Plan, plan_operations
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.operations.runs import Run
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.workspace import UserSession
from entity_connections.tui.rendering.notices import Kind, make_resolved_notice, make_run_notice
from entity_connections.tui.workers.groups import (
    FORGETTING,
    HISTORY,
    PLANNING,
    RECORDING,
    WRITING,
    is_running,
    start_worker,
)

if TYPE_CHECKING:
    from entity_connections.domain.connections import Ends
    from entity_connections.tui.dialogs.confirmation import Confirmation
    from entity_connections.tui.screens.connections import ConnectionsScreen


class Writer:
    """Writes to the tenant of the main screen, and follows up what it and others have written."""

    def __init__(self, screen: "ConnectionsScreen") -> None:
        self._app = screen.app
        self._screen = screen
        self._view = screen.view
        self._journal = screen.workspace.journal
        self._executors: dict[Run, Executor] = {}
        self._unfinished_writes: set[asyncio.Task[list[Operation]]] = set()
        self._recovered = False
        self._interrupted: list[InterruptedRun] = []
        self._last_line = 0  # of the journal, as far as the history was read
        self._confirmed: set[tuple[Ends, Action]] = set()  # last, in this session

    @property
    def planning(self) -> bool:
        return is_running(self._app, PLANNING)

    @property
    def writing(self) -> bool:
        return is_running(self._app, WRITING)

    # Plans

    def plan(
        self,
        state: ScreenState,
        action: Action,
        rows: Sequence[Row],
        left_out: Sequence[LeftOut] = (),
    ) -> None:
        """Plan an action on rows of any entity; `left_out` are others that the question names."""

        async def plan_and_ask() -> None:
            plan = await plan_operations(action, rows, state.session.tenant, self._journal)
            self.ask(state, plan._replace(left_out=(*plan.left_out, *left_out)))

        self._start_planning(plan_and_ask)

    def cancel_planning(self) -> None:
        self._app.workers.cancel_group(self._app, PLANNING)

    def _start_planning(self, work: Callable[[], Awaitable[None]]) -> None:
        work = partial(self._report_failure, work)
        start_worker(self._app, work, PLANNING, exclusive=True)

    async def _report_failure(self, work: Callable[[], Awaitable[None]]) -> None:
        """Plan or forget a run; show why that failed, where the journal or a list is unreadable."""
        try:
            await work()
        except (JournalError, ZuoraError) as error:
            sentence = error.sentence if isinstance(error, ZuoraError) else str(error)
            self._view.notice_bar.show_notice(Kind.ERROR, sentence, "Nothing was sent.")

    def ask(
        self, state: ScreenState, plan: Plan, interrupted: InterruptedRun | None = None
    ) -> None:
        """Ask whether a plan is to be carried out; `interrupted` is the run that it resumes."""
        from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
        from entity_connections.tui.dialogs.plan_preview import PlanPreview

        def write(confirmed: bool | None) -> None:
            if confirmed:
                self.start_run(state, plan)
            elif interrupted:
                if not (plan.operations or plan.waiting):  # nothing is left of it
                    self._forget(interrupted)
                self.ask_about_interrupted()

        if state is not self._view.state:
            return
        question: Confirmation
        if len(plan.operations) == 1 and not plan.left_out:
            operation = plan.operations[0]
            is_open = operation.row in state.runs.unresolved
            question = ActionConfirmation(self._screen, operation, is_open=is_open)
        else:
            limit = state.session.request_log.rate_limit
            question = PlanPreview(self._screen, plan, limit)
        self._app.push_screen(question, write)

    # Interrupted runs

    def find_interrupted(self, state: ScreenState) -> None:
        """Look up the interrupted runs, and ask about them."""

        async def find() -> None:
            session = state.session
            runs = await find_interrupted_runs(self._journal, session.tenant, session.login)
            self._interrupted = []
            if runs:
                self.ask_about_interrupted(runs)
            else:
                sentence = "No interrupted run is left to resume."
                self._view.notice_bar.show_notice(Kind.INFO, sentence)

        self._start_planning(find)

    def ask_about_interrupted(self, more: Sequence[InterruptedRun] = ()) -> None:
        """Ask what becomes of the oldest interrupted run; then of the next."""
        self._interrupted += more
        state = self._view.state
        if state is None or not self._interrupted:
            return
        from entity_connections.tui.dialogs.interrupted_run import InterruptedRunQuestion

        run = self._interrupted.pop(0)

        async def plan_and_ask() -> None:
            plan = await plan_interrupted_run(run, state.session.tenant, self._journal)
            self.ask(state, plan, run)

        def go_on(confirmed: bool | None) -> None:
            if confirmed:
                self._start_planning(plan_and_ask)
            else:
                self.ask_about_interrupted()

        forget = partial(self._forget, run)
        self._app.push_screen(InterruptedRunQuestion(self._screen, run, forget), go_on)

    def _forget(self, run: InterruptedRun) -> None:
        forget = partial(asyncio.to_thread, self._journal.end_run, run.id)
        start_worker(self._app, partial(self._report_failure, forget), FORGETTING)

    # Runs

    def start_run(self, state: ScreenState, plan: Plan) -> None:
        """Carry out what was confirmed on a state, unless another tenant or user has come since.

        Closing a dialog or the tenant's list stops nothing.
        """
        if state is self._view.state and not state.runs.is_running:
            self._view.notice_bar.clear_notice()
            run = state.start_run(plan)
            start_worker(self._app, partial(self._write, state, run), WRITING)

    def stop_run(self) -> bool:
        """Let the run that is under way send nothing more; return whether there was one to stop.

        What was sent gets its outcome.
        """
        run = self._view.state.runs.last if self._view.state is not None else None
        if run is None or run.ended or run.stopping:
            return False
        run.stopping = True
        if (executor := self._executors.get(run)) is not None:
            executor.stop()
        self._view.redraw()
        return True

    async def _write(self, state: ScreenState, run: Run) -> None:
        session = state.session
        executor = Executor(
            session.tenant,
            self._journal,
            session.login,
            session.request_log,
            partial(self._show_operation, state, run),
            lag_delays=self._screen.timing.lag_delays,
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
        state.end_run(run, operations)
        self._view.notice_bar.notice = make_run_notice(run)
        self.handle_new_list(state)
        self.read_history()
        if run.plan.resumes:
            self.ask_about_interrupted()
        await self._screen.reader.save_lists()

    def _show_operation(self, state: ScreenState, run: Run, operation: Operation) -> None:
        state.report(run, operation)
        if operation.state is State.CONFIRMED:
            self._confirmed.add((operation.ends, operation.action))
        else:  # it is being sent once more
            self._confirmed.discard((operation.ends, operation.action))
        if run.total > 1:
            self._view.redraw_soon()

    async def finish_writes(self) -> None:
        """Wait until the outcome of every write that was begun is recorded."""
        if self._unfinished_writes:
            await asyncio.wait(self._unfinished_writes)

    # Outcomes

    def handle_new_list(self, state: ScreenState) -> None:
        """Record outcomes that a list has proven, and check the confirmation that is open."""
        if operations := state.runs.unresolved.take_resolved():
            start_worker(self._app, partial(self._record, operations), RECORDING)
        dialog, shown = self._app.screen, self._view.state
        if dialog is not self._screen and shown is not None and shown.snapshot is not None:
            from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

            if isinstance(dialog, ActionConfirmation):
                dialog.revalidate(shown.snapshot)

    async def _record(self, operations: list[Operation]) -> None:
        self._show_resolved(await asyncio.to_thread(record_outcomes, self._journal, operations))

    def _show_resolved(self, operations: Collection[Operation]) -> None:
        """Show outcomes that were unknown, and are recorded."""
        if self._view.state is not None:
            self._view.state.update_unresolved(operations)
        # Of what was sent again, the notice of the second time says enough.
        operations = [
            operation
            for operation in operations
            if operation.state is not State.SUPERSEDED
            or (operation.ends, operation.action) not in self._confirmed
        ]
        if notice := make_resolved_notice(operations):
            self._view.notice_bar.notice = notice
        self.read_history()

    async def recover(
        self, session: UserSession
    ) -> tuple[list[Operation], list[InterruptedRun], str]:
        """Look up what earlier runs have left, once.

        Return the writes without an outcome, what was not sent, and why that failed, or "".

        Raises:
            ZuoraError: a list that is needed cannot be read.
        """
        operations: list[Operation] = []
        runs: list[InterruptedRun] = []
        problem = ""
        if not self._recovered:
            try:
                operations = await recover_operations(session.tenant, self._journal)
                runs = await find_interrupted_runs(self._journal, session.tenant, session.login)
            except JournalError as error:
                problem = str(error)
            self._recovered = True  # not before the end: a cancelled look-up is repeated
        return operations, runs, problem

    async def read_unresolved(self, hierarchy: Hierarchy) -> list[Operation]:
        """Return the operations of earlier runs whose outcome is unknown."""
        try:
            entries = await asyncio.to_thread(self._journal.read_unresolved)
        except JournalError:
            return []  # shown once the tenant is entered
        return [
            Operation.from_entry(entry, hierarchy)
            for entry in entries
            if not self._journal.is_being_sent(entry)
        ]

    async def look_up_others(self, state: ScreenState, own_ids: set[str]) -> None:
        """Show what became of operations that other programs have left open, or have closed.

        `own_ids` are the journal entries that were open here before.

        Raises:
            JournalError: the journal cannot be read.
        """
        tenant, unresolved = state.session.tenant, state.runs.unresolved
        operations = await recover_operations(tenant, self._journal, own_ids)
        resolved = [operation for operation in operations if operation.state is not State.UNKNOWN]
        open_ids = {entry.id for entry in await asyncio.to_thread(self._journal.read_open)}
        closed_ids = unresolved.entry_ids() - open_ids
        entries = await asyncio.to_thread(self._journal.read_entries) if closed_ids else []
        resolved += [
            Operation.from_entry(entry, tenant.hierarchy)
            for entry in entries
            if entry.id in closed_ids
        ]
        if resolved:
            self._show_resolved(resolved)

    def read_history(self) -> None:
        """Read what the journal has got of this tenant since it was read last."""
        start_worker(self._app, self._read_history, HISTORY, exclusive=True)

    async def _read_history(self) -> None:
        try:
            entries, line = await asyncio.to_thread(self._journal.read_after, self._last_line)
        except JournalError:
            return  # the journal's own dialog says why
        self._last_line = line
        history = {**self._view.history}
        for entry in entries:
            if entry.tenant == self._journal.tenant:
                known = list(history.get(entry.ends, ()))
                ids = [older.id for older in known]
                if entry.id in ids:  # it has an outcome now
                    known[ids.index(entry.id)] = entry
                else:
                    known.insert(0, entry)
                history[entry.ends] = known
        self._view.history = history
