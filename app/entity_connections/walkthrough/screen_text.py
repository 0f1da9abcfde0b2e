"""What an audience sees: the screen as picture, and as text in which things can be found."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.geometry import Offset

BETWEEN = " … "
"""In a sight, what stands between a text and another one further right on its line."""
CELL = 12.2
"""Units of a picture that a column is wide."""

_SIGNS = re.compile(r"^[\W_]+")
_EDGE = re.compile(r" ?[─-▟]")
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT = re.compile(r'<text class="[^"]*-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')


class NotThere(LookupError):
    """A sight that is not on the screen, or is there more than once."""


class Spot(NamedTuple):
    """A place on the screen where a text stands.

    Attributes:
        start: the cell of its first character.
        width: in cells.
    """

    start: Offset
    width: int

    @property
    def middle(self) -> Offset:
        """The cell in its middle, where one clicks."""
        return self.start + Offset(self.width // 2, 0)


class Glass(NamedTuple):
    """The text of a screen.

    Attributes:
        lines: from top to bottom; a character that is two cells wide stands once.
    """

    lines: tuple[str, ...]

    @classmethod
    def of(cls, app: App[Any]) -> "Glass":
        """Return the text of what an app shows now."""
        return cls(text_of(app.export_screenshot()))

    def spots(self, sight: str) -> list[Spot]:
        """Return every place where a sight stands, from the top left.

        Lines that begin with its first text, but for signs, go before all others.
        """
        *before, what = sight.split(BETWEEN)
        begun = [y for y, line in enumerate(self.lines) if before and _begins(line, before[0])]
        for among in (begun, range(len(self.lines))):
            spots = [
                Spot(Offset(cell_len(self.lines[y][:at]), y), cell_len(what))
                for y in among
                for at in _places(self.lines[y], before, what)
            ]
            if spots:
                return spots
        return []

    def has(self, sight: str) -> bool:
        """Whether a sight is on the screen."""
        return bool(self.spots(sight))

    def spot(self, sight: str, reach: Callable[[Offset], bool] = lambda _: True) -> Spot:
        """Return the one place of a sight; lines that it heads go before all others.

        Args:
            sight: what stands there.
            reach: whether a cell can be clicked; places that cannot do not count.

        Raises:
            NotThere: there is none, or more than one.
        """
        seen = self.spots(sight)
        spots = [one for one in seen if reach(one.middle)]
        if len(spots) > 1:
            spots = [one for one in spots if self._headed(one, sight)] or spots
        if len(spots) > 1:
            raise NotThere(
                f'"{sight}" is on the screen {len(spots)} times; say which one by what stands'
                f' before it on its line: "this{BETWEEN}{sight}".'
            )
        if not spots:
            where = "is behind a dialog" if seen else "is not on the screen"
            raise NotThere(f'"{sight}" {where}.')
        return spots[0]

    def _headed(self, spot: Spot, sight: str) -> bool:
        """Whether a sight is at the head of its line, or the text before it is."""
        head, *after = sight.split(BETWEEN)
        line = self.lines[spot.start.y]
        at = len(line) - len(_SIGNS.sub("", line))
        rest = line[at + len(head) :]
        alone = not rest or rest.startswith(("  ", BETWEEN)) or _EDGE.match(rest)
        first = bool(after) or spot.start.x == cell_len(line[:at])
        return line.startswith(head, at) and first and bool(alone)


def picture(app: App[Any]) -> str:
    """Return the screen as SVG that is the same at every run and loads nothing."""
    svg = app.export_screenshot(title=app.title)
    svg = _FONT.sub("", svg)
    svg = svg.replace("Fira Code, monospace", "monospace").replace("Fira Code", "monospace")
    # Its classes and ids have a number in front of them, made of the whole of it.
    number = re.search(r"terminal-\d+(?=-matrix)", svg)
    return svg.replace(f"{number[0]}-", "terminal-") if number else svg


def text_of(svg: str) -> tuple[str, ...]:
    """Return the lines of a picture, without what is blank at their ends."""
    lines: dict[float, list[tuple[int, str]]] = {}
    for x, y, text in _TEXT.findall(svg):
        cell = round(float(x) / CELL)
        lines.setdefault(float(y), []).append((cell, html.unescape(text).replace("\xa0", " ")))
    if not lines:
        return ()
    return tuple(_joined(sorted(lines[y])) for y in sorted(lines))


def _begins(line: str, text: str) -> bool:
    return line[len(line) - len(_SIGNS.sub("", line)) :].startswith(text)


def _places(line: str, before: list[str], what: str) -> Iterator[int]:
    at = 0
    for one in before:
        if (at := line.find(one, at)) < 0:
            return
        at += len(one)
    while (at := line.find(what, at)) >= 0:
        yield at
        at += len(what)


def _joined(parts: list[tuple[int, str]]) -> str:
    line = ""
    for cell, text in parts:
        line += " " * (cell - cell_len(line)) + text
    return line.rstrip()
