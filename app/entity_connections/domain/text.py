"""Cleans text from outside, where it enters the program.

A name may hold terminal escapes, bidirectional overrides or ten thousand characters.
After `clean` it is one line without control characters, and its width is predictable.
"""

import re
import unicodedata

MAX_NAME_LENGTH = 255
"""Most characters kept: Zuora's own limit for names (contract C2)."""

# Cc controls, Cf formats (bidi, joiners, tags), Cs lone surrogates, Co private
# use, Cn unassigned, Zl/Zp separators: they have no glyph of their own.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MAX_VALUE_LENGTH = 4_096
"""Most characters of a value that a user gives, as many as a path may have."""
_UNTYPABLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# Letters, marks and symbols without a glyph: fillers, variation selectors, the empty Braille cell.
_BLANK_CHARS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MARKS_AROUND = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Zero-width characters, direction marks and byte order marks, which are copied along with text."""


def clean(text: str, limit: int = MAX_NAME_LENGTH) -> str:
    """Return `text` as one line of at most `limit` characters without control characters.

    Line breaks and tabs become a visible mark, invisible characters are removed, at most
    two combining marks stay on a letter, and a longer text ends with an ellipsis.
    """
    text = text[: limit * 4]
    if text.isascii() and text.isprintable():
        kept = text
    else:
        kept = _remove_invisible(_BREAKS.sub("⏎", text))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def trim(text: str) -> str:
    """Return `text` without blanks of any kind and invisible marks before and after it."""
    while (trimmed := text.strip().strip(_MARKS_AROUND)) != text:
        text = trimmed
    return text


def find_problem(text: str) -> str:
    """Return why a user's value cannot be used ("is empty"), or "" when it can."""
    if not text.strip():
        return "is empty"
    if len(text) > MAX_VALUE_LENGTH:
        return f"is longer than {MAX_VALUE_LENGTH:,} characters"
    categories = {unicodedata.category(char) for char in text if not char.isprintable()}
    if "Cs" in categories:  # what Python makes of a byte that is not UTF-8
        return "is not text in UTF-8"
    return "holds a character that cannot be seen" if categories & _UNTYPABLE else ""


def _remove_invisible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _BLANK_CHARS.sub("", text)):
        category = unicodedata.category(char)
        if category in _INVISIBLE:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= 2:
            kept.append(" " if category == "Zs" else char)
    return "".join(kept)


def format_count(count: int, noun: str) -> str:
    """Return a number and a noun: "1 pair", "3 pairs", "3 entities"."""
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun if count == 1 else plural}"
