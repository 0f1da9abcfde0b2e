"""The pane of a wide screen that shows the hierarchy and chooses the acting entity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input

from entity_connections.domain.connections import CONNECTED, PENDING
from entity_connections.domain.entities import Entity
from entity_connections.domain.text_search import (
    contains_unshown_word,
    contains_words,
    split_words,
)
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering.rows import STATUS_STYLES
from entity_connections.tui.rendering.tree_guides import draw_branches, keep_parents, list_levels
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item
from entity_connections.tui.widgets.pane import Pane

ACTING = "▸"
"""The sign of the acting entity."""

_COLUMNS = (
    Column("name", "Entity", 16, weight=1),
    Column("waiting", f"  {STATUS_STYLES[PENDING].sign}", 3),
    Column("connected", f"  {STATUS_STYLES[CONNECTED].sign}", 4),
)
BESIDE_NAME = 12
"""Cells of a row beside the name: at its left, and for the counts with blanks around them."""


class EntityTree(Pane):
    """Shows every entity, what waits for it, and how many connections it has.

    The counts are those of the lists that were read so far. The cursor rests on the acting entity.
    """

    grid = query_one("#tree-rows", Grid)
    filter_input = query_one("#tree-filter", FilterInput)

    @dataclass
    class EntitySelected(Message):
        """An entity was chosen; perhaps one that the user may not enter."""

        entity_id: str

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._state: ScreenState | None = None
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield FilterInput("#tree-rows", "e to find an entity", id="tree-filter")
        grid = Grid(_COLUMNS, id="tree-rows")
        grid.can_focus = False  # the keys go to the filter
        yield grid

    def show_state(self, state: ScreenState) -> None:
        """Draw the hierarchy and its counts, if they have changed."""
        tenant = state.session.tenant
        read = tenant, tenant.hierarchy, tenant.lists_read
        drawn = (*read, state.acting_id, state.runs.revision)
        if drawn != self._drawn:
            self._state, self._drawn = state, drawn
            if self.is_mounted:
                self._draw()

    def on_mount(self) -> None:
        """Draw the state that there was before."""
        self._draw()

    def open_filter(self) -> None:
        self.screen.set_focus(self.filter_input)

    def close_filter(self) -> None:
        """Clear the filter, and put the cursor on the acting entity."""
        self.filter_input.value = ""
        self._draw()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._draw()

    def _draw(self) -> None:
        state = self._state
        if state is None:
            return
        tenant, words = state.session.tenant, split_words(self.filter_input.value)
        self.grid.placeholder = Content("Nothing matches.")
        waiting, connected = tenant.count_waiting(), tenant.count_connected()
        found = {
            entity.id
            for entity in tenant.hierarchy
            if contains_words(f"{entity.title}\n{entity.name}", words)
        }
        shown = keep_parents(list_levels(tenant.hierarchy), found)
        branches = draw_branches(shown)
        items = []
        for entity_id, _ in shown:
            entity = tenant.hierarchy.get(entity_id)
            cells = {
                "name": self._make_name(entity, branches, words),
                "waiting": _make_count(waiting.get(entity.id, 0), PENDING),
                "connected": _make_count(connected.get(entity.id, 0), CONNECTED),
            }
            sign = ACTING if entity.id == state.acting_id else ""
            dim = entity.id not in found or not tenant.can_act_in(entity.id)
            items.append(Item(entity.id, cells, dim, sign))
        self.grid.columns = _make_columns(items)
        usable = next((item.key for item in items if not item.dim), None)
        self.grid.set_items(items, cursor=usable if words else state.acting_id)

    def _make_name(self, entity: Entity, branches: Mapping[str, str], words: Sequence[str]) -> Cell:
        branch, after = branches.get(entity.id, ""), ""
        if contains_unshown_word(entity.name, entity.title, words):
            after = f"  {entity.name}"
        return Cell(entity.title, "", (entity,), branch, after, keeps_after=bool(after))

    @on(Input.Submitted)
    @on(Grid.CellSelected)
    @on(Grid.RowSelected)
    def _select(self, event: Message) -> None:
        event.stop()
        if (key := self.grid.cursor_key) is not None:
            self.post_message(self.EntitySelected(key))


def _make_columns(items: Sequence[Item]) -> list[Column]:
    """Return the columns; the counts leave their room to technical names that need it."""
    names = [item.cells["name"] for item in items]
    needed = [cell_len(n.before + n.text + n.after) for n in names if n.after]
    width = max(needed, default=0) + BESIDE_NAME
    return [_COLUMNS[0], *(column._replace(hide_below=width) for column in _COLUMNS[1:])]


def _make_count(count: int, status: str) -> Cell:
    return Cell(f"{count:>3}" if count else "", STATUS_STYLES[status].tone)
