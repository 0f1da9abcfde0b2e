"""What a terminal that cannot hold the screen is told; nothing is done unseen."""

from typing import Any

from textual.content import Content
from textual.screen import Screen

from app.tui.lines import Lines

BREAKPOINTS_ACROSS = [(0, "-narrow"), (60, "-wide-enough")]
BREAKPOINTS_DOWN = [(0, "-low"), (20, "-tall-enough")]
"""The least that a screen and its dialogs need, in cells."""


class TooSmall(Lines):
    """Covers its screen while the terminal is too small for it."""

    def on_mount(self) -> None:
        """Say what is needed."""
        self.show(Content("This terminal is too small.\nIt takes 60 columns by 20 lines."))


def too_small(screen: Screen[Any]) -> bool:
    """Return whether `screen` is covered, and must not act on what cannot be seen."""
    return screen.has_class("-narrow") or screen.has_class("-low")
