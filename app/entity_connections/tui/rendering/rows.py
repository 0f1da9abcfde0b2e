"""The columns of the main screen, and a row of a tab as a row of the grid."""

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.domain.actions.default_action import (
    default_action,
    find_brief_reason,
    find_kind,
)
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Direction,
)
from entity_connections.domain.rows import NOT_CONNECTED, UNKNOWN, Row
from entity_connections.services.operations.runs import ALREADY_SO, DONE, Progress
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import ADMINISTRATORS_ONLY
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.commands.row_actions import get_write_reason
from entity_connections.tui.rendering.tree_guides import draw_row_branches, is_only_root
from entity_connections.tui.widgets.grid.layout import NARROW, Cell, Column, Item

if TYPE_CHECKING:
    from entity_connections.domain.entities import Entity, Hierarchy

MARK = "✓"
"""The sign of a marked row."""
PARENT_WIDTH = 16
"""Cells after the longest name, for a parent; more would keep the status far from the name."""


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
    UNKNOWN: StatusStyle("◇", "warn", "A part of the list is missing; the line below says what."),
}
_UNKNOWN_STATUS = StatusStyle("◇", "warn", "")


_SHORT_REASONS = {"waiting for them": "waiting", ADMINISTRATORS_ONLY: "administrators"}
"""What stands in the Action column in place of a longer reason where there is no room."""
TONE_COLORS = {
    "good": "$text-success",
    "wait": "$text-warning",
    "end": "$text-error",
    "warn": "$text-warning",
    "mute": "$foreground-muted",
}
"""The colour of each tone of a status outside a grid."""


def make_columns(direction: Direction, names: int = 0) -> tuple[Column, ...]:
    """Return the columns of a tab; `names`: cells that the longest name of an entity needs."""
    counterpart = "Target entity" if direction is Direction.OUTBOUND else "Source entity"
    return (
        Column(
            "counterpart",
            counterpart,
            16,
            28,
            weight=4,
            max_width=max(NARROW, names + PARENT_WIDTH),
            sortable=True,
        ),
        Column("status", "Status", 15, sortable=True),
        Column("back", "Back", 4, hide_below=66),
        Column("key", "", 1),
        Column("action", "Action", 15, 19, weight=1),
    )


def mark_items(items: Iterable[Item], marks: Container[str]) -> list[Item]:
    """Return items with the sign of a marked row at those, and only at those, that are marked."""
    signs = ((item, MARK if item.key in marks else "") for item in items)
    return [
        item if item.sign == sign else Item(item.key, item.cells, item.dim, sign)
        for item, sign in signs
    ]


class ItemCache:
    """Makes each grid row once: a letter typed into the filter shows hundreds of rows."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._items: dict[tuple[str, bool], Item] = {}
        self._offers: dict[tuple[object, ...], tuple[Cell, Cell]] = {}
        self._tree: tuple[Hierarchy, str] | None = None
        self._branches: dict[str, str] = {}
        self._orphans: set[str] = set()  # below the acting entity, which is named there

    def make_items(
        self, state: ScreenState, rows: Sequence[Row], context: CommandContext
    ) -> list[Item]:
        """Return the grid rows for rows of the active tab."""
        locked, tab = context.workspace.lock.locked, state.tab
        is_tree = state.direction is Direction.OUTBOUND and not tab.is_flat
        key = (state.snapshot, state.direction, state.runs.revision, locked, context.role)
        if key != self._key:
            self._key, self._items, self._offers = key, {}, {}
        if is_tree:
            self._draw_tree(state.session.tenant.hierarchy, state.acting_id)
        self._items.pop((tab.pinned or "", is_tree), None)  # this row may differ from the list
        for row in rows:
            if (row.key, is_tree) not in self._items:
                progress, result = state.runs.progress(row), state.runs.find_result_word(row)
                offer = self._find_offer(row, context)
                before = self._branches.get(row.key, "") if is_tree else ""
                parent = row.parent if not is_tree or row.key in self._orphans else None
                item = make_item(row, offer, progress, result, before, parent)
                self._items[row.key, is_tree] = item
        items = [self._items[row.key, is_tree] for row in rows]
        return mark_items(items, tab.marks) if tab.marks else items

    def _find_offer(self, row: Row, context: CommandContext) -> tuple[Cell, Cell]:
        """Return the key and the name of the action of a row; each kind of row is asked once."""
        kind = find_kind(row)
        if kind not in self._offers:
            self._offers[kind] = _make_action_cells(row, context)
        return self._offers[kind]

    def _draw_tree(self, hierarchy: "Hierarchy", acting_id: str) -> None:
        """Draw the tree of the rows, in which the acting entity is missing."""
        if self._tree == (hierarchy, acting_id):
            return
        self._tree = hierarchy, acting_id
        self._branches = draw_row_branches(hierarchy, acting_id)
        children = {entity.id for entity in hierarchy if entity.parent_id == acting_id}
        self._orphans = set() if is_only_root(hierarchy, acting_id) else children


def make_item(
    row: Row,
    offer: tuple[Cell, Cell],
    progress: Progress | None,
    result: str,
    before: str,
    parent: "Entity | None",
) -> Item:
    """Return the grid row for a row of a tab.

    Args:
        row: what it shows.
        offer: the key and the name of the action that makes sense.
        progress: the state of the last operation on the row, where it is not finished.
        result: what the last run of several has done on the row, in a word; "" for nothing.
        before: the lines of the tree before the entity.
        parent: the entity above it, if the tree does not show that.
    """
    status, (key, action) = format_status(row.state), offer
    if progress is Progress.SENDING:
        status, key, action = Cell("… sending", "wait"), Cell(""), Cell("")
    elif progress is Progress.UNKNOWN:
        key, action = Cell(""), Cell("◇ outcome unknown", "warn", short="◇ unknown")
    elif progress is Progress.PLANNED:
        key, action = Cell(""), Cell("planned", "mute")
    elif result:
        key, action = Cell(""), Cell(f"! {result}", "warn")
        if result in (DONE, ALREADY_SO):
            action = Cell(f"{MARK} {result}", "good")
    tone = "" if row.counterpart.listed else "mute"
    after = f"  in {parent.title}" if parent is not None else ""
    cells = {
        "counterpart": Cell(row.counterpart.title, tone, (row.counterpart,), before, after),
        "status": status,
        "back": _make_back_cell(row),
        "key": key,
        "action": action,
    }
    return Item(row.key, cells)


def _make_back_cell(row: Row) -> Cell:
    """Return the sign of the other direction, or nothing where there is no record."""
    if row.reverse is None:
        return Cell("")
    style = STATUS_STYLES.get(row.reverse.status, _UNKNOWN_STATUS)
    return Cell(f" {style.sign}", style.tone)


def format_status(state: str) -> Cell:
    """Return the sign and the word of a `Row.state`, and its tone."""
    style = STATUS_STYLES.get(state, _UNKNOWN_STATUS)
    return Cell(f"{style.sign} {state}", style.tone)


def _make_action_cells(row: Row, context: CommandContext) -> tuple[Cell, Cell]:
    """Return the key and the name of the action that makes sense.

    They look like a link, or like harm, only if the action is possible.
    """
    action = default_action(row)
    if action is not None:
        refusal = get_write_reason(row, context)
        if refusal is None:
            tone = "harm" if action.irreversible else "link"
            return Cell(action.key, tone), Cell(action.label, tone, short=action.word)
        reason = refusal.brief or action.label
    else:
        reason = find_brief_reason(row)
    return Cell(""), Cell(reason, "mute", short=_SHORT_REASONS.get(reason, ""))
