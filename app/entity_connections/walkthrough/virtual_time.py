"""The event loop a walkthrough runs on, and a clock that hurries from one timer to the next.

While it hurries, nobody waits: when nothing is left to do before the next timer,
the clock goes on to that timer at once. So a minute of pauses passes in a moment,
in the same order as it would have. A recording also stands still: its clock knows
no other time, and chance is the same at every run.
"""

import asyncio
import os
import random
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from entity_connections.domain import clock

MORNING = 1_767_258_000.0
"""When a recording begins, in seconds since 1970: a January morning."""


class StageClock:
    """A clock that can be hurried.

    Args:
        still: whether no time passes but what is hurried through.
    """

    def __init__(self, *, still: bool) -> None:
        self.still = self.hurrying = still
        self._skipped = 0.0

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self._skipped + (MORNING if self.still else time.time())

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self._skipped + (0.0 if self.still else time.monotonic())

    def skip(self, seconds: float) -> None:
        """Put the clock forward."""
        self._skipped += seconds


class _Selector(selectors.DefaultSelector):
    """Skips the pause before the next timer, if nothing comes in before it."""

    def __init__(self, led: StageClock) -> None:
        super().__init__()
        self._clock = led

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._clock.hurrying or timeout is None or timeout <= 0:
            return super().select(timeout)
        events = super().select(0)
        if not events:
            self._clock.skip(timeout)
        return events


class StageLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of a clock that can be hurried."""

    def __init__(self, led: StageClock) -> None:
        super().__init__(_Selector(led))
        self._led = led

    def time(self) -> float:
        """Return the time by which timers are due."""
        return self._led.monotonic()

    def run_in_executor(
        self, executor: object, func: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        """Call `func` at once: a thread would not know how late it is."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to who awaits it
            future.set_exception(error)
        return future


class Stage(NamedTuple):
    """Where a walkthrough is performed.

    Attributes:
        runner: runs it.
        clock: what the loop and the whole program go by.
        chance: what ids and random pauses come from.
    """

    runner: asyncio.Runner
    clock: StageClock
    chance: random.Random

    def rewind(self) -> None:
        """Let chance begin anew: the same journey meets the same ids."""
        self.chance.seed(0)
        random.seed(0)


@contextmanager
def stage(*, still: bool) -> Iterator[Stage]:
    """Set up a stage, on which time and chance can be led.

    Nothing secret may be made there: its random numbers are known.

    Args:
        still: whether no time passes but what is hurried through.
    """
    led, chance = StageClock(still=still), random.Random()  # noqa: S311
    with ExitStack() as stack:
        stack.enter_context(patch.object(clock, "current", led))
        # Textual's own timers and clicks; it has no public name for its clock.
        stack.enter_context(patch("textual._time.get_time", led.monotonic))
        stack.enter_context(patch.object(os, "urandom", chance.randbytes))
        stack.callback(random.setstate, random.getstate())
        runner = stack.enter_context(asyncio.Runner(loop_factory=lambda: StageLoop(led)))
        found = Stage(runner, led, chance)
        found.rewind()
        yield found
