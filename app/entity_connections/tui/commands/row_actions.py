"""The commands that carry out an action on the row under the cursor."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import ACTIONS, Action, DisabledReason
from entity_connections.domain.actions.default_action import default_action, usual_action
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import Progress
from entity_connections.tui.commands.command import Command, CommandContext, Need
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


class ActionCommand(Command):
    """Asks for a confirmation, then carries out an action on the row under the cursor."""

    needs = Need.FRESH_ROW

    def __init__(self, action: Action) -> None:
        self.action = action
        self.id = action.id
        self.key = action.key
        self.label = action.label
        self.tooltip = action.tooltip
        self.short = action.word
        self.irreversible = action.irreversible

    def get_disabled_reason(self, context: CommandContext) -> DisabledReason | None:
        reason = context.get_row_reason()
        if reason is not None or context.row is None:
            return reason
        if context.sending:
            return DisabledReason("An action on this row is being sent.", "Wait for its outcome.")
        # An idempotent action may be repeated: Zuora carries it out once for each key.
        if context.unknown and not self.action.idempotent:
            return DisabledReason(
                "Nobody knows yet what became of the last action on this row.",
                "The list is read until it tells; ctrl+r reads it now.",
            )
        reason = self.action.disabled_reason(context.row, context.accessible_ids)
        return reason or get_write_reason(self.action, context.row, context)

    def run(self, screen: "ConnectionsScreen") -> None:
        from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

        state, row = screen.state, screen.view.context.row
        if state is None or row is None:
            return
        operation = Operation.plan(self.action, row)

        def write(confirmed: bool | None) -> None:
            sending = state.progress(row) is Progress.SENDING
            if confirmed and state is screen.state and not sending:
                state.start_operation(operation)
                screen.view.notice_bar.clear_notice()
                screen.tenant_workers.write(state, operation)

        confirmation = ActionConfirmation(operation, screen.workspace, screen.timing)
        screen.app.push_screen(confirmation, write)


ACTION_COMMANDS = {action: ActionCommand(action) for action in ACTIONS}


def get_write_reason(action: Action, row: Row, context: CommandContext) -> DisabledReason | None:
    """Return why the user may not write, on a row that allows `action`, or None."""
    if context.workspace.lock.permanent:
        return READ_ONLY
    reason = action.role_reason(row, context.role)
    return reason or (_LOCKED if context.workspace.lock.locked else None)


def get_row_command(row: Row, context: CommandContext) -> ActionCommand:
    """Return the command for the action that the row offers, or would offer."""
    action = default_action(row, context.accessible_ids) or usual_action(row.direction)
    return ACTION_COMMANDS[action]


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
    command = get_row_command(row, context)
    if command.irreversible and not clicked and not command.get_disabled_reason(context):
        pair = f"{row.source.title} → {row.target.title}"
        hint = f"{command.key_name} ends it for good."
        screen.view.notice_bar.show_notice(Kind.INFO, f"{pair} is {row.status}.", hint)
    else:
        screen.action_run_command(command.id)
