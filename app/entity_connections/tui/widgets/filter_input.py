"""The field of a filter over rows that stay in reach while one types."""

from collections.abc import Callable

from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class Needle(Input):
    """The field of the filter; the arrows move the cursor of the rows under it.

    Its owner is told at once, not by a message, so that a letter and the rows
    that it leaves are painted in one frame.
    """

    BINDINGS = [
        Binding("up", "screen.step(-1)", "Up", id="filter.up", tooltip="The row above"),
        Binding("down", "screen.step(1)", "Down", id="filter.down", tooltip="The row below"),
    ]

    # The field keeps its size whatever is typed, so no letter asks for a new layout.
    virtual_size = Reactive(Size(0, 0), layout=False)
    typed: Callable[[str], None] | None = None
    left: Callable[[bool], None] | None = None
    """Called when the field is left: whether what was typed is kept."""

    def on_key(self, event: events.Key) -> None:
        """Leave on enter and escape; what was typed behind them is for the rows again.

        Keys that were typed ahead wait here in their order, so here it must be
        told which of them are still meant for the field.
        """
        if self.screen.focused is not self:
            self.app.simulate_key(event.key)
        elif event.key in ("enter", "escape") and self.left is not None:
            self.left(event.key == "enter")
        else:
            return
        event.stop()
        event.prevent_default()

    def watch_value(self, value: str) -> None:
        """Tell what has been typed."""
        if self.typed is not None:
            self.typed(value)
