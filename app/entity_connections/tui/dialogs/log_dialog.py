"""A list over the whole screen, newest first: filtered by `/`, with what is known of one."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.rendering.presenting import MUTED
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Column, Grid, Item
from entity_connections.tui.widgets.text_lines import TextLines
from entity_connections.tui.widgets.too_small import too_small


class Record(NamedTuple):
    """One line of a pane.

    Attributes:
        item: how it looks.
        what: what happened, in a sentence.
        facts: everything else that is known of it; none is broken over two lines.
    """

    item: Item
    what: str
    facts: tuple[str, ...]


class LogDialog(Dialog[None]):
    """Shows records and nothing else; what they are, its two users know.

    Args:
        columns: what stands in a line.
        nothing: what stands there while there are no records.
        keys: the keys, in words.
    """

    BINDINGS = [
        Binding("escape,q", "back", "Close", id="pane.close", tooltip="One step back"),
        Binding("slash", "filter", "Filter", id="pane.filter", tooltip="Show only what has this"),
    ]
    grid = query_one("#records", Grid)
    needle = query_one("#needle", FilterInput)
    facts = query_one("#facts", TextLines)
    said = query_one("#said", Static)

    def __init__(self, columns: list[Column], nothing: str, keys: str) -> None:
        super().__init__()
        self._columns, self._nothing, self._keys = columns, nothing, keys
        self._records: dict[str, Record] = {}
        self._texts: dict[str, str] = {}

    def compose_dialog(self) -> ComposeResult:
        """Lay out the list, what is known of one line of it, and the keys."""
        with Vertical(id="dialog"):
            yield FilterInput(id="needle", placeholder="Filter", compact=True)
            yield Grid(self._columns, id="records")
            yield TextLines(id="facts")
            yield Static("", id="said", markup=False)
            yield Static(self._keys, id="keys", markup=False)

    def on_mount(self) -> None:
        """Start in the list."""
        self.needle.typed, self.needle.left = lambda _: self._narrow(), self._leave_filter
        self.grid.placeholder = Content(self._nothing)
        self.grid.focus()

    def show(self, records: Iterable[Record]) -> None:
        """Show other records; whoever stood on the newest follows, the others stay on theirs."""
        items, cursor = self.grid.items, self.grid.cursor_key
        at_the_top = not items or cursor == items[0].key
        self._records = {one.item.key: one for one in records}
        self._texts = {
            key: " ".join(
                [*(cell.text for cell in one.item.cells), one.what, *one.facts]
            ).casefold()
            for key, one in self._records.items()
        }
        self._narrow(to_top=at_the_top)

    def _narrow(self, *, to_top: bool = False) -> None:
        words = self.needle.value.casefold().split()
        found = [
            one.item
            for key, one in self._records.items()
            if all(word in self._texts[key] for word in words)
        ]
        self.grid.placeholder = Content(
            f"Nothing here has “{self.needle.value}”." if self._records else self._nothing
        )
        self.grid.show(found, cursor=found[0].key if found and to_top else None)
        self._show_facts()

    @on(Grid.CursorMoved)
    def _show_facts(self) -> None:
        record, width = self.record, self.facts.size.width
        if record is None:
            self.facts.show(Content())
        else:
            facts = Content.styled(packed(record.facts, width), MUTED)
            self.facts.show(Content(f"{record.what}\n") + facts)

    def on_resize(self) -> None:
        """Lay the facts out for the new width."""
        self.call_after_refresh(self._show_facts)

    @property
    def record(self) -> Record | None:
        """The record under the cursor, if there is one."""
        key = self.grid.cursor_key
        return self._records.get(key) if key is not None else None

    def say(self, sentence: str) -> None:
        """Show a sentence above the keys, whole; "" takes it away."""
        self.said.update(Content(sentence))
        self.said.display = bool(sentence)

    def action_filter(self) -> None:
        """Open the field of the filter."""
        if not too_small(self):
            self.needle.display = True
            self.set_focus(self.needle)

    def _leave_filter(self, kept: bool) -> None:
        if kept and self.needle.value:
            self.set_focus(self.grid)
        else:
            self.action_back()

    def action_back(self) -> None:
        """Clear the filter, or close."""
        if self.needle.display:
            self.needle.value = ""
            self.needle.display = False
            self.set_focus(self.grid)
        else:
            self.dismiss()

    def action_step(self, rows: int) -> None:
        """Move the cursor from within the field."""
        self.grid.action_move(rows)


def packed(facts: Iterable[str], width: int) -> str:
    """Return facts in lines of at most `width` cells, each fact whole where it fits a line."""
    lines = [""]
    for fact in facts:
        longer = f"{lines[-1]} · {fact}" if lines[-1] else fact
        if lines[-1] and cell_len(longer) > width:
            lines.append(fact)
        else:
            lines[-1] = longer
    return "\n".join(lines)
