"""Small pieces of English for messages."""

from collections.abc import Iterable, Sequence


def join_or(words: Sequence[str]) -> str:
    """Return at least one word as an enumeration: "a, b or c"."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def suggest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean a or b?" with the known words that are similar, or ""."""
    from difflib import get_close_matches  # imported only after a mistake

    by_folded = {candidate.casefold(): candidate for candidate in known}
    similar = get_close_matches(word.casefold(), by_folded, n=3, cutoff=0.6)
    return f" Did you mean {join_or([by_folded[text] for text in similar])}?" if similar else ""
