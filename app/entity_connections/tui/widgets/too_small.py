"""Covers a screen when the terminal is too small for it."""

from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

if TYPE_CHECKING:
    from entity_connections.tui.app import ConnectionsApp

MIN_SIZE = Size(60, 20)
"""Columns and lines that a screen and its dialogs need."""
NARROW, WIDE_ENOUGH = "-narrow", "-wide-enough"
HORIZONTAL_BREAKPOINTS = [(0, NARROW), (MIN_SIZE.width, WIDE_ENOUGH)]
VERTICAL_BREAKPOINTS = [(0, "-low"), (MIN_SIZE.height, "-tall-enough")]
"""The classes of every screen, by the size of the terminal."""
LARGE_ENOUGH = "-wide-enough -tall-enough"
"""The classes of a screen that is not covered."""


class TooSmall(Static):
    """Says which size is needed; visible only while the terminal is smaller."""

    ALLOW_SELECT = False
    app: "ConnectionsApp"

    def on_mount(self) -> None:
        columns, lines = self.app.min_terminal_size
        size = f"It takes {columns} columns by {lines} lines."
        self.update(Content(f"This terminal is too small.\n{size}"))


def is_too_small(screen: Screen[Any]) -> bool:
    """Return whether `screen` is covered, and so must not act on what the user cannot see."""
    return screen.has_class(NARROW) or screen.has_class("-low")
