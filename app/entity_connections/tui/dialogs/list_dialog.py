"""The base of the dialogs with a list, a filter, and the details of the row under the cursor."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.getters import query_one
from textual.widgets import Input

from entity_connections.tui.dialogs.dialog import Dialog, Result
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import Column
from entity_connections.tui.widgets.text_lines import TextLines
from entity_connections.tui.widgets.too_small import is_too_small


class ListDialog(Dialog[Result]):
    """Shows a list; the filter is hidden until `/` is pressed."""

    BINDINGS = [
        Binding("slash", "filter", "Filter", id="list.filter", tooltip="Show only what has this"),
    ]
    grid = query_one("#list", Grid)
    filter_input = query_one("#filter", FilterInput)
    details = query_one("#details", TextLines)

    def compose_list(self, columns: Sequence[Column]) -> ComposeResult:
        """Lay out the filter, the list and the details."""
        yield FilterInput("#list", "Filter", id="filter")
        yield Grid(columns, id="list")
        yield TextLines(id="details")

    def show_matching(self) -> None:
        """Show what holds the words of the filter."""
        raise NotImplementedError

    def show_details(self) -> None:
        """Show what is known of the row under the cursor."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.grid.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_details)

    @on(Grid.RowHighlighted)
    def _handle_cursor(self) -> None:
        self.show_details()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        self.show_matching()

    def action_filter(self) -> None:
        if not is_too_small(self):
            self.filter_input.display = True
            self.set_focus(self.filter_input)

    @on(Input.Submitted, "#filter")
    def _keep_filter(self) -> None:
        if self.filter_input.value:
            self.set_focus(self.grid)
        else:
            self.clear_filter()

    def clear_filter(self) -> bool:
        """Clear the filter and hide it; return whether it was open."""
        was_open = self.filter_input.display
        self.filter_input.value = ""
        self.filter_input.display = False
        self.set_focus(self.grid)
        return was_open
