"""The commands that carry out an action on the row under the cursor."""

from functools import partial
from typing import TYPE_CHECKING

from entity_connections.domain.actions import WRITES, Action, DisabledReason, Write
from entity_connections.domain.actions.default_action import default_action, usual_action
from entity_connections.domain.connections import DISCONNECTED, Direction
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import Progress
from entity_connections.services.workspace import STANDARD_USER
from entity_connections.tui.commands.command import Command, CommandContext, Need
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.rendering.notices import Kind

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

READ_ONLY = DisabledReason(
    "This profile is read-only.",
    "read_only says so in the profile; it changes there, not here.",
    "read-only",
)
_LOCKED = DisabledReason(
    "Writes are locked, as always at the start.", "Press U to unlock them.", "locked"
)


def _make_command(action: Write) -> Command:
    return Command(
        action.id,
        action.key,
        action.label,
        action.tooltip,
        partial(_confirm_action, action),
        partial(_get_disabled_reason, action),
        short=action.word,
        needs=Need.FRESH_ROW,
        irreversible=action.irreversible,
    )


def _get_disabled_reason(action: Write, context: CommandContext) -> DisabledReason | None:
    reason = context.get_row_reason()
    if reason is not None or context.row is None:
        return reason
    if context.progress is Progress.SENDING:
        return DisabledReason("An action on this row is being sent.", "Wait for its outcome.")
    # After an unknown outcome `check_open_entries` decides, which knows the age of the request.
    reason = action.disabled_reason(context.row, context.accessible_ids)
    return reason or get_write_reason(context.row, context)


def _confirm_action(action: Write, screen: "ConnectionsScreen") -> None:
    state, row = screen.state, screen.view.context.row
    if state is None or row is None:
        return
    operation = Operation.plan(action, row)

    def write(confirmed: bool | None) -> None:
        sending = state.progress(row) is Progress.SENDING
        if confirmed and state is screen.state and not sending:
            state.start_operation(operation)
            screen.view.notice_bar.clear_notice()
            screen.tenant_workers.write(state, operation)

    is_open = row in state.unresolved
    confirmation = ActionConfirmation(operation, screen.workspace, screen.timing, is_open=is_open)
    screen.app.push_screen(confirmation, write)


ACTION_COMMANDS: dict[Action, Command] = {action: _make_command(action) for action in WRITES}


def get_write_reason(row: Row, context: CommandContext) -> DisabledReason | None:
    """Return why the user may not write, on a row that allows an action, or None."""
    if context.workspace.lock.permanent:
        return READ_ONLY
    if context.role == STANDARD_USER:
        needs = "It waits for" if row.waits_for_acting else "This takes"
        return DisabledReason(
            f"{needs} an administrator of {row.acting.title}; you are a {STANDARD_USER}.",
            "Ask one of them to do it, or to give you the role.",
            "administrators only",
        )
    return _LOCKED if context.workspace.lock.locked else None


def run_row_command(screen: "ConnectionsScreen", key: str, *, clicked: bool = False) -> None:
    """Run the command that a row offers, if the cursor is on that row.

    Enter does not start an irreversible action: it is pressed too easily.

    Args:
        screen: the main screen.
        key: the key of the row.
        clicked: whether the word in the Action column was clicked.
    """
    context = screen.view.context
    if (row := context.row) is None or row.key != key:
        return
    action = default_action(row, context.accessible_ids)
    if action is None and row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        sentence = f"Nothing can be done here: only {row.source.title} can request again."
        screen.view.notice_bar.show_notice(Kind.INFO, sentence)
        return
    action = action or usual_action(row.direction)
    command = ACTION_COMMANDS[action]
    if command.irreversible and not clicked and not command.get_disabled_reason(context):
        pair = f"{row.source.title} → {row.target.title}"
        hint = f"{command.key_name} ends it for good."
        screen.view.notice_bar.show_notice(Kind.INFO, f"{pair} is {row.status}.", hint)
    else:
        screen.action_run_command(command.id)
