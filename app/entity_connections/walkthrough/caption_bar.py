"""The strip of captions: rows of the terminal's own, below the screen and never over it."""

import os
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.geometry import Offset
from textual.strip import Strip

from entity_connections.walkthrough.script import Walkthrough

MOST_LINES = 4
"""Lines of a caption that are shown."""
_MARGIN = 2


class Captions(NamedTuple):
    """What the strip says now.

    Attributes:
        title: of the walkthrough.
        place: where in it one is: "3/9".
        text: the caption.
        caps: of the keys pressed in this step, in order.
        hints: what the presenter may press, from long to short; the longest that fits is shown.
        urgent: whether the text is a remark to the presenter and no caption.
    """

    title: str
    place: str
    text: str
    caps: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    urgent: bool = False


def rows(script: Walkthrough, width: int) -> int:
    """Return the rows of the strip: enough for the longest caption of a script."""
    texts = (script.teaches, *(one.caption for one in script.steps))
    return 1 + min(MOST_LINES, max(len(_wrapped(text, width)) for text in texts))


def strips(captions: Captions, width: int, height: int, colours: Mapping[str, str]) -> list[Strip]:
    """Return the strip, line by line.

    Args:
        captions: what it says.
        width: of the terminal, in cells.
        height: of the strip, as `rows` said.
        colours: the variables of the theme.
    """
    plain = _style(colours, "foreground", "panel")
    text = plain + Style(bold=True) + (_style(colours, "accent") if captions.urgent else Style())
    lines = _wrapped(captions.text, width)
    if len(lines) > height - 1:
        lines = [*lines[: height - 2], f"{lines[height - 2][: width - 2 * _MARGIN - 1]}…"]
    lines += [""] * (height - 1 - len(lines))
    return [
        _head(captions, width, colours),
        *(_line([Segment(" " * _MARGIN + line, text)], width, plain) for line in lines),
    ]


def pointer(colours: Mapping[str, str], sign: str) -> Strip:
    """Return the sign that points at what is clicked, from beside it."""
    return Strip([Segment(sign, _bright(colours))])


def ansi(lines: Iterable[Strip], at: Offset, console: Console) -> str:
    """Return what a terminal is sent to show lines from a cell on, downwards."""
    painted = "".join(
        f"\x1b[{y};{at.x + 1}H{line.render(console)}" for y, line in enumerate(lines, at.y + 1)
    )
    return f"\x1b7{painted}\x1b8"


def _head(captions: Captions, width: int, colours: Mapping[str, str]) -> Strip:
    """Return the line above the caption: as much of its title, hints and keys as fits."""
    rule = _style(colours, "primary", "background")
    caps = [Segment(f" {one} ", _bright(colours)) for one in captions.caps]
    places = (f"{captions.place} {captions.title}", captions.place)
    for place, hint in (*product(places, captions.hints or ("",)), (captions.place, "")):
        left = [Segment("── ", rule), Segment(f"{place} ", rule + Style(bold=True))]
        right = [Segment(f" {hint} ──", rule)] if hint else []
        room = width - _width(left + right) - 2
        if _width(caps) + len(caps) <= room:
            break
    while caps and _width(caps) + len(caps) > room:
        del caps[0]
    keys = [part for one in caps for part in (one, Segment(" ", rule))]
    line = Segment("─" * (room + 1 - _width(keys)) + " ", rule)
    return _line([*left, line, *keys, *right], width, rule)


def _line(segments: list[Segment], width: int, style: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width, style)


def _width(segments: Iterable[Segment]) -> int:
    return sum(one.cell_length for one in segments)


def _wrapped(text: str, width: int) -> list[str]:
    return [line.plain.rstrip() for line in Content(text).wrap(max(1, width - 2 * _MARGIN))]


def _bright(colours: Mapping[str, str]) -> Style:
    return _style(colours, "background", "accent") + Style(bold=True, reverse=_colourless())


def _style(colours: Mapping[str, str], front: str, back: str | None = None) -> Style:
    if _colourless():
        return Style()
    ground = Color.parse(colours[back]).rich_color if back else None
    return Style(color=Color.parse(colours[front]).rich_color, bgcolor=ground)


def _colourless() -> bool:
    return "NO_COLOR" in os.environ
