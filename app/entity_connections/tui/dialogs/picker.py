"""A dialog to choose one of many: type to filter, arrow keys to move, enter to choose."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from entity_connections.domain.entities import Entity
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item
from entity_connections.tui.widgets.too_small import is_too_small

MIN_TEXT_WIDTH, MAX_TEXT_WIDTH = 20, 50
"""Cells of the first column, however short or long the names are."""
MAX_INDENT = 12


class Choice(NamedTuple):
    """A choice of a picker.

    Attributes:
        key: the result if it is chosen.
        text: its name.
        note: what else to know about it.
        disabled_reason: why it cannot be chosen, a sentence, or "".
        indent: its depth in a tree.
        tone: the tone of the note.
        entity: the entity whose title ends the name, if any; see `Cell.entities`.
    """

    key: str
    text: str
    note: str = ""
    disabled_reason: str = ""
    indent: int = 0
    tone: str = "mute"
    entity: Entity | None = None

    @property
    def indented_text(self) -> str:
        """The name, indented by the depth in the tree."""
        return "  " * min(self.indent, MAX_INDENT) + self.text


class Picker(Dialog[str | None]):
    """Returns the key of a choice, or None; the cursor starts on the choice `current`.

    A key may appear twice: an entity among the recent ones, and in its place in the tree.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="picker.close", tooltip="Choose nothing"),
    ]
    grid = query_one("#choices", Grid)
    refusal = query_one("#refusal", Static)

    def __init__(self, title: str, choices: Iterable[Choice], current: str = "") -> None:
        super().__init__()
        self._title = title
        # Every row needs a key of its own.
        self._choices = {str(index): choice for index, choice in enumerate(choices)}
        self._current = current

    def compose_dialog(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield FilterInput("#choices", "Type to filter", id="query")
            widths = (cell_len(choice.indented_text) + 1 for choice in self._choices.values())
            width = min(max(MIN_TEXT_WIDTH, *widths), MAX_TEXT_WIDTH)
            yield Grid([Column("text", "", width), Column("note", "", 24, weight=1)], id="choices")
            yield Static("", id="refusal", markup=False)
            yield Static("enter choose · escape close", id="keys", markup=False)

    def on_mount(self) -> None:
        self.grid.placeholder = Content("Nothing has this in its name.")
        current = [key for key, choice in self._choices.items() if choice.key == self._current]
        items = (_make_item(key, choice, flat=False) for key, choice in self._choices.items())
        self.grid.set_items(items, cursor=current[-1] if current else None)
        self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        query = event.value.casefold()
        words = query.split()
        shown = {
            key: choice
            for key, choice in self._choices.items()
            if all(word in f"{choice.text}\n{choice.note}".casefold() for word in words)
        }
        if words:  # a choice that appears twice is shown once
            last = {choice.key: key for key, choice in shown.items()}
            shown = {key: self._choices[key] for key in last.values()}
        enabled = {key: choice for key, choice in shown.items() if not choice.disabled_reason}
        exact = [key for key, choice in enabled.items() if choice.text.casefold() == query.strip()]
        items = (_make_item(key, choice, flat=bool(words)) for key, choice in shown.items())
        self.grid.set_items(items, cursor=next(iter([*exact, *enabled]), None) if words else None)

    @on(Grid.RowHighlighted)
    def _clear_refusal(self) -> None:
        self.refusal.update("")

    @on(Input.Submitted)
    @on(Grid.RowSelected)
    @on(Grid.CellSelected)
    def _choose(self) -> None:
        key = self.grid.cursor_key
        if key is None or is_too_small(self):
            return
        choice = self._choices[key]
        if choice.disabled_reason:
            self.refusal.update(Content(choice.disabled_reason))
        else:
            self.dismiss(choice.key)


def _make_item(key: str, choice: Choice, *, flat: bool) -> Item:
    text = choice.text if flat else choice.indented_text
    cells = {
        "text": Cell(text, "", (choice.entity,) if choice.entity else ()),
        "note": Cell(choice.note, choice.tone),
    }
    return Item(key, cells, dim=bool(choice.disabled_reason))
