"""Counting calls against Zuora's rate limits (contract G)."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Window(NamedTuple):
    """So many calls in so many seconds."""

    limit: int
    seconds: int


PRODUCTION = (Window(50_000, 60), Window(2_250_000, 3_600), Window(27_000_000, 86_400))
"""The API limits of a production tenant; they hold for the tenant, not for a user."""


class Reading(NamedTuple):
    """The window closest to exhaustion, after one more call."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool


class Meter:
    """Counts calls in fixed windows; refused calls count too."""

    def __init__(self, windows: Sequence[Window], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows = windows
        self._counts = [(0, 0)] * len(windows)  # (number of the window, calls in it)
        self.quota = ", ".join(f"{one.limit};w={one.seconds}" for one in windows)

    def count(self) -> Reading:
        """Count one call and read the meter."""
        now = int(self._clock())
        readings = []
        for index, (limit, seconds) in enumerate(self._windows):
            current = now // seconds
            number, used = self._counts[index]
            used = used + 1 if number == current else 1
            self._counts[index] = (current, used)
            left = max(0, limit - used)
            readings.append(Reading(limit, left, seconds - now % seconds, used > limit))
        return tightest(readings)


def tightest(readings: Iterable[Reading]) -> Reading:
    """Return the reading of what is closest to exhaustion, or beyond."""
    return min(readings, key=lambda one: (not one.exceeded, one.remaining / one.limit))
