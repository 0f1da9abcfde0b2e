"""A dialog to choose one of many: type to filter, arrow keys to move, enter to choose."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.widgets.grid.grid import Cell, Column, Grid, Item
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
    """

    key: str
    text: str
    note: str = ""
    disabled_reason: str = ""
    indent: int = 0
    tone: str = "mute"

    @property
    def indented_text(self) -> str:
        """The name, indented by the depth in the tree."""
        return "  " * min(self.indent, MAX_INDENT) + self.text

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether name or note contain all words."""
        text = f"{self.text}\n{self.note}".casefold()
        return all(word in text for word in words)


class Picker(Dialog[str | None]):
    """Returns the key of a choice, or None.

    Args:
        title: the title.
        choices: the choices in order; a key may appear twice, as "recent" and in its place.
        current: key of the present choice, where the cursor starts.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="picker.close", tooltip="Choose nothing"),
        *(
            # With priority, because the filter has the focus.
            Binding(key, action, label, id=f"picker.{key}", tooltip=tooltip, priority=True)
            for key, action, label, tooltip in (
                ("up", "move_cursor(-1)", "Up", "The choice above"),
                ("down", "move_cursor(1)", "Down", "The choice below"),
                ("pageup", "move_page(-1)", "Page up", "A screenful up"),
                ("pagedown", "move_page(1)", "Page down", "A screenful down"),
            )
        ),
    ]
    grid = query_one("#choices", Grid)
    refusal = query_one("#refusal", Static)

    def __init__(self, title: str, choices: Sequence[Choice], current: str = "") -> None:
        super().__init__()
        self._title = title
        # A choice may appear twice, but every row needs a key of its own.
        self._choices = {str(index): choice for index, choice in enumerate(choices)}
        self._current = current

    def compose_dialog(self) -> ComposeResult:
        """Lay out the filter, the list and a line for the reason of a disabled choice."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Input(placeholder="Type to filter", id="query", compact=True)
            widths = (cell_len(choice.indented_text) + 1 for choice in self._choices.values())
            width = min(max(MIN_TEXT_WIDTH, *widths), MAX_TEXT_WIDTH)
            columns = [
                Column("text", "", width, sortable=False),
                Column("note", "", 24, weight=1, sortable=False),
            ]
            yield Grid(columns, id="choices")
            yield Static("", id="refusal", markup=False)
            yield Static("enter choose · escape close", id="keys", markup=False)

    def on_mount(self) -> None:
        """Show all choices, with the cursor on the present one."""
        self.grid.placeholder = Content("Nothing has this in its name.")
        self._show_choices("")
        self.set_focus(self.query_one(Input))

    def _show_choices(self, query: str) -> None:
        words = query.casefold().split()
        shown = {key: choice for key, choice in self._choices.items() if choice.matches(words)}
        if words:  # a choice that appears twice is shown once
            shown = {key: shown[key] for key in {c.key: key for key, c in shown.items()}.values()}
            cursor = _find_best(shown, query)
        else:
            current = [key for key, choice in shown.items() if choice.key == self._current]
            cursor = current[-1] if current else None
        items = (_make_item(key, choice, flat=bool(words)) for key, choice in shown.items())
        self.grid.set_items(items, cursor=cursor)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._show_choices(event.value)

    def action_move_cursor(self, rows: int) -> None:
        """Move the cursor of the list."""
        self.grid.action_move(rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor of the list by a screenful."""
        self.grid.action_move_page(pages)

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


def _find_best(choices: dict[str, Choice], query: str) -> str | None:
    """Return the choice with exactly that name, else the first that can be chosen."""
    enabled = {key: choice for key, choice in choices.items() if not choice.disabled_reason}
    name = query.casefold().strip()
    exact = [key for key, choice in enabled.items() if choice.text.casefold() == name]
    return next(iter([*exact, *enabled]), None)


def _make_item(key: str, choice: Choice, *, flat: bool) -> Item:
    text = choice.text if flat else choice.indented_text
    cells = {"text": Cell(text), "note": Cell(choice.note, choice.tone)}
    return Item(key, cells, dim=bool(choice.disabled_reason))


def make_name_picker(title: str, names: Sequence[tuple[str, str]], current: str) -> Picker:
    """Return a picker of names, each with a note."""
    return Picker(title, [Choice(name, name, note) for name, note in names], current)
