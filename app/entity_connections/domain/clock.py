"""The clock of the program. A walkthrough replaces it to control the time."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time; the `time` module is such a source."""

    def time(self) -> float:
        """Return the seconds since 1970."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never decreases."""


current: Clock = time
"""The clock that is used."""


def wall_time() -> float:
    """Return the seconds since 1970."""
    return current.time()


def monotonic() -> float:
    """Return seconds that never decrease; only differences have a meaning."""
    return current.monotonic()


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.fromtimestamp(wall_time(), UTC)


def format_moment(moment: datetime, *, seconds: bool = False) -> str:
    """Return the local time ("17:05" or "17:05:09"), with its day if that is not today."""
    local = moment.astimezone()
    time_of_day = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    today = local.date() == now().astimezone().date()
    return time_of_day if today else f"{local:%Y-%m-%d} {time_of_day}"
