"""The values a `Grid` shows, and how a row is laid out in terminal cells.

All texts are literal. All widths are counted in terminal cells, not in characters:
"東京" is four cells wide.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from entity_connections.domain.entities import MIN_TITLE_WIDTH, Entity

GUTTER = 2
"""Cells left of the columns: the cursor, and the sign of the row. A blank precedes each column."""

LEVEL_WIDTH = 3
"""Cells of a level of a tree."""
NARROW, NARROWEST = 36, 24
"""Widths of a column below which a level has 2 cells, and 1 cell: all rows are drawn alike."""

MIN_PAIR_WIDTH = 35
"""Cells in which the titles of two entities can be told from all others."""

_ZERO_WIDTH_JOINER = "\u200d"


class Cell(NamedTuple):
    """A cell of a row.

    Attributes:
        text: a literal text.
        tone: the name of its tone; an unknown tone is shown as plain text.
        entities: the entity whose title ends the text, or the source and target that the text
            names; where there is no room, a title is cut so that it still differs from others.
        before: the lines of a tree before it, `LEVEL_WIDTH` characters for each level; muted,
            and cut first if there is no room.
        after: a muted text after it, in what room is left.
        short: a shorter text for where there is no room.
        keeps_after: whether the text is cut, if need be, so that there is room for `after`.
    """

    text: str
    tone: str = ""
    entities: tuple[Entity, ...] = ()
    before: str = ""
    after: str = ""
    short: str = ""
    keeps_after: bool = False


class Column(NamedTuple):
    """A column of a grid.

    Attributes:
        key: its name in messages, in `Item.cells` and in `Grid.sorting`.
        title: its heading.
        min_width: cells it gets before any column gets more.
        preferred_width: cells it gets, after the columns left of it, before any grows by weight.
        weight: its share of the remaining cells; 0 never grows.
        max_width: cells beyond which it does not grow; the others share the rest; 0: no limit.
        hide_below: grid width, in cells, under which the column is hidden.
        sortable: whether a click on the heading posts `Grid.HeaderSelected`.
    """

    key: str
    title: str
    min_width: int
    preferred_width: int = 0
    weight: int = 0
    max_width: int = 0
    hide_below: int = 0
    sortable: bool = False


class Item(NamedTuple):
    """A row.

    Attributes:
        key: the key of its record.
        cells: a cell for each column key.
        dim: whether it is greyed.
        sign: a sign of one cell at its left, or "".
    """

    key: str
    cells: Mapping[str, Cell]
    dim: bool = False
    sign: str = ""


class Slot(NamedTuple):
    """The place of a column in a line: its first cell and its width in cells."""

    column: Column
    start: int
    width: int


def lay_out_columns(columns: Sequence[Column], width: int) -> tuple[Slot, ...]:
    """Share a line of `width` cells among the columns, one cell apart.

    If not even the minimal widths fit, the columns at the right are cropped, then left out.
    """
    shown = [column for column in columns if column.hide_below <= width]
    free = max(0, width - GUTTER - sum(1 + column.min_width for column in shown))
    widths = []
    for column in shown:
        extra = min(free, max(0, column.preferred_width - column.min_width))
        free -= extra
        widths.append(column.min_width + extra)
    weight = sum(column.weight for column in shown)
    rooms = [
        max(0, column.max_width - cells) if column.max_width else math.inf
        for column, cells in zip(shown, widths, strict=True)
    ]
    growing = [at for at, column in enumerate(shown) if column.weight]
    # First those that reach their limit first: the others share what they leave.
    for at in sorted(growing, key=lambda at: rooms[at] / shown[at].weight):
        extra = int(min(free * shown[at].weight // weight, rooms[at]))
        # Each share is taken from what is left, so that rounding loses no cell.
        free, weight = free - extra, weight - shown[at].weight
        widths[at] += extra
    slots, start = [], GUTTER + 1
    for column, wanted in zip(shown, widths, strict=True):
        cells = min(wanted, width - start)
        if cells > 0:
            slots.append(Slot(column, start, cells))
        start += cells + 1
    return tuple(slots)


def fit_text(text: str, width: int) -> str:
    """Pad `text` with blanks, or crop it with an ellipsis, to exactly `width` cells."""
    if not text.isascii():
        # A trailing joiner would swallow the blank that follows it.
        text = text.rstrip(_ZERO_WIDTH_JOINER)
    text = cut_text(text, width)
    return text + " " * (width - cell_len(text))


def fit_cell(cell: Cell, width: int) -> tuple[str, str, str]:
    """Return the three texts of a cell, padded or cropped to exactly `width` cells together."""
    before = cell.before
    if before:
        if width < NARROWEST:
            before = f"{before[::LEVEL_WIDTH]} "
        elif width < NARROW:
            before = "".join(f"{line} " for line in before[::LEVEL_WIDTH])
        room = width - min(cell_len(cell.text), max(MIN_TITLE_WIDTH, width - len(before)))
        before = before[-room:] if room > 0 else ""
    room = width - cell_len(before)
    text = cell.text
    if cell.short and cell_len(text) > room:
        text = cell.short
    needed = cell_len(cell.after) if cell.keeps_after else 0
    start = text.removesuffix(cell.entities[0].title) if len(cell.entities) == 1 else ""
    text_room = min(room, max(cell_len(start) + MIN_TITLE_WIDTH, room - needed))
    if cell.entities and cell_len(text) > text_room:
        if len(cell.entities) == 2:
            text = cut_pair(*cell.entities, text_room)
        else:
            title_room = text_room - cell_len(start)
            # The place in the tree tells it from others, unless its parent is named instead.
            in_tree = bool(cell.before) and not cell.after
            text = start + cell.entities[0].cut_title(title_room, cut_text, in_tree=in_tree)
    left = room - cell_len(text)
    if cell.after and left > (1 if cell.keeps_after else len(cell.after) // 2):
        return before, text, fit_text(cell.after, left)
    return before, fit_text(text, room), ""


def cut_text(text: str, width: int) -> str:
    """Crop `text` with an ellipsis to at most `width` cells."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def cut_pair(source: Entity, target: Entity, width: int) -> str:
    """Return the titles of source and target in `width` cells, each cut no more than needed."""
    arrow = " → "
    room = width - cell_len(arrow)
    source_room = max(room // 2, room - cell_len(target.title))
    target_room = max(room - room // 2, room - cell_len(source.title))
    titles = source.cut_title(source_room, cut_text), target.cut_title(target_room, cut_text)
    return arrow.join(titles)
