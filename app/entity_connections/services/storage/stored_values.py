"""Checks of values read from the local file, which anybody may have edited."""

import math
import re
from datetime import UTC, datetime, timedelta

from entity_connections.domain.text import MAX_NAME_LENGTH, clean

INVALID = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What reading a document raises that was damaged or edited."""
_ID = re.compile(r"[0-9A-Za-z._-]{0,254}")


def load_text(value: str | None, limit: int = MAX_NAME_LENGTH) -> str:
    """Clean a text; None, which stands for no text, is ""."""
    return clean(value or "", limit)


def load_id(value: str) -> str:
    """Check an id, which has to be safe in a header and in a path; "" stands for no id."""
    if not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


def load_seconds(value: float | None) -> float | None:
    """Check a moment of a monotonic clock; None stands for no moment."""
    if value is not None and not math.isfinite(value):
        raise ValueError("not a moment")
    return value


def load_time(value: str) -> datetime:
    """Parse a moment of ISO 8601, and return it in UTC."""
    moment = datetime.fromisoformat(value).astimezone(UTC)
    for day in (-1, 1):
        moment + timedelta(days=day)  # one at the end of time cannot be calculated with
    return moment
