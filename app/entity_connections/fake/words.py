"""Wording that several messages of the fake tenant share."""

from collections.abc import Iterable


def join_with_or(names: Iterable[str]) -> str:
    """Return at least two names as "a, b or c"."""
    *first, last = names
    return f"{', '.join(first)} or {last}"
