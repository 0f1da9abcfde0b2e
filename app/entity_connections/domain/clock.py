"""The clock of the program. A walkthrough replaces it to control the time."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time, with the functions of the module `time`."""

    def time(self) -> float:
        """Return the seconds since 1970."""

    def monotonic(self) -> float:
        """Return seconds that never decrease."""


MAX_CLOCK_OFFSET = 60.0
"""Seconds that the clocks of two machines may differ."""

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


def is_clock_off(server_time: datetime) -> bool:
    """Return whether this machine's clock and that of a server differ by more than is usual."""
    return abs((now() - server_time).total_seconds()) > MAX_CLOCK_OFFSET


def describe_clock(server_time: datetime) -> str:
    """Return how far this machine's clock is from that of a server, in a sentence."""
    ahead = (now() - server_time).total_seconds()
    amount, unit = abs(ahead), "s"
    for size, longer in ((60, "min"), (60, "h"), (24, "days")):
        if amount < 2 * size:
            break
        amount, unit = amount / size, longer
    which = "ahead of" if ahead > 0 else "behind"
    return f"This machine's clock is {amount:,.0f} {unit} {which} the server's."


def is_today(moment: datetime) -> bool:
    """Return whether a moment is on the present day, in local time."""
    return moment.astimezone().date() == now().astimezone().date()


def format_moment(moment: datetime) -> str:
    """Return the local time ("17:05"), with its day if that is not today."""
    local = moment.astimezone()
    return f"{local:%H:%M}" if is_today(moment) else f"{local:%Y-%m-%d %H:%M}"
