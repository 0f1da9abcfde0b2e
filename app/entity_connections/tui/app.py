"""The Textual App: themes, the input queue, and a crash report without secrets."""

import os
from pathlib import Path
from typing import Any

from textual import events
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed, get_current_worker

from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands.program import leave
from entity_connections.tui.input_queue import InputQueue
from entity_connections.tui.screens.connections import ConnectionsScreen, SaveChoice
from entity_connections.tui.terminal.clipboard import copy_through_tmux
from entity_connections.tui.terminal.crash_report import make_crash_report
from entity_connections.tui.terminal.input_parser import InputDropped
from entity_connections.tui.themes import THEMES
from entity_connections.tui.timing import DEFAULT_TIMING, Timing
from entity_connections.tui.widgets.too_small import (
    HORIZONTAL_BREAKPOINTS,
    MIN_SIZE,
    VERTICAL_BREAKPOINTS,
)

_INSTALLED_STYLES = Path(__file__).parents[1] / "styles"
_SOURCE_STYLES = Path(__file__).parents[3] / "styles"
_STYLES = _INSTALLED_STYLES if _INSTALLED_STYLES.is_dir() else _SOURCE_STYLES

MAGENTA = "#aa00aa"
"""Which is that of sixteen colours, too."""


class ConnectionsApp(App[None]):
    """Shows the main screen, which has the same arguments, in a theme of ours or of Textual.

    Attributes:
        input: the keys, clicks and pastes that wait to be handled.
    """

    TITLE = "Manage Entity Connections"
    CSS_PATH = sorted(_STYLES.glob("*.tcss"))
    HORIZONTAL_BREAKPOINTS = HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = VERTICAL_BREAKPOINTS
    ENABLE_COMMAND_PALETTE = False  # ours is a dialog like the others
    BINDINGS = [
        Binding("ctrl+z", "suspend_process", id="suspend", tooltip="To the shell", priority=True),
        Binding("ctrl+c,ctrl+q", "quit", id="app.quit", tooltip="Leave", priority=True),
    ]

    def __init__(
        self,
        workspace: Workspace,
        theme: str = "dark",
        timing: Timing = DEFAULT_TIMING,
        three_panes: bool | None = None,
        save_choice: SaveChoice | None = None,
    ) -> None:
        super().__init__()
        self._main_screen = ConnectionsScreen(
            workspace, timing, lambda: self.input.clear(), three_panes, save_choice
        )
        self.input = InputQueue(self, self._main_screen, self._handle_input)
        self._last_mouse_down: tuple[Screen[object], events.MouseDown] | None = None
        self._ignore_clicks = False
        self._laid_out_for = Size()
        for our_theme in THEMES:
            self.register_theme(our_theme)
        self.theme = self._styled_theme = theme
        self.stylesheet.set_variables(self.get_css_variables())

    async def run_async(self, *args: Any, **kwargs: Any) -> None:
        """Run the app, and keep its lists for the next start.

        After a crash, wait until the outcome of every write is recorded.
        """
        try:
            await super().run_async(*args, **kwargs)
        finally:
            if self._main_screen.is_started:
                if self.return_code == 1:
                    await self._main_screen.writer.finish_writes()
                await self._main_screen.reader.save_lists()

    async def on_event(self, event: events.Event) -> None:
        """Handle keys, clicks and pastes in their order, and all other events at once."""
        if isinstance(event, events.Resize):
            if event.size == self._laid_out_for:  # most terminals report their size repeatedly
                return
            self._laid_out_for = event.size
        queued = isinstance(event, events.Key | events.MouseDown | events.MouseUp | events.Paste)
        if queued and not event.is_forwarded:
            await self.input.put(event)
        else:
            await super().on_event(event)

    async def _handle_input(self, event: events.Event) -> None:
        """Handle an event, unless it belongs to a double click that began on another screen.

        Its first click has closed that screen or opened this one: what is under the pointer
        now is not what the user has clicked.
        """
        if isinstance(event, events.MouseDown):
            last, self._last_mouse_down = self._last_mouse_down, (self.screen, event)
            self._ignore_clicks = (
                last is not None
                and last[0] is not self.screen
                and last[1].screen_offset == event.screen_offset
                and event.time - last[1].time <= self.CLICK_CHAIN_TIME_THRESHOLD
            )
        if not (self._ignore_clicks and isinstance(event, events.MouseDown | events.MouseUp)):
            await super().on_event(event)

    def on_input_dropped(self, message: InputDropped) -> None:
        """Restart the delay of a question: dropped input may have hidden what the user typed."""
        from entity_connections.tui.dialogs.confirmation import Confirmation

        message.stop()
        if isinstance(self.screen, Confirmation):
            self.screen.restart_answer_delay()

    @property
    def min_terminal_size(self) -> Size:
        return MIN_SIZE

    async def open_tenant(self, workspace: Workspace) -> None:
        """Close all dialogs, cancel all other workers, and open a tenant.

        Call it in a worker; that worker goes on.
        """
        caller = get_current_worker()
        for worker in self.workers:
            if worker is not caller:
                worker.cancel()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self._main_screen.open_tenant(workspace)

    @property
    def native_ansi_color(self) -> bool:
        """Whether the terminal chooses the colours; with NO_COLOR there are none."""
        return "NO_COLOR" in os.environ or super().native_ansi_color

    def copy_to_clipboard(self, text: str) -> None:
        """Send a text to the terminal's clipboard, also from inside tmux."""
        super().copy_to_clipboard(text)
        copy_through_tmux(text)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our variables for themes of Textual, which do not have them."""
        colors = self.current_theme.to_color_system().generate()
        return {
            "link": colors["text-primary"],
            "cursor": f"{colors['primary']} 30%",
            "rule": f"{colors['foreground']} 45%",
        }

    def get_css_variables(self) -> dict[str, str]:
        """Return the variables of the styles; of 16 colours, yellow cannot be read on white."""
        variables = super().get_css_variables()
        if self.console.color_system == "standard" and not self.current_theme.dark:
            variables["text-warning"] = MAGENTA
        return variables

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the styles again for another theme; Textual asks for it also at the start."""
        if self.theme != self._styled_theme:
            self._styled_theme = self.theme
            super().refresh_css(animate)

    def get_default_screen(self) -> Screen[None]:
        return self._main_screen

    async def action_quit(self) -> None:
        """Leave the program; with selected text, ctrl+c copies it instead."""
        if isinstance(field := self.focused, Input) and not field.selection.is_empty:
            raise SkipAction
        leave(self._main_screen)

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        # When the program is ending, a late message or worker may look for a widget.
        if self.return_code is None or not isinstance(cause, NoMatches):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.panic(make_crash_report())
