"""An event loop with a clock that can be fast-forwarded.

In fast forward nothing waits: when there is nothing to do before the next timer, the clock
jumps to it. Minutes of pauses pass in a moment, and all happens in the same order.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import textual._time

from entity_connections.domain import clock

EPOCH = 1_767_258_000.0
"""The time of a frozen clock at the start, in seconds since 1970: a January morning in 2026."""


class VirtualClock:
    """A clock that can jump; in `fast_forward` timers are reached by jumps.

    The time of a `frozen` clock passes by jumps only, from EPOCH on: it shows the same times at
    every run. `skipped` is the sum of all jumps, in seconds.
    """

    def __init__(self, *, frozen: bool) -> None:
        self.fast_forward = frozen
        self.skipped = 0.0
        self._frozen = frozen

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self.skipped + (EPOCH if self._frozen else time.time())

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.skipped + (0.0 if self._frozen else time.monotonic())


class _SkippingSelector(selectors.DefaultSelector):
    """Skips the wait for the next timer in fast forward, unless there is input already."""

    def __init__(self, virtual_clock: VirtualClock) -> None:
        super().__init__()
        self._clock = virtual_clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._clock.fast_forward or timeout is None or timeout <= 0:
            return super().select(timeout)
        events = super().select(0)
        if not events:
            self._clock.skipped += timeout
        return events


class _VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self, virtual_clock: VirtualClock) -> None:
        super().__init__(_SkippingSelector(virtual_clock))
        self._clock = virtual_clock

    def time(self) -> float:
        return self._clock.monotonic()

    def set_task_factory(self, _: object) -> None:
        """Ignore Textual's eager tasks: without them, all versions of Python draw the same."""

    def run_in_executor(
        self, executor: object, func: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        """Call `func` at once: a clock that jumps would not wait for a thread."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - raised where the future is awaited
            future.set_exception(error)
        return future


@contextmanager
def virtual_time(*, frozen: bool) -> Iterator[tuple[asyncio.Runner, VirtualClock]]:
    """Return a runner, and the clock of the runner, of Textual and of the program in it."""
    virtual_clock = VirtualClock(frozen=frozen)
    clock_before, textual_before = clock.current, textual._time.get_time  # noqa: SLF001
    clock.current = virtual_clock
    # Textual has no public way to set the clock of its timers and clicks.
    textual._time.get_time = virtual_clock.monotonic  # noqa: SLF001
    try:
        with asyncio.Runner(loop_factory=lambda: _VirtualTimeLoop(virtual_clock)) as runner:
            yield runner, virtual_clock
    finally:
        clock.current = clock_before
        textual._time.get_time = textual_before  # noqa: SLF001
