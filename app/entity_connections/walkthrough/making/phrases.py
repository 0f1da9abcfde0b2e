"""The texts of a screen: what stands on its own between blanks and borders."""

import re
from typing import NamedTuple

from rich.cells import cell_len

from entity_connections.domain.text import clean
from entity_connections.walkthrough.screen_text import BETWEEN, Glass

LONGEST = 48
"""Characters of a sight: what is longer would break over a line on another terminal."""
SAYS = 12
"""Characters of what is left of a text, from which it still says something."""
CURSOR = "> "
"""What a line begins with that has the cursor."""

_LOOSE = " ·,;("
_BORDER = "─-▟"
_WORD = rf"(?!… )[^\s{_BORDER}]+"
_PHRASE = re.compile(rf"{_WORD}(?:(?<!…) {_WORD})*")  # what is cut off ends at its ellipsis
_MARK = re.compile(r"^[>-] (?=\S)")
_SIGNS = re.compile(r"^[^\w\s]+ ?")
_COUNT = re.compile(r"(?<=\)) \d[\d,]*( waiting)?$")
# Times and durations, ages, ids: never the same again.
_FLEETING = re.compile(
    r"\S*:\d|\b\d\d-\d\d\b|\b\d+(\.\d+)? ?(ms|s|min|h|d|seconds?|minutes?|hours?|days?)\b"
    r"|\bjust now\b|\bago\b|\b(?=[a-f]*\d)[0-9a-f]{8}"
)


class Phrase(NamedTuple):
    """A text on its own.

    Attributes:
        text: it, without the mark of a cursor.
        start: the cell of its first character.
        y: its line.
    """

    text: str
    start: int
    y: int

    @property
    def end(self) -> int:
        """The cell after its last one."""
        return self.start + cell_len(self.text)

    @property
    def signed(self) -> str:
        """The text without the count behind a tab's."""
        return _COUNT.sub("", self.text)

    @property
    def name(self) -> str:
        """The same without the signs before it, and without the sign that it is cut off."""
        return _SIGNS.sub("", self.signed).rstrip("…") or self.signed


def phrases(glass: Glass, y: int) -> list[Phrase]:
    """Return the texts of a line, from left to right."""
    line = glass.lines[y]
    found = []
    for match in _PHRASE.finditer(line):
        text = _MARK.sub("", match[0])
        start = cell_len(line[: match.end() - len(text)])
        found.append(Phrase(text, start, y))
    return found


def steady(text: str) -> str:
    """Return as much of a text as will be the same at another time; "" where that says nothing."""
    if found := _FLEETING.search(text):
        text = text[: found.start()].rstrip(_LOOSE)
        text = text if len(text) >= SAYS else ""
    if len(text) > LONGEST:
        text = (text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]).rstrip(_LOOSE)
    says = any(char.isalpha() for char in text) and BETWEEN not in text
    return text if says and clean(text) == text else ""
