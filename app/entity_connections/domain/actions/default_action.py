"""Which action a row offers, and on which row the cursor starts."""

from collections.abc import Iterable

from entity_connections.domain.actions import ACCEPT, REQUEST, WRITES
from entity_connections.domain.actions.action import Action, Write
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.domain.rows import Row


def default_action(row: Row) -> Write | None:
    """Return the enabled action that a row offers."""
    offers = (action for action in WRITES if row.direction in action.directions)
    return next((a for a in offers if a.disabled_reason(row) is None), None)


def filter_enabled(actions: Iterable[Action], rows: Iterable[Row]) -> list[Row]:
    """Return the rows of one tab that enable one of `actions`; each kind of row is asked once."""
    candidates = tuple(actions)
    enabled: dict[tuple[object, ...], bool] = {}
    possible = []
    for row in rows:
        kind = find_kind(row)
        if kind not in enabled:
            reasons = (action.disabled_reason(row) for action in candidates)
            enabled[kind] = any(reason is None for reason in reasons)
        if enabled[kind]:
            possible.append(row)
    return possible


def find_kind(row: Row) -> tuple[object, ...]:
    """Return what decides which actions a row of a tab enables."""
    counterpart = row.counterpart
    return (
        row.status,
        row.uncertain,
        counterpart.status,
        counterpart.listed,
        counterpart.accessible,
        counterpart.id == row.acting.id,
    )


def find_brief_reason(row: Row) -> str:
    """Return in a few words why a row of Share To offers no action; "" where it does."""
    if row.direction is Direction.INBOUND:
        return ""
    reason = REQUEST.disabled_reason(row)
    return reason.brief if reason else ""


def usual_action(direction: Direction) -> Write:
    """Return the action that a tab is about, whether a row of it enables it or not."""
    return REQUEST if direction is Direction.OUTBOUND else ACCEPT


def default_row(rows: Iterable[Row]) -> Row | None:
    """Return where the cursor starts: on what waits, else can be requested, else cannot be lost."""

    def rank(row: Row) -> int:
        if row.waits_for_acting:
            return 0
        if default_action(row) is REQUEST:
            return 1
        return 3 if row.status == CONNECTED else 2

    return min(rows, key=rank, default=None)
