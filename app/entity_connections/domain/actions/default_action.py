"""Which action a row offers, and on which row the cursor starts."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from entity_connections.domain.actions import ACCEPT, REQUEST, WRITES
from entity_connections.domain.actions.action import Write
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.domain.rows import Row


def default_action(row: Row, accessible_ids: AbstractSet[str] | None) -> Write | None:
    """Return the enabled action that a row offers; `accessible_ids` as in `disabled_reason`."""
    offers = (action for action in WRITES if row.direction in action.default_in)
    return next((a for a in offers if a.disabled_reason(row, accessible_ids) is None), None)


def find_brief_reason(row: Row, accessible_ids: AbstractSet[str] | None) -> str:
    """Return in a few words why a row of Share To offers no action; "" where it does."""
    if row.direction is Direction.INBOUND:
        return ""
    reason = REQUEST.disabled_reason(row, accessible_ids)
    return reason.brief if reason else ""


def usual_action(direction: Direction) -> Write:
    """Return the action that a tab is about, whether a row of it enables it or not."""
    return REQUEST if direction is Direction.OUTBOUND else ACCEPT


def default_row(rows: Iterable[Row], accessible_ids: AbstractSet[str] | None) -> Row | None:
    """Return where the cursor starts: on what waits, else can be requested, else cannot be lost."""

    def rank(row: Row) -> int:
        if row.waits_for_acting:
            return 0
        if default_action(row, accessible_ids) is REQUEST:
            return 1
        return 3 if row.status == CONNECTED else 2

    return min(rows, key=rank, default=None)
