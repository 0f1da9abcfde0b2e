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


def is_today(moment: datetime) -> bool:
    """Return whether a moment is on the present day, in local time."""
    return moment.astimezone().date() == now().astimezone().date()


def format_moment(moment: datetime) -> str:
    """Return the local time ("17:05"), with its day if that is not today."""
    local = moment.astimezone()
    return f"{local:%H:%M}" if is_today(moment) else f"{local:%Y-%m-%d %H:%M}"
