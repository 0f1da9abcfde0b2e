"""What must have been read before a key of the main screen can be taken."""

from enum import Enum, auto

from textual.binding import Binding

from entity_connections.tui.commands import COMMANDS, CommandContext
from entity_connections.tui.widgets.grid.grid import Grid


class Need(Enum):
    """What a key acts on."""

    ENTITIES = auto()
    ROWS = auto()
    ROW = auto()
    """One row on which nothing is being sent, or the way back from the other side."""
    FRESH_ROW = auto()
    """A row on which nothing is being sent, in the list that was asked for last."""


_COMMANDS = {
    "entity": Need.ENTITIES,
    "outbound": Need.ENTITIES,
    "inbound": Need.ENTITIES,
    "filter": Need.ROWS,
    "sort": Need.ROWS,
    "copy_id": Need.ROWS,
    "other_side": Need.ROW,
}
NEEDS = (
    {binding.key: Need.ROWS for binding in Binding.make_bindings(Grid.BINDINGS)}
    | {command.key: _COMMANDS[command.id] for command in COMMANDS if command.id in _COMMANDS}
    | {command.key: Need.FRESH_ROW for command in COMMANDS if command.action is not None}
    | {"enter": Need.FRESH_ROW}
)
"""By the name of the key; one that is not here needs nothing."""


def lacks(need: Need, situation: CommandContext, *, reading: bool) -> bool:
    """Return whether something is not there yet, and comes with what is being read or sent.

    Args:
        need: what it is.
        situation: what there is.
        reading: whether something is being read that a person asked for.
    """
    if need in (Need.ROW, Need.FRESH_ROW) and situation.sending:
        return True
    if not reading or need is Need.FRESH_ROW:
        return reading
    if need is Need.ENTITIES:
        return not situation.entered
    back = need is Need.ROW and situation.can_go_back
    return not situation.loaded and not back
