"""The input field of a filter; the arrow keys move the cursor of its rows."""

from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from entity_connections.tui.widgets.grid.grid import Grid


class FilterInput(Input):
    """An input field that filters a grid of its screen; `grid` is the selector of that grid."""

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

    def __init__(self, grid: str, placeholder: str, *, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self._grid = grid

    @property
    def grid(self) -> Grid:
        return self.screen.query_one(self._grid, Grid)

    def on_focus(self) -> None:
        """Let the cursor of the rows look as if they had the focus."""
        self.grid.add_class("-filtering")

    def on_blur(self) -> None:
        self.grid.remove_class("-filtering")

    def action_move(self, rows: int) -> None:
        self.grid.action_move(rows)

    def action_move_page(self, pages: int) -> None:
        self.grid.action_move_page(pages)
