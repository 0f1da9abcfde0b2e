"""Checks of values read from the local file, which anybody may have edited.

Each function raises ValueError for a value that it does not accept.
"""

import re
from datetime import UTC, datetime

from entity_connections.domain.text import MAX_NAME_LENGTH, clean

_ID = re.compile(r"[0-9A-Za-z._-]{1,254}")


def load_text(value: object, limit: int = MAX_NAME_LENGTH) -> str:
    """Clean a text; None, which stands for no text, is ""."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - callers handle one kind of error
    return clean(value, limit)


def load_id(value: object) -> str:
    """Check an id, which has to be safe in a header and in a path."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


def load_optional_id(value: object) -> str:
    """Check an id; None and "", which stand for no id, are ""."""
    return load_id(value) if value else ""


def load_time(value: object) -> datetime:
    """Parse a moment of ISO 8601, and return it in UTC."""
    try:
        return datetime.fromisoformat(load_text(value)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error
