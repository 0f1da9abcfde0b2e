"""The terminal of Linux and macOS while a secret may be typed."""

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform == "win32":
    raise ImportError("Windows has no POSIX terminals.")

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@contextmanager
def open_terminal() -> Iterator[int | None]:
    """Open the terminal; yield its descriptor, or None if this program does not have it.

    A program without a terminal does not have it, and neither does one in the background.
    """
    terminal = None
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR)
    try:
        has_terminal = terminal is not None and os.tcgetpgrp(terminal) == os.getpgrp()
        yield terminal if has_terminal else None
    finally:
        if terminal is not None:
            os.close(terminal)


@contextmanager
def preserve_terminal() -> Iterator[None]:
    """Restore the echo and the other attributes of the terminal, also when a signal comes.

    A signal that ends the program raises SystemExit in the block, unless it is handled or ignored
    already. Only for the main thread.
    """
    with _exit_on_signals(), open_terminal() as terminal:
        if terminal is None:
            yield
            return
        attributes = termios.tcgetattr(terminal)
        try:
            yield
        finally:
            with suppress(OSError, termios.error):  # the terminal is gone
                if os.tcgetpgrp(terminal) == os.getpgrp():
                    termios.tcsetattr(terminal, termios.TCSANOW, attributes)


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    changed = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]

    def exit_program(number: int, _frame: object) -> None:
        for other in changed:  # a second signal must not disturb what restores the terminal
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number)

    try:
        for number in changed:
            signal.signal(number, exit_program)
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)
