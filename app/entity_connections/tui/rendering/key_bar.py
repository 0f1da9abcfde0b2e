"""The line at the bottom: the keys that help now, the next step first."""

from textual.content import Content

from entity_connections.domain.actions import ACTIONS_BY_ID
from entity_connections.domain.actions.default_action import default_action, usual_action
from entity_connections.tui.commands import COMMANDS, COMMANDS_BY_ID
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.commands.row_actions import ACTION_COMMANDS
from entity_connections.tui.rendering.text import link_to_command

_EXPENDABLE = ("palette", "status", "next_tab", "quit", "filter", "other_side", "help", "entity")
"""Commands that are left out if room is short, after the impossible ones, the first one first."""


def render_key_bar(context: CommandContext, width: int) -> Content:
    """Return the key bar for `width` cells: what the row offers, and at the right all else.

    The right end does not change with the row, so that it is not sent again.
    """
    next_step = find_next_step(context)
    possible = {
        command: command.get_disabled_reason(context) is None
        for command in COMMANDS
        if command.in_key_bar(context)
    }
    if next_step is not None:
        possible = {next_step: True, **possible}
    left, right = Content(" "), Content()
    for command in _select(possible, context, width):
        key, word = command.key_name, f" {command.get_short(context)}  "
        if not possible[command]:
            text = Content.styled(key + word, "dim")
        else:
            color = "$text-error" if command.irreversible else "$link"
            weight = "bold" if command is next_step else ""
            text = Content.assemble((key, f"bold {color}"), (word, weight))
        text = link_to_command(text, command.id)
        if command.id in ACTIONS_BY_ID or command.id == "other_side":
            left += text
        else:
            right += text
    right = right.rstrip()
    return left + Content(" " * (width + 1 - left.cell_length - right.cell_length)) + right


def find_next_step(context: CommandContext) -> Command | None:
    """Return the command that leads on from this row, or None where nothing has to be done."""
    row = context.row
    if row is None or not context.entered:
        return None
    action = default_action(row)
    if action is not None:
        command = ACTION_COMMANDS[action]
    else:
        command = COMMANDS_BY_ID["other_side"]
        if not command.leads_on(context):
            return None
    is_next = not command.irreversible and command.get_disabled_reason(context) is None
    return command if is_next else None


def _select(possible: dict[Command, bool], context: CommandContext, width: int) -> list[Command]:
    """Return the commands that fit; the next step and what the tab is about always stay."""
    shown = list(possible)
    keep = {shown[0]} if shown else set()
    if context.row is not None:
        keep.add(ACTION_COMMANDS[usual_action(context.row.direction)])
    impossible = [command for command in reversed(shown) if not possible[command]]
    expendable = [command for id_ in _EXPENDABLE for command in shown if command.id == id_]
    actions = [command for command in reversed(shown) if command.id in ACTIONS_BY_ID]
    for command in (*impossible, *expendable, *actions):
        if _measure(shown, context) <= width:
            break
        if command in shown and command not in keep:
            shown.remove(command)
    return shown


def _measure(commands: list[Command], context: CommandContext) -> int:
    return sum(len(c.key_name) + len(c.get_short(context)) + 3 for c in commands) - 1
