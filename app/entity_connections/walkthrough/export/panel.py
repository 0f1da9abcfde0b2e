"""The panel below a picture: caption, keys, and where in the walkthrough one is."""

from typing import NamedTuple, Self

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from entity_connections.walkthrough.caption_bar import Captions
from entity_connections.walkthrough.export import drawing
from entity_connections.walkthrough.take import Take

MARGIN = 28.0
GAP = 12.0
"""Between the screen and the panel."""
LETTER = 24.0
"""Size of the caption's font."""
LEADING = 33.0
_SMALL = 16.0
_HEAD = 38.0
_CAPS = 56.0
_LONGEST_CAP = 40


class Panel(NamedTuple):
    """The room for the captions of one take: the same below each of its pictures.

    Attributes:
        width: of the picture.
        lines: of the longest caption.
        caps: whether there is a row of key caps.
    """

    width: float
    lines: int
    caps: bool

    @classmethod
    def of(cls, take: Take, width: float) -> Self:
        """Return the room that every caption of a take fits in."""
        texts = (take.script.teaches, *(one.caption for one in take.script.steps))
        lines = max(len(_wrapped(text, width)) for text in texts)
        return cls(width, lines, any(frame.caps for frame in take.frames))

    @property
    def height(self) -> float:
        """How high it is, from the screen's lower edge on."""
        return GAP + _HEAD + self.lines * LEADING + _CAPS * self.caps + 24

    def drawn(self, said: Captions, top: float) -> str:
        """Return the panel as SVG, with `top` the lower edge of the screen."""
        y = top + GAP
        ground = (
            f'<rect x="1" y="{drawing.number(y)}" width="{drawing.number(self.width - 2)}"'
            f' height="{drawing.number(self.height - GAP - 1)}" rx="8" fill="{drawing.GROUND}"/>'
        )
        parts = [
            ground,
            drawing.text(said.title, MARGIN, y + 28, _SMALL, drawing.DIM),
        ]
        if said.place:
            x = self.width - MARGIN - cell_len(said.place) * _SMALL * drawing.ADVANCE
            parts.append(drawing.text(said.place, x, y + 28, _SMALL, drawing.ACCENT))
        y += _HEAD
        for line in _wrapped(said.text, self.width):
            y += LEADING
            parts.append(drawing.text(line, MARGIN, y - 6, LETTER))
        y = top + GAP + _HEAD + self.lines * LEADING + 12
        return "".join([*parts, *self._caps(said.caps, y)])

    def _caps(self, caps: tuple[str, ...], y: float) -> list[str]:
        """Return the caps, the newest at least: what does not fit falls off at the left."""
        room = self.width - 2 * MARGIN
        shown: list[tuple[str, float]] = []
        for one in reversed([_short(cap) for cap in caps]):
            width = drawing.cap_width(one, LETTER * 0.85) + 8
            if width > room:
                break
            room -= width
            shown.insert(0, (one, width))
        x, drawn = MARGIN, []
        for one, width in shown:
            drawn.append(drawing.cap(one, x, y, LETTER * 0.85))
            x += width
        return drawn


def captions(take: Take, number: int, caps: tuple[str, ...] = ()) -> Captions:
    """Return what is said of a step; 0 is what comes before the first.

    Args:
        take: what was performed.
        number: of the step.
        caps: of the keys pressed so far, in order.
    """
    steps = take.script.steps
    if not number:
        return Captions(take.script.title, "", take.script.teaches, caps)
    return Captions(take.script.title, f"{number}/{len(steps)}", steps[number - 1].caption, caps)


def _wrapped(text: str, width: float) -> list[str]:
    cells = int((width - 2 * MARGIN) / (LETTER * drawing.ADVANCE))
    return [line.plain.rstrip() for line in Content(text).wrap(cells)]


def _short(cap: str) -> str:
    if cell_len(cap) <= _LONGEST_CAP:
        return cap
    return set_cell_size(cap, _LONGEST_CAP - 1).rstrip() + "…"
