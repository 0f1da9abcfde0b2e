"""What signals do to a command: they cancel its calls, end its questions, and stop its writes."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from entity_connections.cli.output import info

if sys.platform == "win32":
    TERMINATIONS = (signal.SIGTERM,)
else:
    TERMINATIONS = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end a command as ctrl+c does, with an exit code of their own."""


@contextmanager
def cancel_on_signals() -> Iterator[None]:
    """Let a signal that would kill the program cancel the current task, as ctrl+c does.

    Raises:
        SystemExit: the block was ended by a signal.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101 - for mypy
    received: list[int] = []

    def cancel(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        loop.call_soon_threadsafe(task.cancel)

    changed = [number for number in TERMINATIONS if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, cancel)
    try:
        yield
    except asyncio.CancelledError:
        if received:
            raise SystemExit(128 + received[0]) from None
        raise
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def end_question_on_signals() -> Iterator[None]:
    """Let a signal end a question at once: the event loop's handlers would wait for the answer."""
    numbers = [n for n in (signal.SIGINT, *TERMINATIONS) if callable(signal.getsignal(n))]
    handlers = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)


@contextmanager
def stop_on_interrupt(stop: Callable[[], bool]) -> Iterator[None]:
    """Let ctrl+c call `stop`, which may only set flags; where it returns False, end the program."""
    loop = asyncio.get_running_loop()
    end = signal.getsignal(signal.SIGINT)
    if not callable(end):  # ignored, as a shell wants it of a command in the background
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop():
            sentence = "Stopping: what was sent is looked up; ctrl+c again does not wait for it."
            loop.call_soon_threadsafe(info, sentence)
        else:
            end(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, end)
