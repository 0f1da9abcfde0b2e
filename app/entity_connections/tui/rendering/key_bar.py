"""The line at the bottom: the keys that help now, the next step first."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from textual.content import Content

from entity_connections.domain.actions import ACTIONS_BY_ID, CONNECT, REQUEST
from entity_connections.domain.actions.default_action import default_action, usual_action
from entity_connections.tui.commands import COMMANDS, COMMANDS_BY_ID
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.commands.row_actions import ACTION_COMMANDS
from entity_connections.tui.rendering.text import link_to_command

MIN_OFFERED_WIDTH, MAX_OFFERED_WIDTH = 30, 44
"""Cells for what the row offers, in a narrow and in a wide terminal."""
_EXPENDABLE = ("palette", "status", "next_tab", "quit", "filter", "mark", "entity", "waiting")
"""Commands that are left out if room is short, after the impossible ones, the first one first."""


def render_key_bar(context: CommandContext, width: int) -> Content:
    """Return the key bar for `width` cells: what the row offers, and at the right all else.

    The right end seldom changes with the row, so that it is not sent again. What is possible gets
    all the room that it leaves; Request and Connect never give way, where they are possible.
    """
    shown = [command for command in COMMANDS if command.in_key_bar(context)]
    impossible = [command for command in shown if command.get_disabled_reason(context) is not None]
    offered = [command for command in shown if command.id in (*ACTIONS_BY_ID, "other_side")]
    others = [command for command in shown if command not in offered]
    keep = [ACTION_COMMANDS[a] for a in (REQUEST, CONNECT) if ACTION_COMMANDS[a] not in impossible]
    if context.row is not None:
        keep.append(ACTION_COMMANDS[usual_action(context.row.direction)])
    if (next_step := find_next_step(context)) is not None:
        offered.remove(next_step)
        offered.insert(0, next_step)
        keep.append(next_step)
    texts = {
        c: _render_command(c, c.get_short(context), c not in impossible, c is next_step)
        for c in shown
    }
    width += 2  # the last one needs no blanks after it
    offered_width = min(MAX_OFFERED_WIDTH, max(MIN_OFFERED_WIDTH, width // 2 - 3))
    expendable = [*reversed(impossible), *(COMMANDS_BY_ID[id_] for id_ in _EXPENDABLE)]
    optional = [c for c in reversed(offered) if c not in keep]
    _leave_out(offered, [c for c in optional if c in impossible], offered_width, texts)
    _leave_out(others, expendable, width - offered_width, texts)
    _leave_out(offered, optional, width - _measure(others, texts), texts)
    _leave_out(others, expendable, width - _measure(offered, texts), texts)
    left = Content(" ") + Content("").join(texts[c] for c in offered)
    right = Content("").join(texts[c] for c in others).rstrip()
    return left + Content(" " * (width - 1 - left.cell_length - right.cell_length)) + right


def render_filter_keys(enter: str) -> Content:
    """Return the key bar while letters go into a filter; `enter`: what that key does then."""
    parts = (("enter", enter), ("escape", "Clear"), ("↑ ↓", "Move"), ("f1", "Help"))
    return Content("").join(
        Content.assemble(" ", (key, "bold $link"), f" {word} ") for key, word in parts
    )


@lru_cache
def _render_command(command: Command, short: str, possible: bool, is_next: bool) -> Content:
    key, word = command.key_name, f" {short}  "
    if possible:
        color = "$text-error" if command.irreversible else "$link"
        text = Content.assemble((key, f"bold {color}"), (word, f"bold {color}" if is_next else ""))
    else:
        text = Content.styled(key + word, "dim")
    return link_to_command(text, command.id)


def find_next_step(context: CommandContext) -> Command | None:
    """Return the command that leads on from this row, or None where nothing has to be done."""
    row = context.row
    if row is None or not context.entered:
        return None
    action = default_action(row)
    command = ACTION_COMMANDS[action] if action else COMMANDS_BY_ID["other_side"]
    leads_on = action is not None or command.leads_on(context)
    is_possible = not command.irreversible and command.get_disabled_reason(context) is None
    return command if leads_on and is_possible else None


def _leave_out(
    shown: list[Command],
    expendable: Sequence[Command],
    room: int,
    texts: Mapping[Command, Content],
) -> None:
    """Remove expendable commands, the first ones first, until the others have room."""
    for command in expendable:
        if _measure(shown, texts) <= room:
            break
        if command in shown:
            shown.remove(command)


def _measure(commands: Iterable[Command], texts: Mapping[Command, Content]) -> int:
    return sum(texts[command].cell_length for command in commands)
