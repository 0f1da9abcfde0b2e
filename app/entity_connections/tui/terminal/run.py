"""Leaving the terminal as it was, whatever way the program ends.

Textual forgets a few modes on an orderly exit, and knows nothing of signals.
`run_app` runs an app on a driver that forgets none, turns the signals that end
a program into an orderly exit, and uses force if that exit does not come.

    class MyApp(App[None]):
        def _fatal_error(self) -> None:
            self.panic(crash_report())

    sys.exit(run_app(MyApp()))
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from textual.app import App

from entity_connections.tui.terminal.driver import (
    ALL_MODES_OFF,
    Hold,
    PlatformDriver,
    TerminalDriver,
)

if sys.platform != "win32":
    import termios

GRACE: Final = 2.0
"""Seconds an orderly exit may take after a signal before force is used."""


def run_app(
    app: App[Any],
    driver: type[TerminalDriver] = TerminalDriver,
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
) -> int:
    """Run `app`, leave the terminal as it was, and return the exit status.

    The status is the app's return code, or 128 plus the number of the signal
    that ended it. Call it in the main thread, and end the process after it.

    Args:
        app: what to run.
        driver: what stands between it and the terminal.
        run: what runs it, to the end.
    """
    if sys.platform == "win32" or app.driver_class is not PlatformDriver:
        run(app.run_async())
        return app.return_code or 0
    app.driver_class = driver
    ending = _Ending(app)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, ending.on_signal)
    threading.Thread(target=_watch_for_hangup, args=(ending.terminal,), daemon=True).start()
    try:
        run(app.run_async())
    finally:
        ending.restore()
        _drop_lost_output()
    return ending.status or (1 if app.return_code is None else app.return_code)


class _Ending:
    """How signals end the app, and the terminal's attributes from before it."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.status = 0
        self.terminal = sys.__stdin__.fileno() if sys.__stdin__ else -1
        self.saved: list[Any] | None = None
        with contextlib.suppress(termios.error):
            self.saved = termios.tcgetattr(self.terminal)

    def on_signal(self, number: int, _frame: object) -> None:
        """Let the app exit; without the terminal in our hands, end at once."""
        if TerminalDriver.hold in (Hold.UNTOUCHED, Hold.RETURNED):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not self.status:
            self.status = 128 + number
            TerminalDriver.ending = True  # some send SIGCONT along
            force = threading.Timer(GRACE, self.force)
            force.daemon = True
            force.start()
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().call_soon_threadsafe(self.app.exit, None, self.status)

    def force(self) -> None:
        """End the process although the app does not."""
        self.restore()
        os._exit(self.status)

    def restore(self) -> None:
        """Put back what is not back yet, if there is still a terminal."""
        with contextlib.suppress(OSError, termios.error):
            if self.saved and termios.tcgetattr(self.terminal) != self.saved:
                termios.tcsetattr(self.terminal, termios.TCSANOW, self.saved)
            if TerminalDriver.hold is Hold.OURS:
                _give_back(self.terminal)


def _give_back(terminal: int) -> None:
    """Undo every mode, without Textual and even if nobody takes the output."""
    os.set_blocking(2, False)  # so that Textual's writing thread gives up, and we never wait
    try:
        termios.tcflush(terminal, termios.TCOFLUSH)
        os.write(2, ALL_MODES_OFF.encode())
    finally:
        os.set_blocking(2, True)


def _drop_lost_output() -> None:
    """Keep what a vanished terminal did not take from changing the exit status."""
    try:
        if sys.__stderr__:
            sys.__stderr__.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _watch_for_hangup(terminal: int) -> None:
    """Send SIGHUP when the terminal is gone; not every parent does, and Textual would spin."""
    poll = select.poll()
    poll.register(terminal, 0)
    if any(event & select.POLLHUP for _, event in poll.poll()):
        os.kill(os.getpid(), signal.SIGHUP)
