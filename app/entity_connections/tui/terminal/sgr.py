"""SGR sequences, which set the style of text in a terminal (ECMA-48, 8.3.117).

A style is the parameters of such a sequence, as Rich writes them: `1;38;2;230;235;242`.
"""

import re
from functools import lru_cache

_PARTS = re.compile(
    r"(?P<attributes>(?:(?:[1-9]|21|5[1-3])(?:;|$))*)"
    r"(?P<color>(?:38;2;\d+;\d+;\d+|38;5;\d+|3\d|9\d)(?:;|$))?"
    r"(?P<background>48;2;\d+;\d+;\d+|48;5;\d+|4\d|10\d)?"
)
_WEIGHTS = ("", "1;", "2;")
"""Attributes that one sequence ends, and that are not seen on a blank."""


@lru_cache(maxsize=4096)
def find_style_change(before: str, after: str) -> str:
    """Return the sequence that leads from one style to another; "" if they are the same."""
    if before == after:
        return ""
    old, new = _PARTS.fullmatch(before), _PARTS.fullmatch(after)
    if old is None or new is None or any(old[part] and not new[part] for part in (2, 3)):
        return f"\x1b[0;{after}m"
    codes = [new[part] or "" for part in (2, 3) if new[part] != old[part]]
    if old["attributes"] != new["attributes"]:
        if old["attributes"] not in _WEIGHTS:
            return f"\x1b[0;{after}m"
        codes = ["22;" if old["attributes"] else "", new["attributes"], *codes]
    change = "".join(codes).rstrip(";")
    return f"\x1b[{change}m" if change else ""


@lru_cache(maxsize=4096)
def find_background(style: str) -> str | None:
    """Return the background of a style; None if more than that is seen on a blank."""
    parts = _PARTS.fullmatch(style)
    if parts is None or parts["attributes"] not in _WEIGHTS:
        return None
    return parts["background"] or ""
