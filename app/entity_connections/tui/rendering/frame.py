"""The frame of the main screen: the widths of its panes, and its horizontal lines."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content

THREE_PANES, MIN_THREE_PANES = 130, 110
"""Columns of a terminal from which the tree, the rows and the detail stand side by side: by
themselves, and if that was chosen."""


TREE_BESIDE_NAMES, ROWS_BESIDE_NAMES = 14, 45
"""Cells of the tree, and of the rows, besides the names of entities."""
MIN_DETAIL, FULL_DETAIL = 33, 43
"""Cells of the detail that it keeps, if it has them, and in which an id fits; what it has more, it
leaves to longer names."""


ACTIVE = "$primary"
"""The colour of the frame around the pane with the focus, where there are several."""


class Panes(NamedTuple):
    """The widths of the panes, in cells, without the lines between them; 0 for one not shown."""

    tree: int
    rows: int
    detail: int

    @property
    def shown(self) -> list[int]:
        """The widths of those that are shown."""
        return [width for width in self if width]


def divide_width(width: int, three_panes: bool | None = None, names: int = 0) -> Panes:
    """Return the panes of a terminal.

    Args:
        width: its columns.
        three_panes: whether three panes were chosen; None leaves it to the width.
        names: the cells of the longest name; the tree gets room for them up to a quarter of the
            width, then the rows, then the tree up to a third.
    """
    needed = THREE_PANES if three_panes is None else MIN_THREE_PANES
    if width < needed or three_panes is False:
        return Panes(0, max(0, width - 2), 0)
    tree = min(40, max(30, width * 20 // 100))
    detail = min(56, max(30, width * 27 // 100))
    room = width - 4 - names - ROWS_BESIDE_NAMES
    share = max(width // 4, min(width // 3, room - FULL_DETAIL))
    tree = max(tree, min(names + TREE_BESIDE_NAMES, share))
    detail = min(detail, max(MIN_DETAIL, room - tree))
    return Panes(tree, width - 4 - tree - detail, detail)


def draw_line(
    ends: str,
    panes: Panes,
    left: Sequence[Content],
    right: Content,
    active: int | None = None,
) -> Content:
    """Return a horizontal line of the frame.

    Args:
        ends: its left end, what joins it to a line between two panes, and its right end.
        panes: the panes.
        left: what stands at the left of each pane; the last one may be longer than its pane.
        right: what stands at the right end, if there is anything, and room for it.
        active: the number of the pane with the focus, counted from 0; its line stands out.
    """
    shown = panes.shown
    bare = Content(ends[0] + ends[1].join("─" * width for width in shown) + ends[2])
    if active is not None:
        start = sum(shown[:active]) + active
        bare = bare.stylize(ACTIVE, start, start + shown[active] + 2)
    parts, at = [], 0
    pane_start = 2
    for text, width in zip(left, shown, strict=False):
        room = len(bare) - 2 - pane_start if text is left[-1] else width - 2
        text = text.truncate(max(0, room), ellipsis=True)
        parts += [bare[at:pane_start], text]
        at = pane_start + text.cell_length
        pane_start += width + 1
    right_start = len(bare) - 2 - right.cell_length
    if right.plain and right_start > at:
        parts += [bare[at:right_start], right]
        at = len(bare) - 2
    return Content("").join([*parts, bare[at:]])
