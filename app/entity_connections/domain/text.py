"""Making text from outside harmless, once, where it enters.

A name typed in another company may hold terminal escapes, bidirectional
overrides or ten thousand characters. After `clean` it is one line that takes
as many cells as it seems to, and nothing in it can act.
"""

import re
import unicodedata

MAX_NAME_LENGTH = 255
"""Most characters kept: Zuora's own limit for names (contract C2)."""

# Cc controls, Cf formats (bidi, joiners, tags), Cs lone surrogates, Co private
# use, Cn unassigned, Zl/Zp separators: nothing in them has a shape of its own.
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MAX_VALUE_LENGTH = 4_096
"""Most characters of a value that somebody gives: as many as a path may have."""
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")


def clean(text: str, limit: int = MAX_NAME_LENGTH) -> str:
    """Return `text` as one harmless line of at most `limit` characters.

    Line breaks and tabs become one visible mark, characters without a shape
    vanish, at most two combining marks stay on one letter, and what is too
    long ends with an ellipsis.
    """
    text = text[: limit * 4]
    if text.isascii() and text.isprintable():
        kept = text
    else:
        kept = _without_shapeless(_BREAKS.sub("⏎", text))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def find_problem(text: str) -> str:
    """Return why `text` cannot name anything ("is empty"), or "" when it can."""
    if not text.strip():
        return "is empty"
    if len(text) > MAX_VALUE_LENGTH:
        return f"is longer than {MAX_VALUE_LENGTH:,} characters"
    categories = {unicodedata.category(char) for char in text if not char.isprintable()}
    if "Cs" in categories:  # what Python makes of a byte that is not UTF-8
        return "is not text in UTF-8"
    return "holds a character that cannot be seen" if categories & _UNSEEN else ""


def _without_shapeless(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _VARIATION_SELECTORS.sub("", text)):
        category = unicodedata.category(char)
        if category in _SHAPELESS:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= 2:
            kept.append(" " if category == "Zs" else char)
    return "".join(kept)
