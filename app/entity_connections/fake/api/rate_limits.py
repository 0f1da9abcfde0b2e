"""Counting calls against Zuora's rate limits (contract A2, G)."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

Limits = Mapping[int, int]
"""Seconds of a window -> the most calls in it."""

PRODUCTION_LIMITS: Limits = {60: 50_000, 3_600: 2_250_000, 86_400: 27_000_000}
"""The API limits of a production tenant; they hold for the tenant, not for a user."""
TOKEN_LIMITS: Limits = {60: 2_000}
"""The token requests of a tenant, as far as the endpoint's headers report them."""
TOKEN_LIMITS_PER_ADDRESS: Limits = {60: 100}


class Reading(NamedTuple):
    """A window after one more call; `remaining` is below 0 when the limit is exceeded."""

    limit: int
    remaining: int
    reset: int
    """Seconds until the next window."""


class Meter:
    """Counts calls in fixed windows; refused calls count too."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._counts = dict.fromkeys(limits, (0, 0))  # (number of the window, calls in it)
        self.quota = ", ".join(f"{limit};w={seconds}" for seconds, limit in limits.items())

    def count(self) -> Reading:
        """Count one call, and return the window that is closest to exhaustion."""
        now = int(self._clock())
        readings = []
        for seconds, limit in self._limits.items():
            number, used = self._counts[seconds]
            used = used + 1 if number == now // seconds else 1
            self._counts[seconds] = (now // seconds, used)
            readings.append(Reading(limit, limit - used, seconds - now % seconds))
        return find_most_exhausted(readings)


def find_most_exhausted(readings: Iterable[Reading]) -> Reading:
    """Return the window of which the smallest share is left."""
    return min(readings, key=lambda reading: reading.remaining / reading.limit)
