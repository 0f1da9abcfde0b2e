"""Carries out the operations of a plan for a command, and tells the outcome of each."""

import asyncio
from collections.abc import Iterable, Sequence

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info, show_progress
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.cli.tenant.signals import stop_on_interrupt
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal


async def execute_plan(
    session: TenantSession, plan: Plan, results: Results, *, lists: Sequence[Snapshot] = ()
) -> None:
    """Carry out the operations of a plan and write the result of each.

    Ctrl+c lets nothing more be sent, and waits for the outcome of what was sent. Where nothing
    is left to be sent, or at the second ctrl+c, it tells what is known of that and ends the
    program. For `lists` see `Executor.run`.
    """
    progress = _Progress(session.workspace.journal, plan.operations, results)
    user_session = session.user_session
    executor = Executor(
        session.tenant,
        session.workspace.journal,
        user_session.login,
        user_session.request_log,
        progress.report,
    )

    def stop() -> bool:
        executor.stop()
        if results.code is ExitCode.INTERRUPTED or not progress.is_under_way:
            return False
        results.raise_code(ExitCode.INTERRUPTED)
        return True

    try:
        with stop_on_interrupt(stop):
            await executor.run(plan, lists=lists)
    except asyncio.CancelledError:
        progress.report_interrupted()
        raise
    finally:
        show_progress("")
        progress.report_unsent()


class _Progress:
    """How far a run is: each of its operations in its newest state."""

    def __init__(self, journal: Journal, operations: Iterable[Operation], results: Results) -> None:
        self._journal = journal
        self._results = results
        self._latest = {(operation.action, operation.ends): operation for operation in operations}

    def _list(self, state: State) -> list[Operation]:
        return [operation for operation in self._latest.values() if operation.state is state]

    @property
    def is_under_way(self) -> bool:
        """Whether something was sent that has no outcome yet, and something was not sent."""
        return bool(self._list(State.SENT) and self._list(State.PLANNED))

    def report(self, operation: Operation) -> None:
        """Take over the newest state of an operation, and write its outcome, if it has one."""
        self._latest[operation.action, operation.ends] = operation
        if operation.state is State.SENT:
            if len(self._latest) > 1:
                total = len(self._latest)
                sent = total - len(self._list(State.PLANNED))
                show_progress(f"{sent:,} of {total:,} writes sent; ctrl+c stops")
            return
        self._results.add_operation(operation)
        if operation.state is State.UNKNOWN and self._journal.path is not None:
            info("It is not sent again by itself; the next command, or the screen, looks it up.")

    def report_interrupted(self) -> None:
        """Write that the outcome of what was being sent is not known."""
        looked_up = " The next command, or the screen, looks it up." if self._journal.path else ""
        for operation in self._list(State.SENT):
            sentence = (
                f"{operation.action.label} of {operation.pair} had been sent, and what became of it"
                f" is not known.{looked_up}"
            )
            if self._results.as_json:
                info(f"Interrupted: {sentence}")
            self._results.add_operation(operation.with_state(State.UNKNOWN, sentence))

    def report_unsent(self) -> None:
        """Write that the rest was not sent."""
        for operation in self._list(State.PLANNED):
            self._results.add_operation(operation)
