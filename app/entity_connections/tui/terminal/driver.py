"""The driver: reads the terminal through our own parser, and leaves its modes as they were."""

import os
import selectors
import signal
import sys
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from typing import Any, Final, TextIO

from textual.message_pump import MessagePump

from entity_connections.tui.terminal.input import InputParser

if sys.platform == "win32":
    from textual.drivers.windows_driver import WindowsDriver

    PlatformDriver = WindowsDriver
else:
    from textual.drivers.linux_driver import LinuxDriver

    PlatformDriver = LinuxDriver

EXIT_CHECK: Final = 0.1
"""Seconds in which the input thread notices that the app takes no more input."""

# SGR pixel mouse, colour-scheme and size reports, synchronized output, shape of
# the mouse pointer: what Textual leaves on, or a late answer turns on again.
MODES_OFF: Final = "\x1b[?1016l\x1b[?2031l\x1b[?2048l\x1b[?2026l\x1b]22;default\x07"
# Each screen has a stack of keyboard modes: popped before ours is left.
ALL_MODES_OFF: Final = (
    "\x1b[?2026l\x1b[<u\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m" + MODES_OFF
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = _Output(self._file)

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
        self.write(MODES_OFF)
        TerminalDriver.hold = Hold.LEAVING

    def run_input_thread(self) -> None:
        """Read the terminal until the app takes no more input, or there can be none."""
        parser = InputParser()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                wait = parser.timeout
                if selector.select(EXIT_CHECK if wait is None else min(EXIT_CHECK, wait)):
                    data = self._read()
                    if not data:
                        return
                    messages = parser.feed(data)
                else:
                    messages = parser.tick()
                for message in messages:
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # the terminal is gone
            return b""

    def call_when_written(self, callback: Callable[[], object]) -> None:
        """Call back, in another thread, when all output before this is with the terminal."""
        if self._writer_thread is not None:
            self._writer_thread.write(_Callback(callback))

    def close(self) -> None:
        """Wait until everything is written."""
        super().close()
        TerminalDriver.hold = Hold.RETURNED


def call_when_written(pump: MessagePump, callback: Callable[[], object]) -> None:
    """Call back through `pump` when all that the app has drawn is with the terminal."""
    driver = pump.app._driver  # noqa: SLF001 - Textual hands it to nobody
    if isinstance(driver, TerminalDriver):
        driver.call_when_written(partial(pump.call_later, callback))
    else:
        pump.call_later(callback)


class _Callback(str):
    """Stands in the output for a call that is to be made when it is reached."""

    call: Callable[[], object]

    def __new__(cls, call: Callable[[], object]) -> "_Callback":
        self = super().__new__(cls)
        self.call = call
        return self


class _Output:
    """The file that Textual writes to, in a thread of its own."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> None:
        """Write a text, or make the call that stands for it."""
        if isinstance(text, _Callback):
            self._file.flush()
            text.call()
        else:
            self._file.write(text)
