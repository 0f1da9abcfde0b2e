"""How often lists are refreshed: less often when the rate limit runs low (contract G).

The limits are the tenant's, shared by all of its users and programs, and a
refused call counts too.
"""

from datetime import datetime, timedelta

from entity_connections.domain import clock
from entity_connections.services.request_log import RateLimit

FAST = 3.0
"""Seconds between two refreshes of a fake tenant that others write to."""
NORMAL = 30.0
"""Seconds between two refreshes."""
LOW = 0.2
"""The part of the rate limit below which refreshes become rarer."""
MAX_INTERVAL = 300.0
"""Seconds between two refreshes when next to nothing is left."""
_WINDOWS = {60: " a minute", 3_600: " an hour", 86_400: " a day"}
"""The windows of Zuora's limits, by their seconds."""


def refresh_interval(limit: RateLimit | None, now: datetime | None = None) -> float:
    """Return the seconds from one refresh to the next: 30, and up to 300 as the limit runs low.

    With a fifth or more left it is 30 s; with a tenth 60 s, with a twentieth
    120 s, and 300 s with a fiftieth and less; but never longer than until it starts anew.
    """
    if limit is None or limit.share >= LOW:
        return NORMAL
    slow = min(MAX_INTERVAL, NORMAL * LOW / limit.share) if limit.remaining > 0 else MAX_INTERVAL
    if limit.reset is None:
        return slow
    anew = limit.at + timedelta(seconds=limit.reset)
    return max(NORMAL, min(slow, (anew - (now or clock.now())).total_seconds()))


def has_budget(limit: RateLimit | None, calls: int) -> bool:
    """Return whether the rate limit allows calls that nobody has asked for."""
    return limit is None or limit.remaining - calls >= LOW * limit.limit


def rate_limit_sentence(limit: RateLimit | None, now: datetime | None = None) -> str:
    """Return what there is to know of a rate limit that runs low, or "" while there is enough."""
    after = refresh_interval(limit, now)
    if limit is None or after <= NORMAL:
        return ""
    left = describe_rate_limit(limit)
    return f"Only {left}; refreshing every {_format_interval(after)}."


def describe_rate_limit(limit: RateLimit) -> str:
    """Return how many calls are left, of how many in what time, and until when."""
    window = _WINDOWS.get(limit.window or 0, "")
    left = f"{max(0, limit.remaining):,} of {limit.limit:,} calls{window} left"
    if limit.reset is None:
        return left
    until = limit.at + timedelta(seconds=limit.reset)
    return f"{left} until {clock.format_moment(until)}"


def _format_interval(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * 60 else f"{seconds / 60:.0f} min"
