"""The columns of the main screen, and a row of a tab as a row of the grid."""

from collections.abc import Sequence
from typing import NamedTuple

from entity_connections.domain.actions import REQUEST
from entity_connections.domain.actions.default_action import default_action
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Direction,
)
from entity_connections.domain.rows import NOT_CONNECTED, UNKNOWN, Row
from entity_connections.services.screen_state import Progress, ScreenState
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.commands.row_actions import get_write_reason
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item


class StatusStyle(NamedTuple):
    """How a status looks: its sign and tone, and its meaning in a sentence."""

    sign: str
    tone: str
    meaning: str


STATUS_STYLES = {
    CONNECTED: StatusStyle("●", "good", "Both sides agreed: products can be shared."),
    PENDING: StatusStyle("◐", "wait", "Requested; the target has not answered yet."),
    DISCONNECTED: StatusStyle("✕", "end", "It was ended or denied."),
    NOT_CONNECTED: StatusStyle("○", "mute", "There is no connection yet."),
    UNKNOWN: StatusStyle("?", "warn", "A part of the list is missing; the line above says what."),
}
_UNKNOWN_STATUS = StatusStyle("?", "warn", "")


def make_columns(direction: Direction) -> tuple[Column, ...]:
    """Return the columns of a tab."""
    counterpart = "Target entity" if direction is Direction.OUTBOUND else "Source entity"
    return (
        Column("counterpart", counterpart, 16, weight=3, sortable=True),
        Column("under", "Under", 16, weight=2, hide_below=96, sortable=True),
        Column("status", "Status", 17, sortable=True),
        Column("action", "Action", 20, weight=2),
    )


class ItemCache:
    """Makes each grid row once: a letter typed into the filter shows hundreds of rows."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._items: dict[str, Item] = {}

    def make_items(
        self, state: ScreenState, rows: Sequence[Row], context: CommandContext
    ) -> list[Item]:
        """Return the grid rows for rows of the active tab."""
        locked = context.workspace.lock.locked
        key = (state.snapshot, state.direction, state.revision, locked, context.role)
        if key != self._key:
            self._key, self._items = key, {}
        self._items.pop(state.tab.pinned or "", None)  # this row may differ from the list
        for row in rows:
            if row.key not in self._items:
                self._items[row.key] = make_item(row, context, state.progress(row))
        return [self._items[row.key] for row in rows]


def make_item(row: Row, context: CommandContext, progress: Progress | None) -> Item:
    """Return the grid row for a row of a tab; `context` need not be about this row."""
    status, action = format_status(row.state), _make_action_cell(row, context)
    if progress is Progress.SENDING:
        status, action = Cell("… sending", "wait"), Cell("")
    elif progress is Progress.UNKNOWN:
        action = Cell("? outcome unknown", "warn")
    cells = {
        "counterpart": Cell(
            row.counterpart.title, "" if row.counterpart.listed else "mute", (row.counterpart,)
        ),
        "under": Cell(
            row.parent.title if row.parent else "", "", (row.parent,) if row.parent else ()
        ),
        "status": status,
        "action": action,
    }
    return Item(row.key, cells)


def format_status(state: str) -> Cell:
    """Return the sign and the word of a `Row.state`, and its tone."""
    style = STATUS_STYLES.get(state, _UNKNOWN_STATUS)
    return Cell(f"{style.sign} {state}", style.tone)


def _make_action_cell(row: Row, context: CommandContext) -> Cell:
    """Return the action that makes sense; it looks like a link only if it is possible."""
    action = default_action(row, context.accessible_ids)
    if action is not None:
        refusal = get_write_reason(row, context)
        if refusal is None:
            return Cell(action.label, "action")
        return Cell(refusal.brief or action.label, "mute")
    reason = REQUEST.disabled_reason(row, context.accessible_ids)
    return Cell(reason.brief if reason and row.direction is Direction.OUTBOUND else "", "mute")
