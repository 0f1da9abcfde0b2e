"""The line at the bottom: the keys that matter here, greyed where they are impossible now."""

from textual.content import Content

from entity_connections.domain.actions import ACTIONS_BY_ID
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.rendering.text import link_to_command

_EXPENDABLE = ("palette", "other_side", "filter")
"""Commands that are left out first if room is short: the help and the palette list them too."""


def render_key_bar(context: CommandContext, width: int) -> Content:
    """Return the key bar for `width` cells."""
    possible = {
        command: command.get_disabled_reason(context) is None
        for command in COMMANDS
        if command.in_key_bar(context)
    }
    parts = []
    for command in _select(possible, width):
        key, word = command.key_name, f" {command.short}  "
        if possible[command]:
            text = Content.assemble((key, "$text-accent"), word)
        else:
            text = Content.styled(key + word, "dim")
        parts.append(link_to_command(text, command.id))
    return Content("").join([Content(" "), *parts]).rstrip()


def _select(possible: dict[Command, bool], width: int) -> list[Command]:
    """Return the commands that fit; after the expendable ones go actions, impossible ones first."""
    shown = list(possible)
    candidates = [command for id_ in _EXPENDABLE for command in shown if command.id == id_]
    actions = [command for command in shown if command.id in ACTIONS_BY_ID]
    candidates += sorted(actions, key=lambda command: possible[command])
    while candidates and _measure(shown) > width:
        shown.remove(candidates.pop(0))
    return shown


def _measure(commands: list[Command]) -> int:
    return sum(len(command.key_name) + len(command.short) + 3 for command in commands) - 2
