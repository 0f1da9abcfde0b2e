"""How often to refresh: less often where the tenant's rate limit runs low (contract G).

The limits are the tenant's, shared by all of its users and programs, and a
refused call counts too.
"""

from datetime import timedelta

from app.services.traffic import Budget

NORMAL = 30.0
"""Seconds between two refreshes."""
LOW = 0.2
"""The part of the budget below which refreshes become rarer."""
SLOWEST = 300.0
"""Seconds between two refreshes when next to nothing is left."""


def refresh_after(budget: Budget | None) -> float:
    """Return the seconds from one refresh to the next: 30, and up to 300 as the budget runs low.

    With a fifth or more left it is 30 s; with a tenth 60 s, with a twentieth
    120 s, and 300 s with a fiftieth and less.
    """
    if budget is None or budget.share >= LOW:
        return NORMAL
    if budget.remaining <= 0:
        return SLOWEST
    return min(SLOWEST, NORMAL * LOW / budget.share)


def budget_sentence(budget: Budget | None) -> str:
    """Return what there is to know of a budget that runs low, or "" while there is enough."""
    after = refresh_after(budget)
    if budget is None or after <= NORMAL:
        return ""
    left = f"{max(0, budget.remaining):,} of {budget.limit:,} left"
    return f"Calls are short: {left}{_until(budget)}; refreshing every {_told(after)}."


def _until(budget: Budget) -> str:
    try:
        until = budget.at + timedelta(seconds=budget.reset or 0)
        return f" until {until.astimezone():%H:%M}" if budget.reset is not None else ""
    except (OverflowError, ValueError):  # no moment that a calendar knows
        return ""


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * 60 else f"{seconds / 60:.0f} min"
