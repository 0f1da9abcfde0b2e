"""Runs an app so that the terminal is restored whatever way the program ends.

Textual leaves a few modes set on an orderly exit, and does not handle signals. Here signals lead
to an orderly exit, and if that takes too long, the process is ended by force.
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from entity_connections.tui.terminal.driver import ALL_MODES_OFF, TerminalDriver, TerminalState
from entity_connections.tui.terminal.forced_exit import start_forced_exit

if sys.platform == "win32":
    raise ImportError("Windows has no POSIX terminals.")


def run_app(
    app: App[Any],
    driver: type[TerminalDriver] = TerminalDriver,
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
) -> int:
    """Run `app` in the main thread, and restore the terminal; the process must end after that.

    The result is the app's return code, or 128 plus the number of the signal that ended it.
    """
    if app.driver_class is not LinuxDriver:  # in a browser, or in a test
        run(app.run_async())
        return app.return_code or 0
    app.driver_class = driver
    signal_exit = _SignalExit(app)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal_exit.handle_signal)
    threading.Thread(target=_watch_hangup, args=(signal_exit.terminal,), daemon=True).start()
    try:
        run(app.run_async())
    finally:
        signal_exit.restore_terminal()
        _discard_lost_output()
    return signal_exit.status or (1 if app.return_code is None else app.return_code)


class _SignalExit:
    """Ends the app on a signal, and restores the attributes the terminal had at the start."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.status = 0
        self.terminal = sys.__stdin__.fileno() if sys.__stdin__ else -1
        self.attributes: list[Any] | None = None
        with contextlib.suppress(termios.error):
            self.attributes = termios.tcgetattr(self.terminal)

    def handle_signal(self, number: int, _frame: object) -> None:
        """Let the app exit; end the process at once if the terminal is not in use."""
        if self.status:
            return  # it is ending; the kernel and the watch for a hangup may both send SIGHUP
        if TerminalDriver.state in (TerminalState.INITIAL, TerminalState.RESTORED):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        else:
            self.status = 128 + number
            TerminalDriver.exiting = True  # some senders add a SIGCONT
            start_forced_exit(self._exit_by_force)
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().call_soon_threadsafe(self.app.exit, None, self.status)

    def _exit_by_force(self) -> None:
        self.restore_terminal()
        os._exit(self.status)

    def restore_terminal(self) -> None:
        """Restore attributes and modes that are not restored yet, if the terminal is there."""
        with contextlib.suppress(OSError, termios.error):
            if self.attributes and termios.tcgetattr(self.terminal) != self.attributes:
                termios.tcsetattr(self.terminal, termios.TCSANOW, self.attributes)
            if TerminalDriver.state is TerminalState.ACTIVE:
                _reset_modes(self.terminal)


def _reset_modes(terminal: int) -> None:
    """Reset every mode without Textual, even if nobody reads the output."""
    os.set_blocking(2, False)  # ends a blocked write of Textual's output thread; ours cannot block
    try:
        termios.tcflush(terminal, termios.TCOFLUSH)
        os.write(2, ALL_MODES_OFF.encode())
    finally:
        os.set_blocking(2, True)


def _discard_lost_output() -> None:
    """Keep output that a vanished terminal did not take from changing the exit status."""
    try:
        if sys.__stderr__:
            sys.__stderr__.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _watch_hangup(terminal: int) -> None:
    """Send SIGHUP to ourselves when the terminal is gone: not every parent process does."""
    poll = select.poll()
    poll.register(terminal, 0)
    if any(event & select.POLLHUP for _, event in poll.poll()):
        os.kill(os.getpid(), signal.SIGHUP)
