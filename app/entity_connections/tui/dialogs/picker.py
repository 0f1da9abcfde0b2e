"""Choose one thing of many: type to narrow, arrows to move, enter to take.

The entity switcher, the users of the fake tenant and the themes are all this.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.widgets.grid.grid import Cell, Column, Grid, Item
from entity_connections.tui.widgets.too_small import too_small

MAX_TEXT = 50
"""Cells of the first column, however long the names are."""


class Choice(NamedTuple):
    """One thing that can be chosen.

    Attributes:
        key: what the dialog answers with.
        text: what it is called.
        note: what is worth knowing about it.
        refusal: a sentence that says why it cannot be chosen, or "".
        indent: how deep it stands in a tree.
        tone: the tone of the note.
    """

    key: str
    text: str
    note: str = ""
    refusal: str = ""
    indent: int = 0
    tone: str = "mute"


class Chooser(Dialog[str | None]):
    """Answers with the key of a choice, or None when one left without choosing.

    Args:
        title: what is chosen.
        choices: everything, in order; a key may stand twice, as in "recent" and in its place.
        current: key of the choice in force, where the cursor starts.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="chooser.close", tooltip="Choose nothing"),
        *(
            # At once, although the field has the focus.
            Binding(key, action, label, id=f"chooser.{key}", tooltip=tooltip, priority=True)
            for key, action, label, tooltip in (
                ("up", "step(-1)", "Up", "The choice above"),
                ("down", "step(1)", "Down", "The choice below"),
                ("pageup", "page(-1)", "Page up", "A screenful up"),
                ("pagedown", "page(1)", "Page down", "A screenful down"),
            )
        ),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], current: str = "") -> None:
        super().__init__()
        self._title = title
        # Rows need keys of their own although a choice may stand twice.
        self._choices = {f"{place}": choice for place, choice in enumerate(choices)}
        self._haystacks = {
            key: f"{one.text}\n{one.note}".casefold() for key, one in self._choices.items()
        }
        self._current = current

    def compose_dialog(self) -> ComposeResult:
        """Lay out the field, the list and a line for what cannot be chosen."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Input(placeholder="Type to filter", id="lookup", compact=True)
            widest = max(
                (cell_len(_indented(choice)) for choice in self._choices.values()), default=0
            )
            columns = [
                Column("text", "", max(20, min(widest + 1, MAX_TEXT)), sortable=False),
                Column("note", "", 24, weight=1, sortable=False),
            ]
            yield Grid(columns, id="choices")
            yield Static("", id="refusal", markup=False)
            yield Static("enter choose · escape close", id="keys", markup=False)

    def on_mount(self) -> None:
        """Show everything, with the cursor on what is in force."""
        self.query_one(Grid).placeholder = Content("Nothing has this in its name.")
        self._show("")
        self.set_focus(self.query_one(Input))

    def _show(self, needle: str) -> None:
        words = needle.casefold().split()
        found = [
            (key, choice)
            for key, choice in self._choices.items()
            if all(word in self._haystacks[key] for word in words)
        ]
        if words:  # one place is enough for what was looked for
            found = list({choice.key: (key, choice) for key, choice in found}.values())
        grid = self.query_one(Grid)
        in_force = next(
            (key for key, choice in reversed(found) if choice.key == self._current), None
        )
        free = [(key, choice) for key, choice in found if not choice.refusal]
        exact = [key for key, choice in free if choice.text.casefold() == needle.casefold().strip()]
        best = next(iter(exact or [key for key, _ in free]), None)
        cursor = in_force if not words else best
        grid.show((_item(key, choice, flat=bool(words)) for key, choice in found), cursor=cursor)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    def action_step(self, rows: int) -> None:
        """Move the cursor of the list from within the field."""
        self.query_one(Grid).action_move(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor of the list by a screenful from within the field."""
        self.query_one(Grid).action_move_page(pages)

    @on(Grid.CursorMoved)
    def _forget_refusal(self) -> None:
        self.query_one("#refusal", Static).update("")

    @on(Input.Submitted)
    @on(Grid.Chosen)
    def _choose(self) -> None:
        self._take(self.query_one(Grid).cursor_key)

    @on(Grid.CellClicked)
    def _click(self, event: Grid.CellClicked) -> None:
        self._take(event.key)

    def _take(self, key: str | None) -> None:
        if key is None or too_small(self):
            return
        choice = self._choices[key]
        if choice.refusal:
            self.query_one("#refusal", Static).update(Content(choice.refusal))
        else:
            self.dismiss(choice.key)


def _item(key: str, choice: Choice, *, flat: bool) -> Item:
    cells = (Cell(choice.text if flat else _indented(choice)), Cell(choice.note, choice.tone))
    return Item(key, cells, dim=bool(choice.refusal))


def _indented(choice: Choice) -> str:
    return "  " * min(choice.indent, 12) + choice.text


def pick(title: str, choices: Sequence[tuple[str, str]], current: str) -> Chooser:
    """Return a chooser of plain names, each with a note."""
    return Chooser(title, [Choice(name, name, note) for name, note in choices], current)
