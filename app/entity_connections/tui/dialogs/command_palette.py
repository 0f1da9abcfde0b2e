"""The command palette: possible commands, impossible ones with the reason, entities to act in."""

from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.dialogs.picker import Choice, Picker
from entity_connections.tui.screens.connections_view import ConnectionsView

COMMAND, ENTITY = "command:", "entity:"
"""Prefixes of a result; the id of a command or of an entity follows."""


class CommandPalette(Picker):
    """Finds a command or an entity by a part of its name; it follows the state of a view."""

    def __init__(self, view: ConnectionsView) -> None:
        super().__init__("Commands", _list_choices(view.context, view.state))
        self._view = view

    def on_mount(self) -> None:
        self.watch(self._view, "state", self._update_choices)

    def _update_choices(self) -> None:
        self.replace_choices(_list_choices(self._view.context, self._view.state))


def _list_choices(context: CommandContext, state: ScreenState | None) -> list[Choice]:
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
    return choices


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
