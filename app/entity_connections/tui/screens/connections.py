"""The main screen: Manage Entity Connections."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.screen import Screen

from entity_connections.domain.actions import Action, DisabledReason
from entity_connections.domain.errors import NoResponse, ZuoraError
from entity_connections.domain.row_sort import SortColumn
from entity_connections.services.operations.operation import State
from entity_connections.services.operations.plan import Plan
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands import COMMANDS, COMMANDS_BY_ID
from entity_connections.tui.commands.command import NOTHING_READ, Command
from entity_connections.tui.commands.row_actions import run_row_command
from entity_connections.tui.rendering import notices
from entity_connections.tui.rendering.notices import Kind, Lifetime
from entity_connections.tui.screens.connections_view import ConnectionsView
from entity_connections.tui.timing import Timing
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import SIGN, Grid
from entity_connections.tui.widgets.too_small import LARGE_ENOUGH, TooSmall, is_too_small

SaveChoice = Callable[[str, str], str]
if TYPE_CHECKING:
    from entity_connections.domain.connections import Ends
    from entity_connections.services.operations.interrupted import InterruptedRun
    from entity_connections.tui import messages
    from entity_connections.tui.widgets.entity_tree import EntityTree


class ConnectionsScreen(Screen[None]):
    """Both tabs of one acting entity, and every command on their rows.

    Args:
        workspace: the tenant.
        timing: the delays of the screen.
        clear_input: drops the keys that wait to be handled, and returns them.
        three_panes: whether three panes were chosen; None leaves it to the width.
        save_choice: remembers a theme, or whether there are three panes, for the next start;
            it waits for the disk, and returns why that failed, or "".

    Attributes:
        is_started: whether the tenant is being opened, or is open.
    """

    BINDINGS = [
        *(command.make_binding() for command in COMMANDS),
        Binding("escape", "back", "Back", id="back", tooltip="One step back"),
        # As in other programs:
        Binding("f1", "run_command('help')", "Help", id="f1", tooltip="Help", priority=True),
        Binding("f5", "run_command('refresh')", "Read", id="f5", tooltip="Read", priority=True),
    ]
    BLANK = True  # its widgets cover it
    view = query_one(ConnectionsView)

    def __init__(
        self,
        workspace: Workspace,
        timing: Timing,
        clear_input: Callable[[], list[str]],
        three_panes: bool | None,
        save_choice: SaveChoice | None,
    ) -> None:
        super().__init__(classes=LARGE_ENOUGH)  # else all widgets would be styled once more
        self.three_panes = three_panes
        self._save_choice = save_choice
        self.workspace = workspace
        self.timing = timing
        self._clear_input = clear_input
        self.is_started = False
        self._interrupted: list[InterruptedRun] = []
        self._confirmed: set[tuple[Ends, Action]] = set()  # last, in this session

    def compose(self) -> ComposeResult:
        yield ConnectionsView(self.workspace, self.timing, self.three_panes)
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the first frame; only then load what is heavy."""
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        from entity_connections.tui.auto_refresh import AutoRefresh
        from entity_connections.tui.workers import Workers

        if self.is_started:
            return
        self.tenant_workers = Workers(self, self.workspace, self.timing.lag_delays)
        self._refresher = AutoRefresh(self.view, self.tenant_workers)
        self.is_started = True
        self.tenant_workers.enter(self.workspace.user)

    async def open_tenant(self, workspace: Workspace) -> None:
        """Start again, with an empty screen, in another tenant."""
        opened = asyncio.Event()
        # In this screen's message loop, so that no message arrives in between.
        self.call_later(self._restart, workspace, opened)
        await opened.wait()

    async def _restart(self, workspace: Workspace, opened: asyncio.Event) -> None:
        self.is_started = False
        self.workspace = workspace
        await self.recompose()
        self._start()
        opened.set()

    def show_three_panes(self, three_panes: bool) -> None:
        """Show three panes or not, now and at the next start."""
        self.three_panes = self.view.three_panes = three_panes
        self.remember("panes", "always" if three_panes else "never")

    @work(group="remember")
    async def remember(self, key: str, value: str) -> None:
        """Remember what was chosen for the next start; say so where that fails."""
        if self._save_choice is None:
            return
        if problem := await asyncio.to_thread(self._save_choice, key, value):
            self.view.notice_bar.show_notice(Kind.ERROR, f"This is not remembered. {problem}")

    @property
    def state(self) -> ScreenState | None:
        """What the user has in front of them, or None before the tenant is open."""
        return self.view.state

    def on_session_opened(self, message: "messages.SessionOpened") -> None:
        self.view.request_log = message.session.request_log

    def on_cache_restored(self, message: "messages.CacheRestored") -> None:
        self._set_state(message.user, message.state)
        message.state.update_unresolved(message.unresolved)

    def on_tenant_entered(self, message: "messages.TenantEntered") -> None:
        state = message.state
        if state is not self.state:
            self._set_state(message.user, state)
        elif not state.session.tenant.can_act_in(state.acting_id):
            state.act_in(message.acting_id)
        self.view.entered = True
        self._clear_failure()
        self.tenant_workers.read_history()
        self._refresher.read_all_lists_soon()
        state.update_unresolved(message.recovered)
        start_problem = state.session.tenant.start_problem
        lines = [start_problem, message.journal_error]
        if start_problem and (keys := self._clear_input()):
            dropped = notices.format_keys(keys)
            lines.insert(1, f"Not used, because they were typed before: {dropped}.")
        resolved = notices.make_resolved_notice(message.recovered)
        if any(lines):
            lines += resolved.lines if resolved else ()
            self.view.notice_bar.show_notice(Kind.ERROR, *lines)
        elif resolved:
            self.view.notice_bar.notice = resolved
        self._interrupted += message.interrupted
        self._ask_about_interrupted()

    def on_runs_found(self, message: "messages.RunsFound") -> None:
        self._interrupted = message.runs
        if message.runs:
            self._ask_about_interrupted()
        else:
            self.view.notice_bar.show_notice(Kind.INFO, "No interrupted run is left to resume.")

    def _ask_about_interrupted(self) -> None:
        """Ask what becomes of the oldest interrupted run; then of the next."""
        state = self.state
        if state is None or not self._interrupted:
            return
        from entity_connections.tui.dialogs.interrupted_run import InterruptedRunQuestion

        run = self._interrupted.pop(0)

        def go_on(confirmed: bool | None) -> None:
            if confirmed:
                self.tenant_workers.plan_interrupted(state, run)
            else:
                self._ask_about_interrupted()

        forget = partial(self.tenant_workers.forget_interrupted, run)
        question = InterruptedRunQuestion(run, self.workspace, self.timing, forget)
        self.app.push_screen(question, go_on)

    def _set_state(self, user: str, state: ScreenState) -> None:
        self.view.user, self.view.state, self.view.entered = user, state, False
        self.view.notice_bar.clear_notice()
        if (dialog := self.app.screen) is not self:
            from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
            from entity_connections.tui.dialogs.plan_preview import PlanPreview

            if isinstance(dialog, ActionConfirmation | PlanPreview):
                dialog.invalidated = "You work as another user now."

    def on_enter_failed(self, message: "messages.EnterFailed") -> None:
        state, error = self.state, message.error
        if state is None or message.user == self.view.user:
            self._show_failure(error)
        else:  # the user before goes on
            self._refresher.pause(error)
            self.view.reading = False
            self.view.request_log = state.session.request_log
            self.view.show_error(error)

    def on_list_read(self, message: "messages.ListRead") -> None:
        state = message.state
        if state is not self.state:
            return
        self.view.reading = False
        self._clear_failure()
        before = state.snapshot
        state.apply(message.snapshot)
        if before and state.snapshot and before.connections != state.snapshot.connections:
            self.view.notice_bar.expire_notice(Lifetime.UNTIL_LIST_CHANGES)
        self._handle_new_list(state)

    def on_lists_read(self, message: "messages.ListsRead") -> None:
        if message.state is self.state:
            self.state.apply_lists(message.lists, message.left)
            self._handle_new_list(self.state)

    def on_read_failed(self, message: "messages.ReadFailed") -> None:
        state = message.state
        if state is self.state and message.acting_id == state.acting_id:
            self._show_failure(message.error)

    def _show_failure(self, error: ZuoraError) -> None:
        """Show why reading failed; in a notice too if the user has asked for it."""
        view, state = self.view, self.state
        asked, view.reading = view.reading, False
        self._refresher.pause(error)
        if state is None:
            view.failure = error
            return
        state.fail(error)
        if asked and state.snapshot is not None:
            view.show_error(error)

    def _clear_failure(self) -> None:
        self.view.failure = self.view.retry_at = None
        self.view.notice_bar.expire_notice(Lifetime.UNTIL_READ)

    def on_history_read(self, message: "messages.HistoryRead") -> None:
        self.view.history = message.history

    def on_plan_made(self, message: "messages.PlanMade") -> None:
        """Ask whether a plan is to be carried out."""
        state, plan, interrupted = message.state, message.plan, message.interrupted

        def write(confirmed: bool | None) -> None:
            if confirmed:
                self.start_run(state, plan)
            elif interrupted:
                if not (plan.operations or plan.waiting):  # nothing is left of it
                    self.tenant_workers.forget_interrupted(interrupted)
                self._ask_about_interrupted()

        from entity_connections.tui.dialogs.plan_preview import PlanPreview

        if state is self.state:
            limit = state.session.request_log.rate_limit
            self.app.push_screen(PlanPreview(plan, self.workspace, self.timing, limit), write)

    def on_plan_failed(self, message: "messages.PlanFailed") -> None:
        error = message.error
        sentence = error.sentence if isinstance(error, ZuoraError) else str(error)
        self.view.notice_bar.show_notice(Kind.ERROR, sentence, "Nothing was sent.")

    def start_run(self, state: ScreenState, plan: Plan) -> None:
        """Carry out what was confirmed on a state, unless another tenant or user has come since."""
        if state is self.state and not state.runs.is_running:
            self.view.notice_bar.clear_notice()
            self.tenant_workers.write(state, state.start_run(plan))

    def stop_run(self) -> bool:
        """Let the run that is under way send nothing more; return whether there was one to stop."""
        run = self.state.runs.last if self.state is not None else None
        if run is None or run.ended or run.stopping:
            return False
        self.tenant_workers.stop(run)
        self.view.redraw()
        return True

    def on_operation_reported(self, message: "messages.OperationReported") -> None:
        operation = message.operation
        message.state.runs.report(message.run, operation)
        if operation.state is State.CONFIRMED:
            self._confirmed.add((operation.ends, operation.action))
        else:  # it is being sent once more
            self._confirmed.discard((operation.ends, operation.action))
        if message.run.total > 1:
            self.view.redraw_soon()

    def on_run_ended(self, message: "messages.RunEnded") -> None:
        state, operations = message.state, message.operations
        state.end_run(message.run, operations)
        self.view.notice_bar.notice = notices.make_run_notice(message.run)
        self._handle_new_list(state)
        self.tenant_workers.read_history()
        if message.run.plan.resumes:
            self._ask_about_interrupted()

    def _handle_new_list(self, state: ScreenState) -> None:
        """Record outcomes that a list has proven, and check the confirmation that is open."""
        self.tenant_workers.record(state.runs.unresolved.take_resolved())
        dialog, snapshot = self.app.screen, self.state.snapshot if self.state else None
        if dialog is not self and snapshot is not None:
            from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

            if isinstance(dialog, ActionConfirmation):
                dialog.revalidate(snapshot)

    def on_operations_resolved(self, message: "messages.OperationsResolved") -> None:
        if self.state is not None:
            self.state.update_unresolved(message.operations)
        # Of what was sent again, the notice of the second time says enough.
        operations = [
            operation
            for operation in message.operations
            if operation.state is not State.SUPERSEDED
            or (operation.ends, operation.action) not in self._confirmed
        ]
        if notice := notices.make_resolved_notice(operations):
            self.view.notice_bar.notice = notice
        self.tenant_workers.read_history()

    # Commands

    def action_run_command(self, id_: str) -> None:
        """Run a command, or show why it is impossible now."""
        command, context = COMMANDS_BY_ID[id_], self.view.context
        if id_ != "quit" and not self.can_run_commands:
            return
        reason = command.get_disabled_reason(context)
        if reason is None:
            command.run(self)
        else:
            self.show_reason(command, reason)

    @property
    def can_run_commands(self) -> bool:
        """Whether the user sees this screen, without a dialog above it."""
        return self.app.screen is self and not is_too_small(self)

    def show_reason(self, command: Command, reason: DisabledReason) -> None:
        """Show why a command is impossible now."""
        label = command.get_label(self.view.context)
        lines = [f"{label}: {reason.reason}", reason.remedy]
        if command.takes_following_keys and (keys := self._clear_input()):
            lines.append(
                f"Not used, because they were typed after it: {notices.format_keys(keys)}."
            )
        nothing_read = reason is NOTHING_READ
        lifetime = Lifetime.UNTIL_READ if nothing_read else Lifetime.UNTIL_LIST_CHANGES
        self.view.notice_bar.show_notice(Kind.INFO, *lines, lifetime=lifetime)
        if self.state is not None and self.state.runs.is_running:  # it covers the progress
            expire = partial(self.view.notice_bar.expire_notice, lifetime)
            self.set_timer(self.timing.brief_notice, expire)

    def action_toggle_status(self, group: str) -> None:
        """Show the rows of a status besides those that are shown, or no longer."""
        if self.state is not None and self.app.screen is self:
            self.state.tab.toggle_status(group)

    def action_back(self) -> None:
        """Take one step back: leave the tree, end a wait or a run, clear notice, filters, marks."""
        view = self.view
        in_filter = self.focused is view.filter_input
        if isinstance(self.focused, FilterInput) and not in_filter:
            view.close_tree_filter()
        elif self._stop_work(in_filter=in_filter):
            pass
        elif view.notice_bar.notice is not None and not in_filter:
            view.notice_bar.clear_notice()
        elif in_filter:
            view.close_filter()
        elif self.state is not None and self.state.runs.is_running:
            pass  # pressed once more to stop the run, it must not clear filters and marks
        elif view.is_filtered:
            view.close_filter()
        else:
            view.clear_marks()

    def _stop_work(self, *, in_filter: bool) -> bool:
        """End a wait or a run, if there is any to end; return whether there was."""
        view = self.view
        if self.is_started and self.tenant_workers.planning:
            self.tenant_workers.cancel_planning()
        elif view.request_log is not None and view.request_log.delays:
            self.stop_run()
            view.request_log.cancel_delays()
        elif view.reading and view.slow_seconds and not in_filter:
            self.tenant_workers.cancel_reading()
            kind = ZuoraError if view.request_log is None else NoResponse  # nothing was asked yet
            self._show_failure(kind("You gave up waiting."))
        elif not in_filter and self.stop_run():
            pass
        elif view.request_log is not None and view.slow_seconds:  # for the answer to a write
            view.request_log.give_up_waiting()
        else:
            return False
        return True

    def act_in(self, entity_id: str | None) -> None:
        """Act in another entity, on the same tab; None changes nothing."""
        if self.state is not None and entity_id not in (None, self.state.acting_id):
            marks = self.state.count_marks()
            self.state.act_in(entity_id)
            self.show_acting_entity(marks)

    def show_acting_entity(self, cleared_marks: int = 0) -> None:
        """Show another acting entity, and how many marks this has cleared; read its list."""
        self.view.show_new_rows()
        self.view.show_cleared_marks(cleared_marks)
        if self.state is not None:
            self.view.reading = True
            self.tenant_workers.read(self.state)

    def on_entity_tree_entity_selected(self, event: "EntityTree.EntitySelected") -> None:
        if self.state is None:
            return
        tenant = self.state.session.tenant
        if reason := tenant.hierarchy.get(event.entity_id).no_access_reason:
            self.view.notice_bar.show_notice(Kind.INFO, reason)
        else:
            self.view.close_tree_filter()
            self.act_in(event.entity_id)

    @on(Grid.HeaderSelected)
    def _sort_by_column(self, event: Grid.HeaderSelected) -> None:
        if self.state is not None:
            self.state.tab.sort_by(SortColumn(event.column))

    @on(Grid.RowSelected)
    @on(Grid.CellSelected)
    def _handle_row_selected(self, event: Grid.RowSelected | Grid.CellSelected) -> None:
        if isinstance(event, Grid.RowSelected):
            run_row_command(self, event.key)
        elif event.column in ("key", "action"):
            run_row_command(self, event.key, clicked=True)
        elif event.column == SIGN and self.state is not None:
            self.state.tab.toggle_mark(event.key)
