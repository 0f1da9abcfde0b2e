"""The commands that carry out an action: on the marked rows, else on the row under the cursor."""

from functools import partial
from typing import TYPE_CHECKING

from entity_connections.domain.actions import (
    ACTIONS,
    ACTIONS_BY_ID,
    Action,
    DisabledReason,
    Write,
)
from entity_connections.domain.actions.default_action import (
    default_action,
    filter_enabled,
    usual_action,
)
from entity_connections.domain.connections import DISCONNECTED, Direction
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.plan import Cause, LeftOut, Plan
from entity_connections.services.operations.runs import Progress
from entity_connections.services.workspace import ADMINISTRATORS_ONLY, STANDARD_USER
from entity_connections.tui.commands.command import MARKS_HIDDEN, Command, CommandContext, Need
from entity_connections.tui.rendering.notices import Kind

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

MANY_WORDS = "bulk many all several"
"""Words that find in the palette what is done on many rows."""
READ_ONLY = DisabledReason(
    "This profile is read-only.",
    "To change that, edit read_only in the profile.",
    "read-only",
)
_LOCKED = DisabledReason(
    "Writes are locked, as always at the start.", "Press U to unlock them.", "locked"
)


class ActionCommand(Command):
    """The command that carries out an action."""

    def get_short(self, context: CommandContext) -> str:
        action = ACTIONS_BY_ID[self.id]
        count = len(filter_enabled([action], context.marked))
        return f"{self.short} {count}" if count else self.short


def _make_command(action: Action) -> Command:
    return ActionCommand(
        action.id,
        action.key,
        action.label,
        action.tooltip,
        partial(_start_action, action),
        partial(_get_disabled_reason, action),
        short=action.word,
        needs=Need.FRESH_ROW,
        irreversible=action.irreversible,
        keywords=MANY_WORDS,
    )


def _get_disabled_reason(action: Action, context: CommandContext) -> DisabledReason | None:
    if context.running:
        return context.get_running_reason()
    if context.marks_hidden:
        return MARKS_HIDDEN
    if context.marked:
        return _get_marks_reason(action, context)
    reason = context.get_row_reason()
    if reason is not None or context.row is None:
        return reason
    if context.progress is Progress.SENDING:
        return DisabledReason("An action on this row is being sent.", "Wait for its outcome.")
    # After an unknown outcome `check_open_entries` decides, which knows the age of the request.
    reason = action.disabled_reason(context.row)
    return reason or get_write_reason(context.row, context)


def _get_marks_reason(action: Action, context: CommandContext) -> DisabledReason | None:
    """Return why an action is possible on none of the marked rows, or None."""
    marked = context.marked
    if enabled := filter_enabled([action], marked):
        return get_write_reason(enabled[0], context)
    reason = action.disabled_reason(marked[0])
    if reason is None or len(marked) == 1:
        return reason
    return reason._replace(reason=f"None of the {len(marked)} marked rows: {reason.reason}")


def _start_action(action: Action, screen: "ConnectionsScreen") -> None:
    """Ask about an action on one row at once; plan it before where several writes may follow."""
    state, context = screen.state, screen.view.context
    if state is None or context.row is None:
        return
    if isinstance(action, Write) and not context.marked:
        screen.writer.ask(state, Plan(action, (Operation.plan(action, context.row),)))
        return
    changes = [(row, state.tab.find_change(row)) for row in context.marked or [context.row]]
    rows = [row for row, change in changes if not change]
    left_out = [LeftOut(row, change, Cause.CHANGED, "changed") for row, change in changes if change]
    screen.writer.plan(state, action, rows, left_out)


ACTION_COMMANDS: dict[Action, Command] = {action: _make_command(action) for action in ACTIONS}


def get_write_reason(row: Row, context: CommandContext) -> DisabledReason | None:
    """Return why the user may not write, on a row that allows an action, or None."""
    if context.workspace.lock.permanent:
        return READ_ONLY
    if context.role == STANDARD_USER:
        does = "answer it" if row.waits_for_acting else "do this"
        return DisabledReason(
            f"Only an administrator of {row.acting.title} can {does}; you are a {STANDARD_USER}.",
            "Ask one of them to do it, or to give you the role.",
            ADMINISTRATORS_ONLY,
        )
    return _LOCKED if context.workspace.lock.locked else None


def run_row_command(screen: "ConnectionsScreen", key: str, *, clicked: bool = False) -> None:
    """Carry out the action that a row offers, if the cursor is on that row, marked or not.

    Enter does not start an irreversible action: it is pressed too easily; only a click on the
    word in the Action column does (`clicked`).
    """
    context = screen.view.context._replace(marked=(), marks_hidden=False)
    if (row := context.row) is None or row.key != key or not screen.can_run_commands:
        return
    action = default_action(row)
    if action is None and row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        sentence = f"Nothing can be done here: only {row.source.title} can request again."
        screen.view.notice_bar.show_notice(Kind.INFO, sentence)
        return
    action = action or usual_action(row.direction)
    command = ACTION_COMMANDS[action]
    if reason := command.get_disabled_reason(context):
        screen.show_reason(command, reason)
    elif command.irreversible and not clicked:
        pair = f"{row.source.title} → {row.target.title}"
        hint = f"{command.key_name} ends it for good."
        screen.view.notice_bar.show_notice(Kind.INFO, f"{pair} is {row.status}.", hint)
    elif screen.state is not None:
        screen.writer.ask(screen.state, Plan(action, (Operation.plan(action, row),)))
