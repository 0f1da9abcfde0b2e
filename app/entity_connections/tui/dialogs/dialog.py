"""The base of every dialog: it returns one result, and leaves the header visible."""

from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.widgets import Static

from entity_connections.tui.rendering.text import link_to_escape
from entity_connections.tui.widgets.too_small import TooSmall

HEADER_HEIGHT = 1
"""Lines of the main screen that name the tenant and its environment."""

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen above the main screen that returns one result."""

    def __init__(self) -> None:
        super().__init__()
        self._has_result = False

    def compose(self) -> ComposeResult:
        yield from self.compose_dialog()
        yield TooSmall()

    def compose_dialog(self) -> ComposeResult:
        """Lay out a container with the id "dialog"."""
        raise NotImplementedError

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless the dialog is closed already or another one is above it.

        Without this check, Textual would call the callback again and close another screen.
        """
        if self._has_result or not self.is_current:
            return AwaitComplete()
        self._has_result = True
        return super().dismiss(result)

    def render(self) -> RenderableType:
        """Return the main screen, dimmed except for its header."""
        background = super().render()
        if not isinstance(background, BackgroundScreen):
            return background
        return _Backdrop(background.screen, background.color)


def make_key_line(keys: str) -> Static:
    """Return the line of the keys, at the bottom; its end is "escape close"."""
    line = Static(link_to_escape(keys), id="keys")
    line.auto_links = False  # the link keeps its colour
    return line


class _Backdrop(BackgroundScreen):
    """Textual's tint over a screen, below its header."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        undimmed = BackgroundScreen(self.screen, Color(0, 0, 0, 0))
        for y, line in enumerate(Segment.split_lines(console.render(undimmed, options))):
            yield from line if y < HEADER_HEIGHT else self.process_segments(line, self.color)
            yield Segment.line()
