"""The main screen: Manage Entity Connections."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.screen import Screen

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.row_sort import SortColumn
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands import COMMANDS, COMMANDS_BY_ID
from entity_connections.tui.commands.command import NOTHING_READ, Command, Need
from entity_connections.tui.commands.row_actions import run_row_command
from entity_connections.tui.rendering.notices import PASSING, Kind, Lifetime, format_keys
from entity_connections.tui.screens.connections_view import ConnectionsView
from entity_connections.tui.timing import Timing
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import SIGN, Grid
from entity_connections.tui.widgets.too_small import LARGE_ENOUGH, TooSmall, is_too_small

SaveChoice = Callable[[str, str], str]
if TYPE_CHECKING:
    from entity_connections.tui.widgets.entity_tree import EntityTree


class ConnectionsScreen(Screen[None]):
    """Both tabs of one acting entity, and every command on their rows.

    Args:
        clear_input: drops the keys that wait to be handled, and returns them.
        three_panes: whether three panes were chosen; None leaves it to the width.
        save_choice: remembers a theme, or whether there are three panes, for the next start;
            it waits for the disk, and returns why that failed, or "".

    Attributes:
        is_started: whether the tenant is being opened, or is open; before, there are no reader
            and no writer.
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
        self.clear_input = clear_input
        self.is_started = False

    def compose(self) -> ComposeResult:
        yield ConnectionsView(self.workspace, self.timing, self.three_panes)
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the first frame; only then load what is heavy."""
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        from entity_connections.tui.workers.reader import Reader
        from entity_connections.tui.workers.writer import Writer

        if self.is_started:
            return
        self.reader, self.writer = Reader(self), Writer(self)
        self.is_started = True
        self.reader.enter(self.workspace.user)

    async def open_tenant(self, workspace: Workspace) -> None:
        """Start again, with an empty screen, in another tenant."""
        self.is_started = False
        self.workspace = workspace
        await self.recompose()
        self._start()

    def show_three_panes(self, three_panes: bool) -> None:
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

    # Commands

    def action_run_command(self, id_: str) -> None:
        """Run a command, or show why it is impossible now."""
        command, context = COMMANDS_BY_ID[id_], self.view.context
        if id_ != "quit" and not self.can_run_commands:
            return
        reason = command.get_disabled_reason(context)
        if reason is None:
            if command.needs is Need.ROWS:
                self.view.notice_bar.expire_notice(*PASSING)
            command.run(self)
        else:
            self.show_reason(command, reason)

    @property
    def can_run_commands(self) -> bool:
        """Whether the user sees this screen, without a dialog above it."""
        return self.app.screen is self and not is_too_small(self)

    def show_reason(self, command: Command, reason: DisabledReason) -> None:
        label = command.get_label(self.view.context)
        lines = [f"{label}: {reason.reason}", reason.remedy]
        if command.takes_following_keys and (keys := self.clear_input()):
            lines.append(f"Not used, because they were typed after it: {format_keys(keys)}.")
        nothing_read = reason is NOTHING_READ
        lifetime = Lifetime.UNTIL_READ if nothing_read else Lifetime.UNTIL_LIST_CHANGES
        self.view.notice_bar.show_notice(Kind.INFO, *lines, lifetime=lifetime)

    def action_toggle_status(self, group: str) -> None:
        """Show the rows of a status besides those that are shown, or no longer."""
        if self.state is not None and self.app.screen is self:
            self.view.notice_bar.expire_notice(*PASSING)
            self.state.tab.toggle_status(group)

    def action_back(self) -> None:
        """Take one step back: leave the tree, end a wait or a run, clear notice, filters, marks."""
        view = self.view
        in_filter = self.focused is view.filter_input
        if isinstance(self.focused, FilterInput) and not in_filter:
            view.close_tree_filter()
        elif self.stop_work(in_filter=in_filter):
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

    def stop_work(self, *, in_filter: bool = False) -> bool:
        """End a wait or a run, if there is any to end; return whether there was."""
        view = self.view
        if not self.is_started:
            return False
        if self.writer.planning:
            self.writer.cancel_planning()
        elif view.request_log is not None and view.request_log.delays:
            self.writer.stop_run()
            view.request_log.cancel_delays()
        elif not in_filter and self.writer.stop_run():
            pass
        elif view.reading and view.slow_seconds and not in_filter:
            self.reader.give_up()
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
            self.reader.read(self.state)

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
            self.view.notice_bar.expire_notice(*PASSING)
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
