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
import selectors
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from rich.text import Text
from textual.app import App

from app.domain.text import clean
from app.tui.sgr import thin
from app.tui.terminal.input import InputParser

if sys.platform == "win32":
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver
else:
    import termios

    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver

GRACE: Final = 2.0
"""Seconds an orderly exit may take after a signal before force is used."""

EXIT_CHECK = 0.1
"""Seconds in which the input thread notices that the app takes no more input."""

SORRY: Final = (
    "Sorry, entity-connections stopped: an error in the program itself.\n"
    "Where it happened, without the values of any variables:\n"
)

# SGR pixel mouse, colour-scheme and size reports, synchronized output, shape of
# the mouse pointer: what Textual leaves on, or a late answer turns on again.
_FORGOTTEN: Final = "\x1b[?1016l\x1b[?2031l\x1b[?2048l\x1b[?2026l\x1b]22;default\x07"
# Each screen has a stack of keyboard modes: popped before ours is left.
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
    ending = False
    """A signal ends the program: the terminal is not taken again."""

    def start_application_mode(self) -> None:
        """Take the terminal, for the first time or again.

        After a SIGSTOP, which no program can answer, Textual starts again
        without having stopped, and would later restore our own raw mode. It
        also leaves the screen empty until something on it changes.
        """
        if TerminalDriver.hold is Hold.OURS:
            self.suspend_application_mode()
        if TerminalDriver.hold is not Hold.UNTOUCHED:
            self._loop.call_soon_threadsafe(partial(self._app.refresh, layout=True))
        TerminalDriver.hold = Hold.OURS
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # A handler of the loop's own also wakes the loop for every other signal: the
        # kernel may give a signal to a thread that has no way to tell the loop.
        self._loop.add_signal_handler(signal.SIGCONT, self._continue)

    def _continue(self) -> None:
        if not TerminalDriver.ending:
            self._sigcont_application()

    def stop_application_mode(self) -> None:
        """Give the terminal back, wiped: a tmux that has grown keeps lines of our screen."""
        if TerminalDriver.hold is Hold.OURS:
            self.write("\x1b[0m\x1b[H\x1b[2J")
        super().stop_application_mode()
        self.write(_FORGOTTEN)
        TerminalDriver.hold = Hold.LEAVING

    def run_input_thread(self) -> None:
        """Read the terminal until the app takes no more input, or there can be none."""
        parser = InputParser()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                wait = min(EXIT_CHECK, parser.timeout or EXIT_CHECK)
                messages = parser.tick()
                if selector.select(wait):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:  # the terminal is gone
                        return
                    if not data:
                        return
                    messages = parser.feed(data)
                for message in messages:
                    self.process_message(message)

    def write(self, data: str) -> None:
        """Send output to the terminal, without the colours it has already."""
        super().write(thin(data))

    def close(self) -> None:
        """Wait until everything is written."""
        super().close()
        TerminalDriver.hold = Hold.RETURNED


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


def crash_report(error: BaseException | None = None) -> Text:
    """Return what to print of `error`, by default of the one being handled.

    An apology and the traceback, without values of variables (Textual's own
    report shows them, secrets among them) and with nothing in it that could
    act on the terminal. For `App.panic`; `str` of it is the plain text.
    """
    error = error or sys.exception()
    lines = [SORRY]
    if error is not None:
        parts = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        lines += [clean(line) for part in parts for line in part.splitlines()]
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")


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
        os.write(2, _EVERYTHING.encode())
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
