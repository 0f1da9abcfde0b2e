"""What is wrong with the settings, in words for people."""

from collections.abc import Iterable

from entity_connections.domain.text import clean


class SettingsError(Exception):
    """Settings that cannot be used.

    The message says where, what, and what to do about it; a line for each
    problem. It never holds a value that might be a secret.
    """


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` when something known is like `word`, else ""."""
    from difflib import get_close_matches  # only where something is wrong

    by_lower = {one.lower(): one for one in known}
    found = get_close_matches(clean(word, 64).lower(), by_lower, n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(by_lower[one] for one in found)}?" if found else ""
