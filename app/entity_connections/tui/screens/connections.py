"""The main screen: Manage Entity Connections."""

import asyncio
from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.screen import Screen

from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import NoResponse, ZuoraError
from entity_connections.domain.row_sort import SortColumn as SortOrder
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.tui import messages
from entity_connections.tui.auto_refresh import Refreshing
from entity_connections.tui.commands import BY_ID, COMMANDS, disabled_reason, label, row_command
from entity_connections.tui.dialogs.action_confirmation import Question
from entity_connections.tui.input.key_needs import NEEDS, lacks
from entity_connections.tui.rendering import presenting
from entity_connections.tui.screens.connections_view import DeskView
from entity_connections.tui.screens.opening import OPENS, ask
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.too_small import (
    BREAKPOINTS_ACROSS,
    BREAKPOINTS_DOWN,
    TooSmall,
    too_small,
)
from entity_connections.tui.workers import Work

_FOLLOWED = frozenset({"entity", "filter", "other_side", "palette", "user", "theme", "faults"})
"""Commands after which keys are meant for what they open."""

KEYS_LISTED = 12
"""Keys that are named in a message; there may be hundreds."""
AGE_EVERY = 60.0
"""Seconds between looks at the clock: the age of the list is told in minutes."""


class Connections(Screen[None]):
    """Both tabs of one acting entity, and every command on their rows."""

    BINDINGS = [
        *(
            Binding(
                one.key,
                f"command('{one.id}')",
                one.label,
                id=one.id,
                tooltip=one.tooltip,
                # At once, in the order typed: a key after / belongs to the field already.
                priority=True,
            )
            for one in COMMANDS
        ),
        Binding("escape", "back", "Back", id="back", tooltip="One step back"),
    ]
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS_ACROSS
    VERTICAL_BREAKPOINTS = BREAKPOINTS_DOWN

    view = query_one(DeskView)

    def __init__(self, target: Workspace, clear_input: Callable[[], list[str]]) -> None:
        super().__init__()
        self._clear_input = clear_input
        self.target = target
        self._leaving = False
        self._open = False

    def compose(self) -> ComposeResult:
        """Lay out the desk, and a sentence for terminals that are too small for it."""
        yield DeskView(self.target)
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the empty desk first; only then load what is heavy."""
        self.call_after_refresh(self._enter)
        self.set_interval(AGE_EVERY, lambda: self.view.draw_lines())

    def _enter(self) -> None:
        if self._open:
            return
        self.work = Work(self.app, self, self.target)
        self.refreshing = Refreshing(self.view, self.work)
        self._open = True
        self.work.enter(self.target.user)

    async def finish_writes(self) -> None:
        """Wait until every write that was begun is recorded to its end."""
        if self._open:
            await self.work.finish_writes()

    async def open_tenant(self, target: Workspace) -> None:
        """Begin anew with an empty desk, in another tenant."""
        opened = asyncio.Event()
        self.call_later(self._begin_anew, target, opened)  # so no message finds half a desk
        await opened.wait()

    async def _begin_anew(self, target: Workspace, opened: asyncio.Event) -> None:
        self._open = self._leaving = False
        self.target = target
        await self.recompose()
        self._enter()
        opened.set()

    @property
    def desk(self) -> ScreenState | None:
        """What the user has in front of them, once there is something."""
        return self.view.desk

    # What the workers tell

    @on(messages.Opened)
    def _opened(self, message: messages.Opened) -> None:
        self.view.follow(message.access.request_log)

    @on(messages.Restored)
    def _restored(self, message: messages.Restored) -> None:
        self._sit_down(message.user, message.desk)
        message.desk.update_unresolved(message.unknown)
        self.view.draw_tab()

    @on(messages.Entered)
    def _entered(self, message: messages.Entered) -> None:
        desk, outcomes = message.desk, message.outcomes
        if desk is not self.desk:
            self._sit_down(message.user, desk)
        elif not desk.session.tenant.can_act_in(desk.acting_id):
            desk.act_in(message.acting_id)
        self.view.entered = True
        self.view.recover()
        desk.update_unresolved(outcomes)
        if message.trouble:
            self.view.say("bad", message.trouble)
        elif outcomes:
            self.view.say(*presenting.told_later(outcomes))
        self.view.draw_tab()

    def _sit_down(self, user: str, desk: ScreenState) -> None:
        self.view.user, self.view.desk, self.view.entered = user, desk, False
        self.view.hush()
        if isinstance(question := self.app.screen, Question):
            question.invalidated = "You work as another user now."

    @on(messages.EnterFailed)
    def _enter_failed(self, message: messages.EnterFailed) -> None:
        self.view.reading = False
        self.refreshing.hold(message.error)
        desk = self.desk
        if desk is not None and message.user != self.view.user:
            self.view.follow(desk.session.request_log)
            self.view.say_failure(message.error)
            self.view.draw_lines()
        elif desk is not None:
            self._failed(desk, message.error, asked=message.asked)
        else:
            self.view.fail(message.error)

    @on(messages.Read)
    def _read(self, message: messages.Read) -> None:
        if message.desk is self.desk:
            self.view.reading = False
            self.view.recover()
            before = message.desk.snapshot
            message.desk.apply(message.view)
            after = message.desk.snapshot
            if before and after and before.connections != after.connections:
                self.view.outdate()
            self._conclude(message.desk)
            self._recheck_question()
            self.view.draw()

    @on(messages.ReadFailed)
    def _read_failed(self, message: messages.ReadFailed) -> None:
        desk = message.desk
        if desk is self.desk and message.acting_id == desk.acting_id:
            self._failed(desk, message.error, asked=message.asked)

    def _failed(self, desk: ScreenState, error: ZuoraError, *, asked: bool) -> None:
        self.view.reading = False
        desk.failure = error
        self.refreshing.hold(error)
        if asked and desk.snapshot is not None:
            self.view.say_failure(error)
        self.view.draw()

    @on(messages.Finished)
    def _finished(self, message: messages.Finished) -> None:
        self._leaving = False
        message.desk.finish_operation(message.outcome)
        self.view.say(*presenting.told(message.outcome), until_change=True)
        self._conclude(message.desk)
        self._recheck_question()
        self.view.draw()

    def _conclude(self, desk: ScreenState) -> None:
        if settled := desk.take_resolved():
            self.work.conclude(settled)

    @on(messages.Settled)
    def _settled(self, message: messages.Settled) -> None:
        self.view.say(*presenting.told_later(message.outcomes))

    # Commands

    def must_wait(self, event: events.Event) -> bool:
        """Return whether an event is for rows that are still read, or a row whose write is sent."""
        if not self._open:
            return True
        if not isinstance(event, events.Key) or event.key not in NEEDS:
            return False
        view = self.view
        if not view.reading and not self.work.writing:
            return False
        if self.app.screen is not self or self.focused is view.needle:
            return False
        return lacks(NEEDS[event.key], view.situation(), reading=view.reading)

    def show_waiting(self, keys: list[str]) -> None:
        """Tell that keys wait for what is read or sent; none takes that back."""
        if keys:
            self.view.say("why", f"{_listed(keys)}: waiting for Zuora.", "escape forgets it.")
        else:
            self.view.hush()

    def show_dropped(self, keys: list[str], *, too_many: bool) -> None:
        """Tell that keys were dropped."""
        why = "too many keys at once" if too_many else "escape came"
        self.view.say("why", f"Not used, because {why}: {_listed(keys)}.")

    def action_command(self, id_: str) -> None:
        """Do what a command says, or say why it is impossible now."""
        command, situation = BY_ID[id_], self.view.situation()
        if id_ != "quit" and (too_small(self) or self.app.screen is not self):
            return
        if reason := disabled_reason(command, situation):
            name, dropped = label(command, situation), ""
            if id_ in _FOLLOWED and (keys := self._clear_input()):
                dropped = f"Not used, because they were typed after it: {_listed(keys)}."
            self.view.say(
                "why", f"{name}: {reason.reason}", reason.remedy, dropped, until_change=True
            )
        elif command.action is not None and situation.row is not None:
            ask(self, command.action, situation.row)
        elif id_ in OPENS:
            OPENS[id_](self)
        else:
            getattr(self, f"do_{id_}")()

    def action_back(self) -> None:
        """Take one step back: what is waited for, the message, the filter."""
        if self.view.give_up_waiting():
            return
        if self.view.banner.slow:
            self._give_up_reading()
        elif not self.view.hush():
            self.view.close_filter()

    def _give_up_reading(self) -> None:
        self.work.give_up_reading()
        error = NoResponse("You gave up waiting.")
        if self.desk is not None:
            self._failed(self.desk, error, asked=True)
        else:
            self.view.reading = False
            self.view.fail(error)

    def do_outbound(self) -> None:
        """Bring Share To (Outbound) to the front."""
        self._to_tab(Direction.OUTBOUND)

    def do_inbound(self) -> None:
        """Bring Share From (Inbound) to the front."""
        self._to_tab(Direction.INBOUND)

    def _to_tab(self, direction: Direction) -> None:
        if self.desk is not None and self.desk.direction is not direction:
            self.desk.switch_tab(direction)
            self.view.draw_arrival(self.desk)

    def do_refresh(self) -> None:
        """Read the hierarchy and the list again."""
        self.view.reading = True
        self.view.hush()
        if self.desk is None or not self.view.entered:
            self.work.enter(self.view.user)
        else:
            self.work.read(self.desk, entities=True)
        self.view.draw_lines()

    def act_in(self, entity_id: str | None) -> None:
        """Work in another entity, on the same tab; None changes nothing."""
        if self.desk is not None and entity_id is not None and entity_id != self.desk.acting_id:
            self.desk.act_in(entity_id)
            self._arrive(self.desk)

    def do_other_side(self) -> None:
        """Act as the counterpart, with the same connection under the cursor, or go back."""
        desk, row = self.desk, self.view.situation().row
        if desk is None:
            return
        if desk.can_go_back:
            desk.go_back()
        elif row is not None:
            desk.go_to_other_side(row)
        self._arrive(desk)

    def _arrive(self, desk: ScreenState) -> None:
        self.view.reading = True
        self.view.draw_arrival(desk)
        self.work.read(desk)

    def do_sort(self) -> None:
        """Sort by the next column, and after the last by none."""
        if self.desk is not None:
            shown = self.view.rows.columns_shown
            self.desk.tab.sort_next([one for one in SortOrder if one.value in shown])
            self.view.draw_tab()

    @on(Grid.HeaderClicked, "#rows")
    def _sort_by_click(self, event: Grid.HeaderClicked) -> None:
        if self.desk is not None:
            self.desk.tab.sort_by(SortOrder(event.column))
            self.view.draw_tab()

    def do_copy_id(self) -> None:
        """Put the connection's id on the clipboard, and show it, since that may not work."""
        row = self.view.situation().row
        if row is not None and row.connection is not None:
            self.app.copy_to_clipboard(row.connection.id)
            self.view.say("good", f"Sent to the terminal's clipboard: {row.connection.id}")

    def work_as(self, user: str | None) -> None:
        """Enter the tenant as another user; None changes nothing."""
        if user is not None and user != self.view.user:
            self.view.reading = True
            self.view.hush()
            self.work.enter(user)
            self.view.draw_lines()

    def do_quit(self) -> None:
        """Leave the program, but not behind the back of a write."""
        if self._open and self.work.writing and not self._leaving:
            self._leaving = True
            self.view.say("why", "A write is being sent.", "Wait for its outcome, or quit again.")
        else:
            self.app.exit()

    # The filter

    def do_filter(self) -> None:
        """Open the field that narrows the rows."""
        self.view.open_filter()

    def action_step(self, rows: int) -> None:
        """Move the cursor of the rows from within the field."""
        self.view.rows.action_move(rows)

    # Actions, each behind its question

    @on(Grid.Chosen, "#rows")
    def _chosen(self, event: Grid.Chosen) -> None:
        self._act_on(event.key)

    @on(Grid.CellClicked, "#rows")
    def _clicked(self, event: Grid.CellClicked) -> None:
        if event.column == "action":
            self._act_on(event.key, clicked=True)

    def _act_on(self, key: str, *, clicked: bool = False) -> None:
        """Do the one action that a row offers, if it is still the one under the cursor.

        Disconnect only if its word was clicked: enter is pressed without looking.
        """
        situation = self.view.situation()
        if (row := situation.row) is None or row.key != key:
            return
        command = row_command(row, situation)
        harms = command.action is not None and command.action.irreversible
        if harms and not clicked and not disabled_reason(command, situation):
            pair = f"{row.source.title} → {row.target.title}"
            self.view.say("why", f"{pair} is {row.status}.", "x ends it for good.")
        else:
            self.action_command(command.id)

    def _recheck_question(self) -> None:
        question, view = self.app.screen, self.desk.snapshot if self.desk else None
        if isinstance(question, Question) and view is not None:
            question.revalidate(view)


def _listed(keys: list[str]) -> str:
    more = " …" if len(keys) > KEYS_LISTED else ""
    return " ".join(keys[:KEYS_LISTED]) + more
