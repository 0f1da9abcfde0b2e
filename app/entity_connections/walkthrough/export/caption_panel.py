"""The panel below a picture: title, position, caption and key caps."""

from typing import NamedTuple, Self

from rich.cells import cell_len, set_cell_size

from entity_connections.walkthrough.caption_bar import Captions, wrap_text
from entity_connections.walkthrough.export import svg
from entity_connections.walkthrough.recording import Recording

MARGIN = 28.0
_GAP = 12.0
"""Between the screen and the panel."""
_FONT_SIZE = 24.0
_LINE_HEIGHT = 33.0
_TITLE_FONT_SIZE = 16.0
_TITLE_HEIGHT = 38.0
_KEY_FONT_SIZE = 20.4
_KEYS_HEIGHT = 56.0
_KEY_GAP = 8.0
_MAX_KEY_LABEL = 40


class CaptionPanel(NamedTuple):
    """The size of the panels of a recording: the same below each of its pictures.

    Attributes:
        width: of the picture.
        lines: of the longest caption.
        has_keys: whether there is a row of key caps.
    """

    width: float
    lines: int
    has_keys: bool

    @classmethod
    def for_recording(cls, recording: Recording, width: float) -> Self:
        """Return the panel in which every caption of a recording fits."""
        script = recording.script
        texts = (script.teaches, *(step.caption for step in script.steps))
        lines = max(len(_wrap(text, width)) for text in texts)
        return cls(width, lines, any(frame.keys for frame in recording.frames))

    @property
    def height(self) -> float:
        """The height, with the gap above."""
        text_height = _TITLE_HEIGHT + self.lines * _LINE_HEIGHT
        return _GAP + text_height + _KEYS_HEIGHT * self.has_keys + 24

    def draw(self, captions: Captions, top: float) -> str:
        """Return the panel as SVG; `top` is the lower edge of the screen."""
        y = top + _GAP
        position_width = cell_len(captions.position) * _TITLE_FONT_SIZE * svg.CELL_RATIO
        position_x = self.width - MARGIN - position_width
        background = (
            f'<rect x="1" y="{y:g}" width="{self.width - 2:g}"'
            f' height="{self.height - _GAP - 1:g}" rx="8" fill="{svg.BACKGROUND}"/>'
        )
        parts = [
            background,
            svg.draw_text(captions.title, MARGIN, y + 28, _TITLE_FONT_SIZE, svg.DIMMED),
            svg.draw_text(captions.position, position_x, y + 28, _TITLE_FONT_SIZE, svg.ACCENT),
        ]
        y += _TITLE_HEIGHT
        for number, line in enumerate(_wrap(captions.text, self.width), 1):
            parts.append(svg.draw_text(line, MARGIN, y + number * _LINE_HEIGHT - 6, _FONT_SIZE))
        return "".join(
            [*parts, *self._draw_keys(captions.keys, y + self.lines * _LINE_HEIGHT + 12)]
        )

    def _draw_keys(self, keys: tuple[str, ...], y: float) -> list[str]:
        """Return the caps of the last keys: as many as fit."""
        room = self.width - 2 * MARGIN
        labels: list[str] = []
        for label in map(_shorten, reversed(keys)):
            room -= svg.key_width(label, _KEY_FONT_SIZE) + _KEY_GAP
            if room < 0:
                break
            labels.insert(0, label)
        x, caps = MARGIN, []
        for label in labels:
            caps.append(svg.draw_key(label, x, y, _KEY_FONT_SIZE))
            x += svg.key_width(label, _KEY_FONT_SIZE) + _KEY_GAP
        return caps


def _wrap(text: str, width: float) -> list[str]:
    return wrap_text(text, int((width - 2 * MARGIN) / (_FONT_SIZE * svg.CELL_RATIO)))


def _shorten(label: str) -> str:
    if cell_len(label) <= _MAX_KEY_LABEL:
        return label
    return set_cell_size(label, _MAX_KEY_LABEL - 1).rstrip() + "…"
