"""Signals that end the program, while there is something to restore first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Let a signal raise SystemExit in the block, whose `finally` then restores the terminal.

    Signals that are handled or ignored already are left alone. Only for the main thread.
    """
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
