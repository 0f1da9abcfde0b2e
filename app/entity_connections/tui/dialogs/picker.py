"""A dialog to choose one of many: type to filter, arrow keys to move, enter to choose."""

from collections.abc import Container, Iterable, Sequence
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
from entity_connections.tui.rendering.tree_guides import draw_branches, keep_parents
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import NARROW, Cell, Column, Item
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
        return self.entity.name if self.entity else ""

    def contains(self, words: Iterable[str]) -> bool:
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
        self._choices = _number(choices)
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
        self.grid.placeholder = Content("Nothing matches.")
        self._show(self._find(()), (), cursor=self._find_key(self._current))
        self.set_focus(self.query_input)

    def replace_choices(self, choices: Iterable[Choice]) -> None:
        """Show other choices that match what was typed; the cursor stays on its choice."""
        current, words = self.choice, split_words(self.query_input.value)
        numbered = _number(choices)
        if numbered != self._choices:
            self._choices = numbered
            cursor = self._find_key(current.key) if current else None
            self._show(self._find(words), words, cursor)

    def _find_key(self, choice_key: str) -> str | None:
        """Return the last row of a choice, or None if there is none."""
        keys = [key for key, choice in self._choices.items() if choice.key == choice_key]
        return keys[-1] if keys else None

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_choice)

    def _make_columns(self, items: Iterable[Item]) -> list[Column]:
        """Return the columns; no name is cut while there is room for it."""
        choices, branches = self._choices, draw_branches(self._levels)
        names = [cell_len(branches[key] + choice.text) + 1 for key, choice in choices.items()]
        cells = (item.cells["text"] for item in items)
        names += [cell_len(cell.before + cell.text + cell.after) + 1 for cell in cells]
        longest = max(names, default=0)
        shortcut = max((len(choice.shortcut) for choice in choices.values()), default=0)
        note = max((cell_len(choice.note) for choice in choices.values()), default=0)
        # The tree is drawn as on the main screen, if the notes leave room for that.
        width = max(longest, NARROW) if any(branches.values()) else longest
        columns = [
            Column("shortcut", "", shortcut),
            Column("text", "", min(longest, MIN_TITLE_WIDTH), longest, weight=4, max_width=width),
            Column("note", "", min(note, MIN_NOTE_WIDTH), note, weight=1),
        ]
        return columns if shortcut else columns[1:]

    @property
    def _levels(self) -> list[tuple[str, int]]:
        return [(key, choice.level) for key, choice in self._choices.items()]

    @on(Input.Changed, "#query")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        words = split_words(event.value)
        found = self._find(words)
        best = min(found, key=lambda key: _rank(found[key], words), default=None)
        self._show(found, words, cursor=best if words else None)

    def _find(self, words: Sequence[str]) -> dict[str, Choice]:
        """Return the choices that hold words, by the keys of their rows."""
        found = {key: choice for key, choice in self._choices.items() if choice.contains(words)}
        if words:  # a choice that appears twice is shown once
            found = {key: found[key] for key in {c.key: k for k, c in found.items()}.values()}
        return found

    def _show(self, found: Container[str], words: Sequence[str], cursor: str | None) -> None:
        """Show the choices that were found by words, and those above them in the tree."""
        shown = keep_parents(self._levels, found)
        branches = draw_branches(shown)
        items = [
            _make_item(key, self._choices[key], branches[key], words, dim=key not in found)
            for key, _ in shown
        ]
        self.grid.columns = self._make_columns(items)
        self.grid.set_items(items, cursor=cursor)
        self.show_choice()

    @property
    def choice(self) -> Choice | None:
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
        self.dismiss(key)


def _number(choices: Iterable[Choice]) -> dict[str, Choice]:
    """Return choices by the keys of their rows: each row needs a key of its own."""
    return {str(index): choice for index, choice in enumerate(choices)}


def _rank(choice: Choice, words: Sequence[str]) -> tuple[bool, bool, bool]:
    """Return the place of a choice among those that hold words: by its name, then if possible.

    So enter gives the reason why what was named is impossible, and chooses nothing else.
    """
    is_named = contains_words(choice.text, words)
    return split_words(choice.text) != words, not is_named, bool(choice.disabled_reason)


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
