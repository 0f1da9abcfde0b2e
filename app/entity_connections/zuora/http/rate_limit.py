"""The rate limit that Zuora announces in each response (contract G)."""

import re
from collections.abc import Mapping
from datetime import datetime

from entity_connections.services.request_log import RateLimit

_NUMBER = re.compile(r"[0-9]{1,9}")


def parse_rate_limit(headers: Mapping[str, str], at: datetime) -> RateLimit | None:
    """Read the `RateLimit-*` headers; None if they are missing or invalid.

    `RateLimit-Limit` begins with the window closest to exhaustion; the list of windows
    behind it is ignored. `at` is when the request was sent.
    """
    limit, remaining, reset = (
        _NUMBER.match(headers.get(f"RateLimit-{name}", ""))
        for name in ("Limit", "Remaining", "Reset")
    )
    if not limit or not remaining:
        return None
    return RateLimit(int(limit[0]), int(remaining[0]), float(reset[0]) if reset else None, at)
