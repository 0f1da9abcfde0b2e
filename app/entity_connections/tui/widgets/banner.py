"""The line for a state that lasts; it counts seconds while something is waited for."""

from collections.abc import Callable

from textual.timer import Timer

from entity_connections.tui.rendering.banner import BannerState, render_banner
from entity_connections.tui.widgets.text_lines import TextLines


class Banner(TextLines):
    """Shows what a function returns as the present state.

    Args:
        get_state: returns the present state.
        id: the id of the widget.
    """

    _countdown: Timer | None = None

    def __init__(self, get_state: Callable[[], BannerState], *, id: str) -> None:
        super().__init__(id=id)
        self._get_state = get_state

    def show_state(self) -> None:
        """Show the present state now, and each second while that counts seconds."""
        state = self._get_state()
        if state.counts_seconds and self._countdown is None:
            self._countdown = self.set_interval(1, self.show_state)
        elif not state.counts_seconds and self._countdown is not None:
            self._countdown.stop()
            self._countdown = None
        self.update(render_banner(state, self.size.width))
