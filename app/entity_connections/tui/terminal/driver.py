"""The terminal driver: reads input with our parser, and resets every mode when it leaves."""

import asyncio
import contextlib
import os
import selectors
import signal
import sys
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from typing import Any, ClassVar, Final, TextIO

from rich.cells import cell_len
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump

from entity_connections.ascii_signs import find_terminal_encoding, make_sign_replacer
from entity_connections.tui.terminal.cell_filter import FRAME_START, CellFilter
from entity_connections.tui.terminal.input_parser import InputParser

if sys.platform == "win32":
    raise ImportError("Windows has no POSIX terminals.")

EXIT_CHECK_INTERVAL: Final = 0.1
"""Seconds within which the input thread notices that the app takes no more input."""

# SGR pixel mouse, colour-scheme reports, size reports, synchronized output, shape of the
# mouse pointer: modes that Textual leaves on, or that a late reply turns on again.
_MODES_OFF: Final = "\x1b[?1016l\x1b[?2031l\x1b[?2048l\x1b[?2026l\x1b]22;default\x07"
# The alternate screen has its own stack of keyboard modes: pop it before leaving that screen.
ALL_MODES_OFF: Final = (
    "\x1b[?2026l\x1b[<u\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m" + _MODES_OFF
)


class TerminalState(Enum):
    """Whether the app has changed the modes of the terminal."""

    INITIAL = auto()
    ACTIVE = auto()
    STOPPING = auto()
    """The modes are reset, but that output may not be written yet."""
    RESTORED = auto()


class TerminalDriver(LinuxDriver):
    """Textual's driver, plus the state of the terminal, our input parser and our mode resets.

    Attributes:
        state: state of the terminal; on the class, because a process has one terminal.
        exiting: whether a signal ends the program, so that SIGCONT must not restart it.
        current: the driver that uses the terminal, or None.
    """

    state: ClassVar = TerminalState.INITIAL
    exiting: ClassVar = False
    current: ClassVar["TerminalDriver | None"] = None

    def __init__(self, app: App[Any], **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.app = app
        self.loop = asyncio.get_running_loop()
        self._frame_start = ""
        self._file: Any = _TerminalFile(self._file)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal, whatever COLUMNS and LINES say and wherever stdout goes."""
        with contextlib.suppress(OSError):
            columns, lines = os.get_terminal_size(self.fileno)
            if columns and lines:  # a terminal on a serial line may not know
                return columns, lines
        return 80, 24

    def start_application_mode(self) -> None:
        """Set the modes of the terminal, at the start or after a suspension.

        SIGSTOP cannot be caught: after it, Textual starts again without having stopped, and
        would later restore our raw mode as if it were the user's. It also leaves the screen
        empty until something changes.
        """
        if TerminalDriver.state is TerminalState.ACTIVE:
            self.suspend_application_mode()
        if TerminalDriver.state is not TerminalState.INITIAL:
            self.loop.call_soon_threadsafe(partial(self.app.refresh, layout=True))
        TerminalDriver.state = TerminalState.ACTIVE
        TerminalDriver.current = self
        super().start_application_mode()  # type: ignore[no-untyped-call,unused-ignore]
        # A handler of the event loop also wakes the loop for every other signal: the kernel
        # may deliver a signal to a thread that cannot wake it.
        self.loop.add_signal_handler(signal.SIGCONT, self._resume)

    def _resume(self) -> None:
        if not TerminalDriver.exiting:
            self.resume_application_mode()

    def stop_application_mode(self) -> None:
        """Reset the terminal and clear the screen: an enlarged tmux keeps lines of it."""
        if TerminalDriver.state is TerminalState.ACTIVE:
            self.write("\x1b[0m\x1b[H\x1b[2J")
        super().stop_application_mode()
        self.write(_MODES_OFF)
        TerminalDriver.state = TerminalState.STOPPING

    def run_input_thread(self) -> None:
        """Read the terminal until the app takes no more input or the terminal is gone."""
        parser = InputParser()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                is_readable = selector.select(min(EXIT_CHECK_INTERVAL, parser.timeout))
                data = self._read() if is_readable else None
                if data == b"":
                    return
                for message in parser.tick() if data is None else parser.feed(data):
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # the terminal is gone
            return b""

    def write(self, data: str) -> None:
        """Write output; the start of a frame only when its text is there.

        Before, it would wake the output thread, which then competes with what makes the text.
        """
        if data == FRAME_START:
            self._frame_start = data
            return
        if self._frame_start:
            super().write(self._frame_start)
            self._frame_start = ""
        super().write(data)

    def call_when_written(self, callback: Callable[[], object]) -> None:
        """Call `callback`, in the output thread, when all output so far is written."""
        super().write(_Callback(callback))  # a subclass may discard output, but not this

    def close(self) -> None:
        """Wait until all output is written."""
        super().close()
        TerminalDriver.state = TerminalState.RESTORED
        TerminalDriver.current = None


def call_when_written(pump: MessagePump, callback: Callable[[], object]) -> None:
    """Call `callback` in the message loop of `pump` when all output so far is written."""
    schedule = partial(pump.call_later, callback)
    if TerminalDriver.current is not None:
        TerminalDriver.current.call_when_written(schedule)
    else:
        schedule()


class _Callback(str):
    """A function that travels in the queue of the output texts."""

    function: Callable[[], object]

    def __new__(cls, function: Callable[[], object]) -> "_Callback":
        self = super().__new__(cls)
        self.function = function
        return self


class _TerminalFile:
    """The file that Textual's output thread writes to; it calls each `_Callback` it gets.

    On the way out, styles become shorter, and what the terminal cannot show is replaced.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        # GNU screen erases in the default colour, unless it is told otherwise.
        is_screen = os.environ.get("TERM", "").startswith("screen")
        self._cell_filter = CellFilter(can_erase=not is_screen)
        self._replace_signs = make_sign_replacer(find_terminal_encoding(), cell_len)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> None:
        """Write a text, or call a callback."""
        if isinstance(text, _Callback):
            self._file.flush()
            text.function()
        else:
            self._file.write(self._replace_signs(self._cell_filter.shorten(text)))
