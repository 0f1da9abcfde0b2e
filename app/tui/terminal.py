"""Leaving the terminal as it was, whatever way the program ends.

Textual puts everything back on an orderly exit except a few modes, and it knows
nothing of signals. So `run_app` runs an app on a driver that puts back the
rest, turns the signals that end a program into an orderly exit, and, should
that exit not come, gives the terminal back by force.

    from app.tui.terminal import crash_report, run_app

    class Connections(App[None]):
        def _fatal_error(self) -> None:
            self.panic(crash_report())

    sys.exit(run_app(Connections()))
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
import traceback
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from rich.text import Text
from textual.app import App

from app.domain.text import clean

if sys.platform == "win32":
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver
else:
    import termios

    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver

GRACE: Final = 2.0
"""Seconds an orderly exit may take after a signal before force is used."""

SORRY: Final = (
    "Sorry, entity-connections stopped: an error in the program itself.\n"
    "Where it happened, without the values of any variables:\n"
)

_ENDINGS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")

# SGR pixel mouse, colour-scheme and size reports, synchronized output, and the
# shape of the mouse pointer: Textual turns them on and forgets them, or a late
# answer of the terminal turns them on when Textual has already turned them off.
_FORGOTTEN: Final = "\x1b[?1016l\x1b[?2031l\x1b[?2048l\x1b[?2026l\x1b]22;default\x07"

# The keyboard protocol keeps a stack for each screen: pop before leaving ours.
_EVERYTHING: Final = (
    "\x1b[?2026l\x1b[<u\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m" + _FORGOTTEN
)


class Hold(Enum):
    """Who holds the terminal."""

    UNTOUCHED = auto()
    OURS = auto()
    LEAVING = auto()  # given back, but the output that says so may be under way
    RETURNED = auto()


class TerminalDriver(PlatformDriver):
    """Textual's driver, which also knows who holds the terminal."""

    hold = Hold.UNTOUCHED
    """Told by the class, because a process has one terminal."""

    def start_application_mode(self) -> None:
        """Take the terminal, for the first time or again.

        After a SIGSTOP, which no program can answer, Textual starts a second
        time without having stopped, and would later restore our raw mode.
        Textual also leaves the screen empty until something on it changes.
        """
        if TerminalDriver.hold is Hold.OURS:
            self.suspend_application_mode()
        if TerminalDriver.hold is not Hold.UNTOUCHED:
            self._loop.call_soon_threadsafe(partial(self._app.refresh, layout=True))
        TerminalDriver.hold = Hold.OURS
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        super().stop_application_mode()
        self.write(_FORGOTTEN)
        TerminalDriver.hold = Hold.LEAVING

    def close(self) -> None:
        """Wait until everything is written."""
        super().close()
        TerminalDriver.hold = Hold.RETURNED


def run_app(app: App[Any]) -> int:
    """Run `app`, leave the terminal as it was, and return the exit status.

    The status is the app's return code, or 128 plus the number of the signal
    that ended it. Call it in the main thread.
    """
    if sys.platform == "win32" or app.driver_class is not PlatformDriver:
        app.run()
        return _status(app)
    app.driver_class = TerminalDriver
    ending = _Ending(app)
    before = {number: signal.signal(number, ending.on_signal) for number in map(_number, _ENDINGS)}
    if ending.saved is not None:
        threading.Thread(target=_watch_for_hangup, args=(ending.terminal,), daemon=True).start()
    try:
        app.run()
        return ending.status or _status(app)
    finally:
        ending.restore()
        _drop_what_nobody_takes()
        for number, handler in before.items():
            signal.signal(number, handler)


def crash_report(error: BaseException | None = None) -> Text:
    """Return what to print of `error`, by default the one being handled.

    A sentence and the traceback, without values of variables (Textual's own
    report shows them, secrets among them) and with nothing in it that could
    act on the terminal. Made for `App.panic`; `str` of it is plain text.
    """
    error = error or sys.exception()
    lines = [SORRY]
    if error is not None:
        report = traceback.TracebackException.from_exception(error, capture_locals=False)
        lines += [clean(line) for part in report.format() for line in part.splitlines()]
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")


class _Ending:
    """How a signal ends the app, and the terminal's attributes from before it."""

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
            return
        if not self.status:
            self.status = 128 + number
            # Some send SIGCONT along, on which Textual would take the terminal again.
            signal.signal(signal.SIGCONT, lambda *_: None)
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
        if self.saved is None:
            return
        with contextlib.suppress(OSError, termios.error):
            if TerminalDriver.hold is Hold.OURS:
                # Output that nobody takes would make us wait for ever.
                termios.tcflush(self.terminal, termios.TCOFLUSH)
                os.write(2, _EVERYTHING.encode())
            if termios.tcgetattr(self.terminal) != self.saved:
                termios.tcsetattr(self.terminal, termios.TCSANOW, self.saved)


def _watch_for_hangup(terminal: int) -> None:
    """Send SIGHUP when the terminal is gone: not every parent passes it on.

    Textual would go on reading nothing, as fast as it can.
    """
    poll = select.poll()
    poll.register(terminal, 0)
    if any(event & select.POLLHUP for _, event in poll.poll()):
        os.kill(os.getpid(), signal.SIGHUP)


def _drop_what_nobody_takes() -> None:
    """Keep output for a terminal that is gone from changing the exit status."""
    try:
        if sys.__stderr__:
            sys.__stderr__.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _number(name: str) -> signal.Signals:
    return signal.Signals[name]


def _status(app: App[Any]) -> int:
    return 1 if app.return_code is None else app.return_code
