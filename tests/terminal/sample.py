"""A small app that cannot exit while it hangs or writes without end."""

import sys
import time

from entity_connections.tui.terminal.run import run_app
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Static

READY = "The sample is ready"


class Sample(App[None]):
    """One line of text, and keys that keep the app busy."""

    BINDINGS = [
        Binding("ctrl+z", "suspend_process", priority=True),
        Binding("ctrl+t", "hang", priority=True),
        Binding("ctrl+f", "flood", priority=True),
    ]

    def compose(self) -> ComposeResult:
        yield Static(READY)

    def action_hang(self) -> None:
        self.query_one(Static).update("hanging")
        self.call_after_refresh(lambda: time.sleep(3600))

    def action_flood(self) -> None:
        for _ in range(1000):
            self.bell()
        self.call_next(self.action_flood)


if __name__ == "__main__":
    sys.exit(run_app(Sample()))
