"""What to call a place that somebody has clicked, so that a script finds it again."""

from collections.abc import Callable, Iterator

from textual.geometry import Offset

from entity_connections.domain.text import clean
from entity_connections.walkthrough.making.phrases import Phrase, phrases
from entity_connections.walkthrough.screen_text import BETWEEN, Glass, NotThere
from entity_connections.walkthrough.script import LONGEST_TEXT

NEAR = 3
"""Lines that a widget has at most whose text names all of it: a button and its borders."""


def sight_of(glass: Glass, at: Offset, under: Callable[[Offset], object | None]) -> str | None:
    """Return the sight that a click there again would be made by; None where there is none.

    Args:
        glass: the screen that was clicked.
        at: the cell.
        under: returns what takes a click on a cell, or None.
    """
    taker = under(at)
    if taker is None or at.y >= len(glass.lines):
        return None

    def reach(cell: Offset) -> bool:
        return under(cell) is not None

    for phrase in _by_distance(glass, at, lambda cell: under(cell) is taker):
        for sight in _sights(glass, phrase):
            try:
                found = glass.spot(sight, reach).middle
            except NotThere:
                continue
            meant = found.y == phrase.y and phrase.start <= found.x < phrase.end
            if meant and under(found) is taker:
                return sight
    return None


def _by_distance(glass: Glass, at: Offset, same: Callable[[Offset], bool]) -> list[Phrase]:
    """Return the phrases that a click may have meant, the likeliest first.

    It is the one under it, else the next one to the left in the same widget: what is
    blank belongs to the cell of a table that begins there. A button has one text.
    """
    if hit := [one for one in phrases(glass, at.y) if one.start <= at.x < one.end]:
        return hit
    line = [one for one in phrases(glass, at.y) if same(Offset(one.start, one.y))]
    before = [one for one in reversed(line) if one.end <= at.x]
    after = [one for one in line if one.start > at.x]
    if line:
        return (before or after)[:1]
    near = [
        one
        for y in range(max(0, at.y - NEAR + 1), min(len(glass.lines), at.y + NEAR))
        for one in phrases(glass, y)
        if same(Offset(one.start, one.y))
    ]
    return near if len(near) == 1 else []


def _sights(glass: Glass, phrase: Phrase) -> Iterator[str]:
    """Return what to call a phrase, the shortest first: by itself, or by what is before it."""
    line = phrases(glass, phrase.y)
    before = [one.name for one in line if one.start < phrase.start]
    for many in range(len(before) + 1):
        for text in dict.fromkeys((phrase.name, phrase.text)):
            sight = BETWEEN.join((*before[:many], text))
            whole = sight.count(BETWEEN) == many and len(sight) <= LONGEST_TEXT
            if whole and clean(sight) == sight:
                yield sight
