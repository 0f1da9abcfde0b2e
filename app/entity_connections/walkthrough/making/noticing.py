"""What is worth seeing in a change of the screen: the sights that prove it."""

from collections.abc import Iterator

from rich.cells import cell_len

from entity_connections.walkthrough.making.phrases import CURSOR, Phrase, phrases, steady
from entity_connections.walkthrough.screen_text import BETWEEN, Glass

FEW = 2
"""Changed rows up to which a row is the news, and not the whole list."""
CORNER = "╭"
"""Where a dialog begins."""
ROW = 3
"""Texts on a line from which it is a row of a table."""


def opening(glass: Glass) -> list[str]:
    """Return what shows that a screen is there, and filled; nothing while it is not."""
    if not (row := _cursor_row(glass)):
        return []
    title = next(_new(Glass(()), glass), "")
    status = next((one.text for one in row[1:] if one.name != one.text), "")
    filled = BETWEEN.join((row[0].name, status)) if status else ""
    return [one for one in (title, filled) if one and glass.has(one)]


def opened(before: Glass, after: Glass) -> list[str]:
    """Return what tells of a dialog that was opened: its title."""
    corners = (
        (y, cell_len(line[: line.index(CORNER)]))
        for y, line in enumerate(after.lines)
        if CORNER in line
    )
    return list(_new(before, after, *next(corners, (0, 0))))[:1]


def news(before: Glass, after: Glass) -> list[str]:
    """Return the most telling of what is there that was not, as sights."""
    row, cursor = _row_news(before, after), _cursor_row(after)
    if row is not None:
        first, moved = BETWEEN.join((row[0].name, row[1].text)), row[0] not in cursor
    else:
        first, moved = next(_new(before, after), ""), True
    name, was = _first(cursor), _first(_cursor_row(before))
    second = f"{CURSOR}{name}" if moved and name and name != was else ""
    return [one for one in (first, second) if one and after.has(one)]


def _row_news(before: Glass, after: Glass) -> tuple[Phrase, Phrase] | None:
    """Return the row and what is new in it, if a list is the same but for a row or two."""
    old, rows = _rows(before), _rows(after)
    if old.keys() != rows.keys():
        return None
    changed = []
    for head, row in rows.items():
        known = {one.text for one in old[head]}
        new = [one for one in row[1:] if one.text not in known and steady(one.text) == one.text]
        if new and steady(head) == head:
            changed.append((row[0], new[0]))
    if not 0 < len(changed) <= FEW:
        return None
    cursor = _cursor_row(after)
    return next((one for one in changed if one[0] in cursor), changed[0])


def _rows(glass: Glass) -> dict[str, list[Phrase]]:
    """Return the lines that say several things of one, by that one."""
    lines = (phrases(glass, y) for y in range(len(glass.lines)))
    return {line[0].name: line for line in lines if len(line) >= ROW}


def _new(before: Glass, after: Glass, top: int = 0, left: int = 0) -> Iterator[str]:
    """Return what was not there before, from the top; as short as it is still new."""
    for y in range(top, len(after.lines)):
        for one in phrases(after, y):
            if one.start < left:
                continue
            for text in dict.fromkeys(map(steady, (one.name, one.signed, one.text))):
                if text and not before.has(text):
                    yield text
                    break


def _cursor_row(glass: Glass) -> list[Phrase]:
    for y, line in enumerate(glass.lines):
        if line.startswith(CURSOR):
            return phrases(glass, y)
    return []


def _first(row: list[Phrase]) -> str:
    return steady(row[0].text) if row else ""
