"""Wording that several messages share."""

from collections.abc import Iterable

from entity_connections.domain.text import clean


def join_or(words: Iterable[str]) -> str:
    """Return at least one word as an enumeration: "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def find_similar(word: str, known: Iterable[str], limit: int = 2) -> list[str]:
    """Return at most `limit` of the known words that are spelled like `word`, nearest first."""
    from difflib import get_close_matches  # slow to import, and rarely needed

    from entity_connections.domain.text_search import fold

    by_folded = {fold(name): name for name in known}
    similar = get_close_matches(fold(clean(word, 64)), by_folded, n=limit, cutoff=0.6)
    return [by_folded[name] for name in similar]


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean a or b?" with the known words spelled like `word`, or ""."""
    similar = find_similar(word, known)
    return f"; did you mean {join_or(similar)}?" if similar else ""
