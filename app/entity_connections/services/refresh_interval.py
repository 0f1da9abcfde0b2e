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
"""The part of the budget below which refreshes become rarer."""
MAX_INTERVAL = 300.0
"""Seconds between two refreshes when next to nothing is left."""


def refresh_interval(budget: RateLimit | None, now: datetime | None = None) -> float:
    """Return the seconds from one refresh to the next: 30, and up to 300 as the budget runs low.

    With a fifth or more left it is 30 s; with a tenth 60 s, with a twentieth
    120 s, and 300 s with a fiftieth and less; but never longer than until it starts anew.
    """
    if budget is None or budget.share >= LOW:
        return NORMAL
    slow = min(MAX_INTERVAL, NORMAL * LOW / budget.share) if budget.remaining > 0 else MAX_INTERVAL
    if budget.reset is None:
        return slow
    anew = budget.at + timedelta(seconds=budget.reset)
    return max(NORMAL, min(slow, (anew - (now or clock.now())).total_seconds()))


def rate_limit_sentence(budget: RateLimit | None, now: datetime | None = None) -> str:
    """Return what there is to know of a budget that runs low, or "" while there is enough."""
    after = refresh_interval(budget, now)
    if budget is None or after <= NORMAL:
        return ""
    left = f"{max(0, budget.remaining):,} of {budget.limit:,} left"
    return f"Calls are short: {left}{_until(budget)}; refreshing every {_told(after)}."


def _until(budget: RateLimit) -> str:
    if budget.reset is None:
        return ""
    until = budget.at + timedelta(seconds=budget.reset)
    return f" until {until.astimezone():%H:%M}"


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * 60 else f"{seconds / 60:.0f} min"
