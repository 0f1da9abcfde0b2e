"""Saying colours once: what is sent to the terminal, without what it knows already.

Rich names every attribute of every piece of text and takes them all back after
it, some forty bytes each time. Over a slow link that is what a key costs.
"""

import re
from functools import lru_cache

_SGR = re.compile(r"\x1b\[([\d;]*)m")
_PARTS = re.compile(r"[345]8;(?:2;\d+;\d+;\d+|5;\d+)|\d+")


def thin(output: str) -> str:
    """Return output that looks the same on a terminal and says each attribute once.

    The attributes are taken to be off before it, and are off after it.
    """
    pieces = _SGR.split(output)
    if len(pieces) == 1:
        return output
    thinned, now, wanted = [pieces[0]], "", ""
    for attributes, text in zip(pieces[1::2], pieces[2::2], strict=True):
        wanted = _together(wanted, attributes)
        if text:
            thinned += (_change(now, wanted), text)
            now = wanted
    thinned.append(_change(now, wanted))
    return "".join(thinned)


@lru_cache(maxsize=4096)
def _together(before: str, attributes: str) -> str:
    """Return what holds after one more escape sequence."""
    kept = _PARTS.findall(before)
    for part in _PARTS.findall(attributes) or ["0"]:
        replaced = [one for one in kept if _kind(one) != _kind(part)]
        kept = [] if part == "0" else [*replaced, part]
    return ";".join(sorted(kept))


@lru_cache(maxsize=4096)
def _change(before: str, after: str) -> str:
    """Return the shortest sequence that leads from some attributes to others."""
    if before == after:
        return ""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if {_kind(one) for one in old} <= {_kind(one) for one in new}:
        return f"\x1b[{';'.join(one for one in new if one not in old)}m"
    return f"\x1b[{';'.join(['0', *new])}m"


def _kind(part: str) -> str:
    """Return what an attribute replaces: another colour of the same ground, or itself."""
    code = int(part.partition(";")[0])
    if code in range(30, 40) or code in range(90, 98):
        return "foreground"
    if code in range(40, 50) or code in range(100, 108):
        return "background"
    return part
