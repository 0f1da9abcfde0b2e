"""A list over the whole screen, newest first, with a filter and the details of one record."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from entity_connections.domain.text_search import contains_words, split_words
from entity_connections.tui.dialogs.dialog import make_key_line
from entity_connections.tui.dialogs.list_dialog import ListDialog
from entity_connections.tui.rendering.text import MUTED
from entity_connections.tui.widgets.grid.layout import Column, Item


class Record(NamedTuple):
    """A row of a log, what happened in a sentence, and everything else that is known of it."""

    item: Item
    summary: str
    details: Sequence[str]

    def contains(self, words: Iterable[str]) -> bool:
        cells = (cell.text for cell in self.item.cells.values())
        return contains_words("\n".join([*cells, self.summary, *self.details]), words)


class LogDialog(ListDialog[None]):
    """Shows records, newest first.

    Attributes:
        placeholder: the text in place of records while there are none.
        records: all records by the keys of their rows, newest first.
    """

    BINDINGS = [Binding("escape,q", "back", "Close", id="log.close", tooltip="One step back")]
    message = query_one("#message", Static)

    def __init__(self, title: str, columns: list[Column], placeholder: str, keys: str) -> None:
        super().__init__()
        self.placeholder = placeholder
        self._title, self._columns, self._keys = title, columns, keys
        self.records: dict[str, Record] = {}

    def compose_dialog(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield from self.compose_list(self._columns)
            yield Static("", id="message", markup=False)
            yield make_key_line(self._keys)

    def on_mount(self) -> None:
        self.grid.placeholder = Content(self.placeholder)

    @property
    def record(self) -> Record | None:
        return self.records.get(self.grid.cursor_key or "")

    def show_records(self, records: Iterable[Record]) -> None:
        """Replace the records; a cursor on the newest one follows, else it stays on its record."""
        items, cursor = self.grid.items, self.grid.cursor_key
        follow = not items or cursor == items[0].key
        self.records = {record.item.key: record for record in records}
        self.grid.columns = [self._limit_column(column) for column in self._columns]
        self.show_matching(follow=follow)

    def _limit_column(self, column: Column) -> Column:
        """Return a column that does not grow beyond its texts: what follows stands near them."""
        texts = (record.item.cells[column.key].text for record in self.records.values())
        longest = max(map(cell_len, texts), default=0)
        return column._replace(max_width=longest + 1)

    def show_matching(self, *, follow: bool = False) -> None:
        query = self.filter_input.value
        words = split_words(query)
        items = [record.item for record in self.records.values() if record.contains(words)]
        empty = f"Nothing matches “{query}”." if self.records else self.placeholder
        self.grid.placeholder = Content(empty)
        self.grid.set_items(items, cursor=items[0].key if items and follow else None)
        self.show_details()

    def show_details(self) -> None:
        text = Content()
        if (record := self.record) is not None:
            details = _wrap_details(record.details, self.details.size.width)
            text = Content(f"{record.summary}\n") + Content.styled(details, MUTED)
        self.details.update(text)

    def show_message(self, text: str) -> None:
        """Show a text above the keys; "" hides it."""
        self.message.update(Content(text))
        self.message.display = bool(text)

    def action_back(self) -> None:
        if not self.clear_filter():
            self.dismiss()


def _wrap_details(details: Iterable[str], width: int) -> str:
    """Return details in lines of at most `width` cells, each on one line if it fits."""
    lines = [""]
    for detail in details:
        longer = f"{lines[-1]} · {detail}" if lines[-1] else detail
        if lines[-1] and cell_len(longer) > width:
            lines.append(detail)
        else:
            lines[-1] = longer
    return "\n".join(lines)
