"""A dialog to choose one of many: type to filter, arrow keys to move, enter to choose."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from entity_connections.domain.entities import MIN_TITLE_WIDTH, Entity
from entity_connections.domain.text_search import (
    contains_unshown_word,
    contains_words,
    split_words,
)
from entity_connections.tui.dialogs.dialog import Dialog, make_key_line
from entity_connections.tui.rendering.tree import draw_branches, keep_parents
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item
from entity_connections.tui.widgets.too_small import is_too_small

MIN_NOTE_WIDTH = 16
"""Cells that notes get, if they need them, before the names get all that they need."""


class Choice(NamedTuple):
    """A choice of a picker.

    Attributes:
        key: the result if it is chosen.
        text: its name.
        note: what else to know about it; where it is cut, the whole is below the list.
        disabled_reason: why it cannot be chosen, in sentences, or "".
        level: its level in a tree.
        tone: the tone of the note.
        entity: the entity whose title ends the name, if any; see `Cell.entities`.
        shortcut: the key that does the same without the dialog.
        keywords: other words that find it.
    """

    key: str
    text: str
    note: str = ""
    disabled_reason: str = ""
    level: int = 0
    tone: str = "mute"
    entity: Entity | None = None
    shortcut: str = ""
    keywords: str = ""

    @property
    def technical_name(self) -> str:
        """The name of the entity, if there is one."""
        return self.entity.name if self.entity else ""

    def contains(self, words: Iterable[str]) -> bool:
        """Return whether all words are somewhere in what is known of it."""
        texts = self.text, self.note, self.technical_name, self.keywords
        return contains_words("\n".join(texts), words)


class Picker(Dialog[str | None]):
    """Returns the key of a choice, or None; the cursor starts on the choice `current`.

    A key may appear twice: an entity among the recent ones, and in its place in the tree.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="picker.close", tooltip="Choose nothing"),
    ]
    KEYS = "enter choose · escape close"
    """The line at the bottom; see `make_key_line`."""
    grid = query_one("#choices", Grid)
    query_input = query_one("#query", FilterInput)
    note = query_one("#note", Static)

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
            grid = Grid((), id="choices")
            grid.can_focus = False  # the keys go to the filter
            yield grid
            yield Static("", id="note", markup=False)
            yield from self.compose_fields()
            yield make_key_line(self.KEYS)

    def compose_fields(self) -> ComposeResult:
        """Lay out what stands below the list."""
        yield from ()

    def on_mount(self) -> None:
        self.grid.columns = self._make_columns()
        self.grid.placeholder = Content("Nothing matches.")
        current = [key for key, choice in self._choices.items() if choice.key == self._current]
        self._show(set(self._choices), (), cursor=current[-1] if current else None)
        self.set_focus(self.query_input)

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_choice)

    def _make_columns(self) -> list[Column]:
        """Return the columns; no name is cut while there is room for it."""
        choices, branches = self._choices, draw_branches(self._levels)
        names = [cell_len(branches[key] + choice.text) + 1 for key, choice in choices.items()]
        longest = max(names, default=0)
        shortcut = max((len(choice.shortcut) for choice in choices.values()), default=0)
        note = max((cell_len(choice.note) for choice in choices.values()), default=0)
        columns = [
            Column("shortcut", "", shortcut),
            Column("text", "", min(longest, MIN_TITLE_WIDTH), longest),
            Column("note", "", min(note, MIN_NOTE_WIDTH), weight=1),
        ]
        return columns if shortcut else columns[1:]

    @property
    def _levels(self) -> list[tuple[str, int]]:
        return [(key, choice.level) for key, choice in self._choices.items()]

    @on(Input.Changed, "#query")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        words = split_words(event.value)
        found = {key: choice for key, choice in self._choices.items() if choice.contains(words)}
        if words:  # a choice that appears twice is shown once
            found = {
                key: self._choices[key] for key in {c.key: k for k, c in found.items()}.values()
            }
        enabled = {key: choice for key, choice in found.items() if not choice.disabled_reason}
        exact = [key for key, choice in enabled.items() if split_words(choice.text) == words]
        named = [key for key, choice in enabled.items() if contains_words(choice.text, words)]
        cursor = next(iter([*exact, *named, *enabled, *found]), None) if words else None
        self._show(set(found), words, cursor)

    def _show(self, found: set[str], words: Sequence[str], cursor: str | None) -> None:
        """Show the choices that were found by words, and those above them in the tree."""
        shown = keep_parents(self._levels, found)
        branches = draw_branches(shown)
        items = (
            _make_item(key, self._choices[key], branches[key], words, dim=key not in found)
            for key, _ in shown
        )
        self.grid.set_items(items, cursor=cursor)
        self.show_choice()

    @property
    def choice(self) -> Choice | None:
        """The choice under the cursor, if there is one."""
        return self._choices.get(self.grid.cursor_key or "")

    @on(Grid.RowHighlighted)
    def show_choice(self) -> None:
        """Show the note of the choice under the cursor below the list, if the list cuts it."""
        choice, slots = self.choice, self.grid.slots
        is_cut = choice is not None and slots and cell_len(choice.note) > slots[-1].width
        self.show_note(choice.note if choice is not None and is_cut else "")

    def show_note(self, text: str, *, refused: bool = False) -> None:
        """Show a text below the list; `refused`: why the choice is not taken."""
        self.note.set_class(refused, "-refused")
        self.note.update(Content(text))

    @on(Input.Submitted)
    @on(Grid.CellSelected)
    def _handle_choice(self) -> None:
        choice = self.choice
        if choice is None or is_too_small(self):
            return
        if choice.disabled_reason:
            self.show_note(choice.disabled_reason, refused=True)
        else:
            self.choose(choice.key)

    def choose(self, key: str) -> None:
        """Close with a choice."""
        self.dismiss(key)


def _make_item(key: str, choice: Choice, branch: str, words: Sequence[str], *, dim: bool) -> Item:
    entities = (choice.entity,) if choice.entity else ()
    name, after = choice.technical_name, ""
    if contains_unshown_word(name, f"{choice.text}\n{choice.note}", words):
        after = f"  {name}"
    cells = {
        "shortcut": Cell(choice.shortcut, "link"),
        "text": Cell(choice.text, "", entities, branch, after, keeps_after=True),
        "note": Cell(choice.note, choice.tone),
    }
    return Item(key, cells, dim=dim or bool(choice.disabled_reason))
