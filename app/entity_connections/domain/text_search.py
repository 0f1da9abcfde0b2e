"""Finds words in text as people type them: without case and accents."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
"""The blocks of combining diacritical marks of Unicode."""
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "þ": "th",
        "’": "'",
    }
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
"""What Unicode does not decompose, and what people type in its place."""


def fold(text: str) -> str:
    """Return a text as it is compared and sorted: small letters without accents."""
    return text.lower() if text.isascii() else _fold_unicode(text)


@lru_cache(maxsize=16_384)
def _fold_unicode(text: str) -> str:
    # Small letters first: a capital of Greek may spell out what is an accent of the small one.
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return plain.casefold().translate(_LETTERS)


def split_words(text: str) -> list[str]:
    """Return the folded words of what somebody typed."""
    return fold(text).split()


def contains_words(text: str, words: Iterable[str]) -> bool:
    """Return whether a text contains every word, in any order; the words are folded."""
    folded = fold(text)
    return all(word in folded for word in words)


def contains_unshown_word(text: str, shown: str, words: Iterable[str]) -> bool:
    """Return whether a text contains a word that `shown` does not contain."""
    unshown = [word for word in words if word not in fold(shown)]
    return any(word in fold(text) for word in unshown)
