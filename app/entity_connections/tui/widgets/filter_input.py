"""The input field of a filter; the arrow keys move the cursor of the rows below it."""

from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class FilterInput(Input):
    """An input field whose screen has an action `move_cursor(rows)`."""

    BINDINGS = [
        Binding("up", "screen.move_cursor(-1)", "Up", id="filter.up", tooltip="The row above"),
        Binding("down", "screen.move_cursor(1)", "Down", id="filter.down", tooltip="The row below"),
    ]

    # The field keeps its size, so a typed letter needs no new layout of the screen.
    virtual_size = Reactive(Size(0, 0), layout=False)
