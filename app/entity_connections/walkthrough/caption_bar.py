"""The caption bar: rows of the terminal below the app, for caption, keys and a hint."""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.geometry import Offset, Size
from textual.strip import Strip

from entity_connections.walkthrough.script_models import MIN_SIZE, Walkthrough

MIN_COLUMNS = 80
_MARGIN = 2


class Captions(NamedTuple):
    """The content of the caption bar.

    `position` is "3/9"; `keys` are the labels of the keys pressed in this step; `hint` says what
    the presenter may press. A warning is a message to the presenter instead of a caption.
    """

    title: str
    position: str
    text: str
    keys: tuple[str, ...] = ()
    hint: str = ""
    is_warning: bool = False

    @classmethod
    def of_step(cls, script: Walkthrough, number: int, hint: str = "") -> "Captions":
        """Return the captions of a step, from 1; 0 is the introduction before the first."""
        text = script.steps[number - 1].caption if number else script.teaches
        return cls(script.title, f"{number}/{len(script.steps)}", text, hint=hint)


def bar_height(script: Walkthrough, width: int) -> int:
    """Return the rows that the longest caption of a script needs in a terminal of a width."""
    texts = (script.teaches, *(step.caption for step in script.steps))
    return 1 + max(len(wrap_text(text, width)) for text in texts)


def terminal_size(script: Walkthrough) -> Size:
    """Return the size of the terminal in recordings, captions included."""
    width, height = script.size
    return Size(width, height + bar_height(script, width))


def min_terminal_size(script: Walkthrough, width: int = 0) -> Size:
    """Return what the smallest screen and the captions need in a terminal of a width.

    On less than `MIN_COLUMNS` words are shorter than in a script that was written for more.
    """
    width = max(width, min(script.size[0], MIN_COLUMNS))
    return Size(width, MIN_SIZE[1] + bar_height(script, width))


def wrap_text(text: str, width: int) -> list[str]:
    """Return the lines of a caption in a terminal of a width."""
    lines = Content(text).wrap(max(1, width - 2 * _MARGIN))
    return [line.plain.rstrip() for line in lines]


def render(captions: Captions, width: int, height: int, theme: Mapping[str, str]) -> list[Strip]:
    """Return the rows of the caption bar; the theme is `App.theme_variables`."""
    plain = _style(theme, "foreground", "panel")
    accent = _style(theme, "accent") if captions.is_warning else Style()
    lines = [*wrap_text(captions.text, width), *[""] * height][: height - 1]
    bold = plain + accent + Style(bold=True)
    rows = [Strip([Segment(" " * _MARGIN + line, bold)]) for line in lines]
    padded = [row.adjust_cell_length(width, plain) for row in rows]
    return [_render_head(captions, width, theme), *padded]


def render_pointer(theme: Mapping[str, str]) -> Strip:
    """Return the sign that stands to the right of a text and points at it."""
    return Strip([Segment("◀", _highlight(theme))])


def to_ansi(rows: Iterable[Strip], offset: Offset, console: Console) -> str:
    """Return the output that draws rows from a cell on, and leaves the cursor where it was."""
    drawn = "".join(
        f"\x1b[{y};{offset.x + 1}H{row.render(console)}" for y, row in enumerate(rows, offset.y + 1)
    )
    return f"\x1b7{drawn}\x1b8"


def _render_head(captions: Captions, width: int, theme: Mapping[str, str]) -> Strip:
    """Return the first row.

    A narrow one leaves out the title, then the middle of the hint, then its start, then first keys.
    """
    rule = _style(theme, "primary", "background")
    caps = [Segment(f" {key} ", _highlight(theme)) for key in captions.keys]
    parts = captions.hint.split(" · ")
    ends = dict.fromkeys([parts[0], parts[-1]])  # the same where there is only one
    for heading, hint in (
        (f"{captions.position} {captions.title}", captions.hint),
        (captions.position, captions.hint),
        (captions.position, " · ".join(ends)),
        (captions.position, parts[-1]),
    ):
        left = [Segment("── ", rule), Segment(f"{heading} ", rule + Style(bold=True))]
        right = [Segment(f" {hint} ──", rule)] if hint else []
        room = width - _cell_length(left + right) - 2
        if _cell_length(caps) + len(caps) <= room:
            break
    while caps and _cell_length(caps) + len(caps) > room:
        del caps[0]
    keys = [segment for cap in caps for segment in (cap, Segment(" ", rule))]
    line = Segment("─" * (room + 1 - _cell_length(keys)) + " ", rule)
    return Strip([*left, line, *keys, *right]).adjust_cell_length(width, rule)


def _cell_length(segments: Iterable[Segment]) -> int:
    return sum(segment.cell_length for segment in segments)


def _highlight(theme: Mapping[str, str]) -> Style:
    style = _style(theme, "background", "accent")
    return style + Style(bold=True, reverse="NO_COLOR" in os.environ)


def _style(theme: Mapping[str, str], foreground: str, background: str | None = None) -> Style:
    if "NO_COLOR" in os.environ:
        return Style()
    ground = Color.parse(theme[background]).rich_color if background else None
    return Style(color=Color.parse(theme[foreground]).rich_color, bgcolor=ground)
