"""Which action a row offers, and on which row the cursor starts."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from entity_connections.domain.actions import ACCEPT, REQUEST, WRITES
from entity_connections.domain.actions.action import Action, Write, is_accessible
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.domain.rows import Row


def default_action(row: Row, accessible_ids: AbstractSet[str] | None) -> Write | None:
    """Return the enabled action that a row offers; `accessible_ids` as in `disabled_reason`."""
    offers = (action for action in WRITES if row.direction in action.default_in)
    return next((a for a in offers if a.disabled_reason(row, accessible_ids) is None), None)


def filter_enabled(
    actions: Iterable[Action], rows: Iterable[Row], accessible_ids: AbstractSet[str] | None
) -> list[Row]:
    """Return the rows of one tab that enable one of `actions`; each kind of row is asked once."""
    candidates = tuple(actions)
    enabled: dict[tuple[object, ...], bool] = {}
    found = []
    for row in rows:
        kind = find_kind(row, accessible_ids)
        if kind not in enabled:
            reasons = (action.disabled_reason(row, accessible_ids) for action in candidates)
            enabled[kind] = any(reason is None for reason in reasons)
        if enabled[kind]:
            found.append(row)
    return found


def find_kind(row: Row, accessible_ids: AbstractSet[str] | None) -> tuple[object, ...]:
    """Return what decides which actions a row of a tab enables."""
    counterpart = row.counterpart
    return (
        row.status,
        row.uncertain,
        counterpart.status,
        counterpart.listed,
        counterpart.id == row.acting.id,
        is_accessible(row, accessible_ids),
    )


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
