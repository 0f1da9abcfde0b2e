"""The Textual App: themes, the queue of input, and a crash that tells no secrets."""

import os
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from textual import events
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import get_current_worker

from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.input.input_queue import InputQueue
from entity_connections.tui.screens.connections import Connections
from entity_connections.tui.terminal.crash_report import make_crash_report
from entity_connections.tui.terminal.input_parser import InputDropped
from entity_connections.tui.themes import THEMES
from entity_connections.tui.widgets.filter_input import FilterInput

_PACKAGE = __name__.partition(".")[0]
_PACKAGED = Path(__file__).parents[1] / "styles"
_STYLES = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "styles"


class ConnectionsApp(App[None]):
    """Opens the main screen on a target.

    Args:
        target: the tenant to work in.
        theme: name of a theme of ours, or of Textual's.
    """

    TITLE = "Manage Entity Connections"
    CSS_PATH = sorted(_STYLES.glob("*.tcss"))
    ENABLE_COMMAND_PALETTE = False  # ours is a dialog like the others
    BINDINGS = [
        Binding("ctrl+z", "suspend_process", id="suspend", tooltip="To the shell", priority=True),
        Binding("ctrl+c,ctrl+q", "quit", id="app.quit", tooltip="Leave", priority=True),
    ]

    def __init__(self, target: Workspace, theme: str = "dark") -> None:
        super().__init__()
        self._connections = ConnectionsScreen(target, lambda: self.input.clear())
        self.input = InputQueue(self, self._handle_input, self._connections)
        self._last_press: tuple[Screen[object], events.MouseDown] | None = None
        self._ignores_release = False
        for our_theme in THEMES:
            self.register_theme(our_theme)
        self.theme = theme

    async def run_async(self, *args: Any, **kwargs: Any) -> None:
        """Run the app; after an error in it, writes that were begun are recorded to their end."""
        try:
            await super().run_async(*args, **kwargs)
        finally:
            if self.return_code == 1:
                await self._connections.finish_writes()

    async def on_event(self, event: events.Event) -> None:
        """Handle keys, clicks and pastes in their order; everything else at once."""
        queued = isinstance(event, events.Key | events.MouseDown | events.MouseUp | events.Paste)
        try:
            if queued and not event.is_forwarded:
                await self.input.put(event)
            else:
                await super().on_event(event)
        except Exception as error:
            if not self._recover(error):
                raise

    async def _handle_input(self, event: events.Event) -> None:
        if not self._is_stray(event):
            await super().on_event(event)

    def _is_stray(self, event: events.Event) -> bool:
        """Return whether an event is the second click of a double click on another screen.

        The first click has closed that screen or opened this one, so what is under the
        pointer now is not what was clicked on.
        """
        if isinstance(event, events.MouseDown):
            last, self._last_press = self._last_press, (self.screen, event)
            self._ignores_release = (
                last is not None
                and last[0] is not self.screen
                and last[1].screen_offset == event.screen_offset
                and event.time - last[1].time <= self.CLICK_CHAIN_TIME_THRESHOLD
            )
            return self._ignores_release
        if isinstance(event, events.MouseUp) and self._ignores_release:
            self._ignores_release = False
            return True
        return False

    def on_input_dropped(self, message: InputDropped) -> None:
        """Count a question's guard anew: a part of what the terminal sent may have been seen."""
        message.stop()
        if isinstance(self.screen, Confirmation):
            self.screen.restart_guard()

    async def open_tenant(self, target: Workspace) -> None:
        """Leave whatever is on the screen, finished or not, and open a tenant.

        To be called by a worker, which goes on; all others are ended.
        """
        asks = get_current_worker()
        for worker in self.workers:
            if worker is not asks:
                worker.cancel()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self._connections.open_tenant(target)

    @property
    def native_ansi_color(self) -> bool:
        """Whether colours are left to the terminal; with NO_COLOR there are none at all."""
        return "NO_COLOR" in os.environ or super().native_ansi_color

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self._connections

    async def action_quit(self) -> None:
        """Leave the program; ctrl+c copies first, where a text is selected."""
        if isinstance(field := self.focused, Input) and not field.selection.is_empty:
            raise SkipAction
        self._connections.do_quit()

    def _handle_exception(self, error: Exception) -> None:
        if not self._recover(error):
            super()._handle_exception(error)

    def _recover(self, error: Exception) -> bool:
        """Close what an error of Textual's own code has broken, if that is only a part.

        A widget in which an error was raised handles no more messages.
        """
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        if not self.screen_stack or any(_is_ours(frame) for frame in frames):
            return False
        if isinstance(dialog := self.screen, Dialog):
            dialog.dismiss(None)
        elif isinstance(self.focused, FilterInput):
            self.call_later(self._connections.view.replace_filter)
        else:
            return False
        where = f"{Path(frames[-1].f_code.co_filename).name}, line {frames[-1].f_lineno}"
        self._connections.view.say(
            "bad",
            "This part of the screen was closed: an error in Textual, which draws it.",
            f"{type(error).__name__} in {where}. Nothing was sent because of it.",
        )
        return True

    def _fatal_error(self) -> None:
        self.panic(make_crash_report())


def _is_ours(frame: FrameType) -> bool:
    """Return whether a frame is in our code, other than what only passes input on."""
    module: str = frame.f_globals.get("__name__", "")
    return module.startswith(f"{_PACKAGE}.") and module not in (__name__, InputQueue.__module__)
