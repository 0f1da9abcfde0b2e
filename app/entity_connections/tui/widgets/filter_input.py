"""The input field of a filter; the arrow keys move the cursor of the rows below it."""

from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from entity_connections.tui.widgets.grid.grid import Grid


class FilterInput(Input):
    """An input field above the only grid of its screen."""

    BINDINGS = [
        Binding(key, action, label, id=f"filter.{key}", tooltip=tooltip)
        for key, action, label, tooltip in (
            ("up", "move(-1)", "Up", "The row above"),
            ("down", "move(1)", "Down", "The row below"),
            ("pageup", "move_page(-1)", "Page up", "A screenful up"),
            ("pagedown", "move_page(1)", "Page down", "A screenful down"),
        )
    ]

    # The field keeps its size, so a typed letter needs no new layout of the screen.
    virtual_size = Reactive(Size(0, 0), layout=False)

    def action_move(self, rows: int) -> None:
        """Move the cursor of the grid down by a number of rows, or up if it is negative."""
        self.screen.query_one(Grid).action_move(rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor of the grid by screenfuls."""
        self.screen.query_one(Grid).action_move_page(pages)
