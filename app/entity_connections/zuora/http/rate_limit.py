"""What Zuora's headers tell of its limits (contract E2, G)."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from entity_connections.domain.clock import now
from entity_connections.services.request_log import RateLimit

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[0-9]{1,12}")


def budget_of(headers: Mapping[str, str], at: datetime) -> RateLimit | None:
    """Return the budget that `RateLimit-*` tell, or None where they do not.

    `RateLimit-Limit` begins with the window closest to exhaustion; the list of
    windows behind it is left out. The concurrency headers are too: Zuora counts
    once a second, and we never have more than a fifth of what it allows.
    """
    limit = _WHOLE.match(headers.get("RateLimit-Limit", ""))
    remaining = _WHOLE.fullmatch(headers.get("RateLimit-Remaining", "").strip())
    if not limit or not remaining:
        return None
    reset = _seconds(headers.get("RateLimit-Reset", ""))
    return RateLimit(int(limit[0]), int(remaining[0]), reset, at)


def retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait: `Retry-After` as seconds or date, else `RateLimit-Reset`.

    The latter says so only in an answer that was refused for it: HTTP 429.
    """
    value = headers.get("Retry-After", "")
    if not value and status == 429:
        value = headers.get("RateLimit-Reset", "")
    seconds = _seconds(value)
    return _until(value, headers.get("Date", "")) if seconds is None else seconds


def _seconds(value: str) -> float | None:
    return float(value) if _SECONDS.fullmatch(value.strip()) else None


def _until(value: str, date: str) -> float | None:
    """Return the seconds from the server's own present moment, else ours, to a date."""
    try:
        until = parsedate_to_datetime(value)
        present = parsedate_to_datetime(date) if date else now()
        return max(0.0, (until - present).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
        return None
