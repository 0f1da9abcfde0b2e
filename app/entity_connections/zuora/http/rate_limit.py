"""Reads the headers about Zuora's rate limits (contract E2, G)."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from entity_connections.domain.clock import now
from entity_connections.services.request_log import RateLimit

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_COUNT = re.compile(r"[0-9]{1,12}")


def parse_rate_limit(headers: Mapping[str, str], at: datetime) -> RateLimit | None:
    """Read the `RateLimit-*` headers of a response; None if they are missing or invalid.

    `RateLimit-Limit` begins with the window closest to exhaustion; the list of windows
    behind it is ignored. So are the concurrency headers: Zuora counts once a second, and
    the adapter never uses more than a fifth of what is allowed.

    Args:
        headers: of the response.
        at: when the request was sent.
    """
    limit = _COUNT.match(headers.get("RateLimit-Limit", ""))
    remaining = _COUNT.fullmatch(headers.get("RateLimit-Remaining", "").strip())
    if not limit or not remaining:
        return None
    reset = _parse_seconds(headers.get("RateLimit-Reset", ""))
    return RateLimit(int(limit[0]), int(remaining[0]), reset, at)


def parse_retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """Read how many seconds to wait: `Retry-After` as seconds or date, else `RateLimit-Reset`.

    `RateLimit-Reset` counts only in a response with HTTP status 429.
    """
    value = headers.get("Retry-After", "")
    if not value and status == 429:
        value = headers.get("RateLimit-Reset", "")
    seconds = _parse_seconds(value)
    return _seconds_until(value, headers.get("Date", "")) if seconds is None else seconds


def _parse_seconds(value: str) -> float | None:
    return float(value) if _SECONDS.fullmatch(value.strip()) else None


def _seconds_until(value: str, server_date: str) -> float | None:
    """Compute the seconds to an HTTP date, by the server's clock if it tells its time."""
    try:
        present = parsedate_to_datetime(server_date) if server_date else now()
        return max(0.0, (parsedate_to_datetime(value) - present).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
        return None
