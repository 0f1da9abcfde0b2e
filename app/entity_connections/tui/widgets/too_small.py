"""What a terminal that cannot hold the screen is told; nothing is done unseen."""

from typing import Any

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen

from entity_connections.tui.widgets.text_lines import Lines

LEAST = Size(60, 20)
"""What a screen and its dialogs need, in cells."""
BREAKPOINTS_ACROSS = [(0, "-narrow"), (LEAST.width, "-wide-enough")]
BREAKPOINTS_DOWN = [(0, "-low"), (LEAST.height, "-tall-enough")]


class TooSmall(Lines):
    """Covers its screen while the terminal is too small for it."""

    def on_mount(self) -> None:
        """Say what is needed."""
        need = f"It takes {LEAST.width} columns by {LEAST.height} lines."
        self.show(Content(f"This terminal is too small.\n{need}"))


def too_small(screen: Screen[Any]) -> bool:
    """Return whether `screen` is covered, and must not act on what cannot be seen."""
    return screen.has_class("-narrow") or screen.has_class("-low")
