"""The command palette: what is possible, harm last, what is not, and every entity to act in."""

from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.commands import (
    COMMANDS,
    Command,
    CommandContext,
    disabled_reason,
    label,
)
from entity_connections.tui.dialogs.picker import Choice, Chooser

COMMAND, ENTITY = "command:", "entity:"
"""What a result begins with; the id of a command or of an entity follows."""


def command_palette(situation: CommandContext, desk: ScreenState | None) -> Chooser:
    """Return the dialog that finds a command or an entity by a part of its name."""
    commands = [command for command in COMMANDS if command.id != "palette"]
    commands.sort(key=lambda command: command.action is not None and command.action.irreversible)
    choices = [_command_choice(command, situation) for command in commands]
    choices.sort(key=lambda choice: bool(choice.refusal))
    if desk is not None:
        tenant = desk.session.tenant
        choices += [
            Choice(f"{ENTITY}{entity.id}", f"Act in {entity.title}")
            for entity in tenant.hierarchy
            if tenant.can_act_in(entity.id) and entity.id != desk.acting_id
        ]
    return Chooser("Commands", choices)


def _command_choice(command: Command, situation: CommandContext) -> Choice:
    reason = disabled_reason(command, situation)
    what = reason.reason if reason else command.tooltip
    return Choice(
        f"{COMMAND}{command.id}",
        label(command, situation),
        f"{command.key_name:<7}{what}",
        f"{reason.reason} {reason.remedy}" if reason else "",
    )
