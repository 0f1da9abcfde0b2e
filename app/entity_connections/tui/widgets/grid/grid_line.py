"""What a `Grid` shows, and how one line of it is set into terminal cells.

Nothing here knows a widget. Every text is literal, and every width is counted in terminal
cells, never in characters: "東京" is four cells wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

GUTTER = 1
"""Cells in front of the columns, where the cursor's mark stands; a blank leads each column."""

_JOINER = "\u200d"


class Cell(NamedTuple):
    """A literal text and the tone it is said in; a tone the grid does not know is plain."""

    text: str
    tone: str = ""


class Column(NamedTuple):
    """A column of a grid.

    Attributes:
        key: Its name in messages and in `Grid.sorting`.
        title: Its heading.
        min_width: The cells it gets before any column gets more.
        weight: Its share of the cells left over; 0 never grows.
        hide_below: The width of the grid, in cells, under which the column folds away.
        sortable: Whether a click on the heading is worth a message.
    """

    key: str
    title: str
    min_width: int
    weight: int = 0
    hide_below: int = 0
    sortable: bool = True


class Item(NamedTuple):
    """A row: the key of its record, one cell for each column, and whether it is greyed.

    Items are values: a row built anew with the same content is not drawn anew.
    """

    key: str
    cells: tuple[Cell, ...]
    dim: bool = False


class Slot(NamedTuple):
    """Where a column stands in a line: its number, first cell and width in cells."""

    column: Column
    number: int
    start: int
    width: int


def lay_out(columns: Sequence[Column], width: int) -> tuple[Slot, ...]:
    """Share a line of `width` cells among the columns, one cell apart.

    Where not even the minimal widths fit, the columns at the right are cropped, then left out.
    """
    shown = [(n, column) for n, column in enumerate(columns) if column.hide_below <= width]
    weight = sum(column.weight for _, column in shown)
    free = max(0, width - GUTTER - sum(1 + column.min_width for _, column in shown))
    slots, start = [], GUTTER + 1
    for number, column in shown:
        extra = free * column.weight // weight if weight else 0
        # Shares are taken from what is left, so that rounding never loses a cell.
        free, weight = free - extra, weight - column.weight
        cells = min(column.min_width + extra, width - start)
        if cells > 0:
            slots.append(Slot(column, number, start, cells))
        start += cells + 1
    return tuple(slots)


def fit(text: str, width: int) -> str:
    """Pad `text` with blanks, or crop it with an ellipsis, to exactly `width` cells."""
    if not text.isascii():
        # A joiner left at the end would swallow the blank that follows it.
        text = text.rstrip(_JOINER)
    cells = cell_len(text)
    if cells <= width:
        return text + " " * (width - cells)
    return set_cell_size(text, width - 1) + "…"


def merge(parts: Iterable[tuple[str, Style]]) -> list[Segment]:
    """Join neighbours of one style: each segment costs the terminal some 40 bytes of its own."""
    segments: list[Segment] = []
    texts: list[str] = []
    style: Style | None = None
    for text, part_style in parts:
        if part_style != style and texts:
            segments.append(Segment("".join(texts), style))
            texts = []
        texts.append(text)
        style = part_style
    segments.append(Segment("".join(texts), style))
    return segments
