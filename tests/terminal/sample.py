"""A small app that ends in many ways: the program under test.

With the argument `bare` it runs without our care for the terminal.
"""

import sys
import time

from entity_connections.tui.terminal.crash_report import make_crash_report
from entity_connections.tui.terminal.run import run_app
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

READY = "The sample is ready"


class Sample(App[None]):
    """One line of text, and keys that go wrong."""

    BINDINGS = [
        Binding("ctrl+x", "crash", priority=True),
        Binding("ctrl+z", "suspend_process", priority=True),
        Binding("ctrl+t", "hang", priority=True),
        Binding("ctrl+f", "flood", priority=True),
    ]

    def compose(self) -> ComposeResult:
        yield Static(READY)
        yield Input()

    def action_crash(self) -> None:
        client_secret = "".join(("the-", "secret"))
        raise RuntimeError(f"broken \x1b]0;{len(client_secret)}\x07 [/] in the sample")

    def action_hang(self) -> None:
        self.query_one(Static).update("hanging")
        self.call_after_refresh(lambda: time.sleep(3600))

    def action_flood(self) -> None:
        self.bell()
        self.call_next(self.action_flood)

    def _fatal_error(self) -> None:
        self.panic(make_crash_report())


if __name__ == "__main__":
    if "bare" in sys.argv:
        Sample().run()
    else:
        sys.exit(run_app(Sample()))
