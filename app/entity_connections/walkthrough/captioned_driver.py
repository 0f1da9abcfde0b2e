"""The driver of a terminal in which a walkthrough is played."""

import sys
from typing import Any

from textual import events
from textual.message import Message

from entity_connections.tui.terminal.driver import TerminalDriver
from entity_connections.walkthrough.captioned_app import CaptionedApp
from entity_connections.walkthrough.script_models import RESUME_KEY

if sys.platform == "win32":
    raise ImportError("Windows has no POSIX terminals.")


class CaptionedDriver(TerminalDriver):
    """Draws the captions, and gives input to the presenter or to the app."""

    app: CaptionedApp

    def __init__(self, app: CaptionedApp, **options: Any) -> None:
        super().__init__(app, **options)
        app.terminal = self

    def write(self, data: str) -> None:
        """Send output to the terminal, unless it is muted."""
        self.app.cells.write(data)
        if not self.app.output_muted:
            super().write(data)

    def start_application_mode(self) -> None:
        """Take over the terminal, and draw the captions, too."""
        super().start_application_mode()
        self.loop.call_soon_threadsafe(self.app.redraw)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.app.output_muted = False
        super().stop_application_mode()

    def process_message(self, message: Message) -> None:
        """Give input to the app or to the presenter; called in the thread that reads input."""
        if isinstance(message, events.MouseEvent) and message.screen_y >= self.app.size.height:
            return
        key = message.key if isinstance(message, events.Key) else ""
        if (self.app.presenter_has_control and key != RESUME_KEY) or key == "ctrl+z":
            super().process_message(message)
        elif key:
            self.loop.call_soon_threadsafe(self.app.presenter_keys.put_nowait, key)
        elif not isinstance(message, (events.MouseEvent, events.Paste)):
            super().process_message(message)
