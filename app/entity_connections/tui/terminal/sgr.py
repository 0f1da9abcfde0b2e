"""Shorter SGR sequences, which set the style of text in a terminal (ECMA-48, 8.3.117)."""

import re
from functools import lru_cache

_SEQUENCE = re.compile(
    r"(?:(?P<reset>\x1b\[0m)(?P<move>\n?(?:\x1b\[\d+;\d+H)*))?\x1b\[(?P<style>[\d;]+)m"
)
_PARTS = re.compile(
    r"(?P<attributes>(?:(?:[1-9]|21|5[1-3])(?:;|$))*)"
    r"(?P<color>(?:38;2;\d+;\d+;\d+|38;5;\d+|3\d|9\d)(?:;|$))?"
    r"(?P<background>48;2;\d+;\d+;\d+|48;5;\d+|4\d|10\d)?"
)


def shorten_styles(text: str) -> str:
    """Return the output with the same effect, in which a style says only what it changes.

    Textual resets the style after each piece of text, and sets all of it for the next piece.
    The output must not depend on a style that was set before it.
    """
    current = ""

    def replace(match: re.Match[str]) -> str:
        nonlocal current
        before, current = current, match["style"]
        if before and match["reset"]:
            return match["move"] + _find_change(before, current)
        return match[0]

    return _SEQUENCE.sub(replace, text)


@lru_cache(maxsize=4096)
def _find_change(before: str, after: str) -> str:
    """Return the sequence that leads from one style to another; "" if they are the same."""
    old, new = _PARTS.fullmatch(before), _PARTS.fullmatch(after)
    if old is None or new is None or any(old[part] and not new[part] for part in (2, 3)):
        return f"\x1b[0;{after}m"
    codes = [new[part] or "" for part in (2, 3) if new[part] != old[part]]
    if old["attributes"] != new["attributes"]:
        if old["attributes"] not in ("", "1;", "2;"):
            return f"\x1b[0;{after}m"
        codes = ["22;" if old["attributes"] else "", new["attributes"], *codes]
    change = "".join(codes).rstrip(";")
    return f"\x1b[{change}m" if change else ""
