"""The app in the upper rows of a terminal, with the caption bar in the rows below.

The app takes its terminal to end above the captions, so that dialogs cannot cover them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual import events
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Offset, Region, Size

from entity_connections.services.workspace import Workspace
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.rendering.frame import THREE_PANES
from entity_connections.tui.widgets.too_small import NARROW, WIDE_ENOUGH
from entity_connections.walkthrough.caption_bar import (
    Captions,
    bar_height,
    min_terminal_size,
    render,
    render_pointer,
    to_ansi,
)
from entity_connections.walkthrough.screen_text import ScreenText, TerminalCells
from entity_connections.walkthrough.script_models import Walkthrough


class CaptionedApp(ConnectionsApp):
    """The app and its captions.

    Attributes:
        pointer: the text that is about to be clicked.
        terminal: the driver, once there is one.
        player_task: runs beside the app from its first frame on.
        presenter_keys: the names of the keys that the presenter presses. While
            `presenter_has_control` only RESUME_KEY, and the app gets the others.
        output_muted: whether output of the app is kept from the terminal.
        output: what a `RecordingDriver` was sent, with the seconds on the clock of the loop.
    """

    terminal: Driver | None = None
    player_task: Callable[[], Coroutine[Any, Any, None]] | None = None

    def __init__(self, script: Walkthrough, workspace: Workspace, theme: str) -> None:
        # The texts that a script names are those of the panes that it was written for.
        three_panes = None if script.size[0] >= THREE_PANES else False
        super().__init__(workspace, theme, three_panes=three_panes)
        self.script = script
        self.HORIZONTAL_BREAKPOINTS = [(0, NARROW), (self.min_terminal_size.width, WIDE_ENOUGH)]
        self.captions = Captions.of_step(script, 0)
        self.pointer: Region | None = None
        self.cells = TerminalCells()
        self.presenter_keys: asyncio.Queue[str] = asyncio.Queue()
        self.presenter_has_control = self.output_muted = False
        self.output: list[tuple[float, str]] = []
        self._captions_moved = False

    @property
    def min_terminal_size(self) -> Size:
        """The columns and lines that the screen and the captions need."""
        return min_terminal_size(self.script)

    async def on_event(self, event: events.Event) -> None:
        """Leave the lowest rows of the terminal to the captions."""
        if isinstance(event, events.Resize):
            self.cells.resize(event.size)
            width, height = event.size
            size = Size(width, max(1, height - bar_height(self.script, width)))
            event = events.Resize(size, size, pixel_size=event.pixel_size)
            self._captions_moved = True
        await super().on_event(event)

    def on_ready(self) -> None:
        """Start the player."""
        if self.player_task is not None:
            self.run_worker(self.player_task())

    def read_screen(self) -> ScreenText:
        """Return the text that the app has drawn."""
        return self.cells.read(self.size.height)

    def set_captions(self, captions: Captions) -> None:
        """Show other captions."""
        self.captions = captions
        self._draw_captions()

    def show_keys(self, *labels: str) -> None:
        """Show the keys that have been pressed in this step."""
        self.set_captions(self.captions._replace(keys=labels))

    def show_pointer(self, region: Region | None) -> None:
        """Show the pointer beside a text; None removes it."""
        self.pointer = region
        self.refresh()

    def redraw(self) -> None:
        """Draw the screen and the captions again."""
        self.refresh()
        self._draw_captions()

    def post_display_hook(self) -> None:
        """Draw the pointer over the screen; after a resize, also the captions."""
        if self._captions_moved and self.screen.size == self.size:
            self._captions_moved = False
            self._draw_captions()
        if self.pointer is not None and self.terminal is not None:
            offset = Offset(min(self.pointer.right, self.size.width - 1), self.pointer.y)
            rows = [render_pointer(self.theme_variables)]
            self.terminal.write(to_ansi(rows, offset, self.console))

    def _draw_captions(self) -> None:
        if self.terminal is not None:
            width, height = self.size
            rows = render(
                self.captions, width, bar_height(self.script, width), self.theme_variables
            )
            self.terminal.write(to_ansi(rows, Offset(0, height), self.console))
            self.terminal.flush()


class RecordingDriver(HeadlessDriver):
    """A terminal that only records its output."""

    is_headless = False  # else Textual would write nothing

    def __init__(self, app: CaptionedApp, **options: Any) -> None:
        super().__init__(app, **options)
        self.captioned_app = app
        app.terminal = self

    def write(self, data: str) -> None:
        """Record output."""
        self.captioned_app.cells.write(data)
        self.captioned_app.output.append((asyncio.get_running_loop().time(), data))
