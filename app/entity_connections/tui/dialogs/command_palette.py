"""The command palette: possible commands, impossible ones with the reason, entities to act in."""

from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.dialogs.picker import Choice, Picker

COMMAND, ENTITY = "command:", "entity:"
"""Prefixes of a result; the id of a command or of an entity follows."""


def make_command_palette(context: CommandContext, state: ScreenState | None) -> Picker:
    """Return the dialog that finds a command or an entity by a part of its name."""
    commands = [command for command in COMMANDS if command.id != "palette"]
    commands.sort(key=lambda command: command.irreversible)
    choices = [_make_choice(command, context) for command in commands]
    choices.sort(key=lambda choice: bool(choice.disabled_reason))
    if state is not None:
        tenant = state.session.tenant
        choices += [
            Choice(f"{ENTITY}{entity.id}", f"Act in {entity.title}", entity=entity)
            for entity in tenant.hierarchy
            if tenant.can_act_in(entity.id) and entity.id != state.acting_id
        ]
    return Picker("Commands", choices)


def _make_choice(command: Command, context: CommandContext) -> Choice:
    reason = command.get_disabled_reason(context)
    return Choice(
        f"{COMMAND}{command.id}",
        command.get_label(context),
        reason.reason if reason else command.tooltip,
        f"{reason.reason} {reason.remedy}" if reason else "",
        shortcut=command.key_name,
        keywords=f"{command.tooltip} {command.keywords}",
    )
