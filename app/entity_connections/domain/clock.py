"""What time it is, for the whole program: one place, so that a walkthrough can set it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; the `time` module is one."""

    def time(self) -> float:
        """Return the seconds since 1970 by the calendar."""

    def monotonic(self) -> float:
        """Return seconds that never go back, from wherever they began."""


current: Clock = time
"""The clock in force."""


def wall_time() -> float:
    """Return the seconds since 1970."""
    return current.time()


def monotonic() -> float:
    """Return seconds that never go back; only differences mean something."""
    return current.monotonic()


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.fromtimestamp(wall_time(), UTC)
