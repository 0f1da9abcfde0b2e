"""The base of every dialog: it answers once, and never covers or dims the top lines."""

from itertools import islice
from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from entity_connections.tui.widgets.too_small import BREAKPOINTS_ACROSS, BREAKPOINTS_DOWN, TooSmall

TOP_LINES = 2
"""Lines of the main screen that name the tenant and its environment."""

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen above the main screen, which is told one result."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS_ACROSS
    VERTICAL_BREAKPOINTS = BREAKPOINTS_DOWN

    def __init__(self) -> None:
        super().__init__()
        self._has_result = False

    def compose(self) -> ComposeResult:
        """Lay out the dialog, and the sentence for terminals that are too small for it."""
        yield from self.compose_dialog()
        yield TooSmall()

    def compose_dialog(self) -> ComposeResult:
        """Lay out a container with the id "dialog"."""
        raise NotImplementedError

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result. A second call, or one from under another dialog, does nothing.

        Textual would call the callback again, and take the next screen off the stack.
        """
        if self._has_result or not self.is_current:
            return AwaitComplete()
        self._has_result = True
        return super().dismiss(result)

    def render(self) -> RenderableType:
        """Return the main screen, dimmed but for its top lines."""
        background = super().render()
        if isinstance(background, BackgroundScreen):
            return _Backdrop(background.screen, background.color)
        return background


class _Backdrop(BackgroundScreen):
    """Textual's tint over a screen, from the line after TOP_LINES on."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        undimmed = BackgroundScreen(self.screen, Color(0, 0, 0, 0))
        dimmed = BackgroundScreen(self.screen, self.color)
        for background, lines in ((undimmed, (0, TOP_LINES)), (dimmed, (TOP_LINES, None))):
            for line in islice(Segment.split_lines(console.render(background, options)), *lines):
                yield from (*line, Segment.line())
