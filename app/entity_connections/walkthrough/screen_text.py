"""The text on the screen, and the places where a text stands on it.

A locator names a text on the screen: "A … B" is the text B on a line with A before it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import pyte
from rich.cells import cell_len
from textual.geometry import Offset, Region, Size

SEPARATOR = " … "
"""Stands between the texts of a locator."""
_LEADING_SIGNS = re.compile(r"^[\W_]+")
_PHRASE = re.compile(r"[^\s─-▟]+(?: [^\s─-▟]+)*")
"""Words with single spaces between them: what stands in one column of a list."""


class TextNotFound(LookupError):
    """No text on the screen matches a locator, or more than one does."""


def click_cell(region: Region) -> Offset:
    """Return the cell in the middle of a text."""
    return region.offset + Offset(region.width // 2, 0)


class ScreenText(NamedTuple):
    """The lines of a screen; a character that is two cells wide is one character."""

    lines: tuple[str, ...]

    def find_all(self, locator: str) -> list[Region]:
        """Return all regions that match a locator, in the order of reading."""
        *before, text = map(re.escape, locator.split(SEPARATOR))
        until = re.compile("".join(f".*?{word}" for word in before))
        return [
            Region(cell_len(line[: match.start()]), y, cell_len(match[0]), 1)
            for y, line in enumerate(self.lines)
            if (start := until.match(line))
            for match in re.compile(text).finditer(line, start.end())
        ]

    def find(self, locator: str, is_clickable: Callable[[Offset], bool] = lambda _: True) -> Region:
        """Return the one region that matches a locator; raise TextNotFound if there is not one.

        Of several, the one goes first whose line begins with the locator. A text is ignored
        whose cell is not `is_clickable`.
        """
        matches = self.find_all(locator)
        regions = [region for region in matches if is_clickable(click_cell(region))]
        if len(regions) > 1:
            regions = [region for region in regions if self._is_first(region, locator)] or regions
        if len(regions) > 1:
            raise TextNotFound(
                f'"{locator}" is on the screen {len(regions)} times; say which one by what stands'
                f' before it on its line: "this{SEPARATOR}{locator}".'
            )
        if not regions:
            where = "is behind a dialog" if matches else "is not on the screen"
            raise TextNotFound(f'"{locator}" {where}.')
        return regions[0]

    def locator_at(self, cell: Offset) -> str | None:
        """Return a locator of the text at a cell; None: there is none, or none is unique."""
        line = self.lines[cell.y] if cell.y < len(self.lines) else ""
        heading = ""
        for match in _PHRASE.finditer(line):
            text = _LEADING_SIGNS.sub("", match[0])
            start = cell_len(line[: match.start()])
            if text and start <= cell.x < start + cell_len(match[0]):
                locators = (text, f"{heading}{SEPARATOR}{text}")
                return next((name for name in locators if self._is_unique(name, cell.y)), None)
            heading = heading or text
        return None

    def _is_unique(self, locator: str, y: int) -> bool:
        try:
            return self.find(locator).y == y
        except TextNotFound:
            return False

    def _is_first(self, region: Region, locator: str) -> bool:
        """Return whether the first phrase of the region's line is the locator's first text."""
        first, *after = locator.split(SEPARATOR)
        line = self.lines[region.y]
        text = _LEADING_SIGNS.sub("", line)
        phrase = _PHRASE.match(text)
        is_first = bool(after) or region.x == cell_len(line[: -len(text)])
        return is_first and phrase is not None and phrase[0] == first


_COLOURS = re.compile(r"\x1b\[[\d;]*m")
MAX_PENDING = 1_000
"""Outputs that are kept before they are drawn."""


class TerminalCells:
    """The cells of a terminal, as the output that is written to it leaves them."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)
        self._pending: list[str] = []
        self._lines: tuple[str, ...] | None = None  # what is drawn, once it has been read

    def resize(self, size: Size) -> None:
        """Change the size of the terminal."""
        self._draw()
        self._screen.resize(size.height, size.width)
        self._lines = None

    def write(self, output: str) -> None:
        """Keep what a terminal is sent until it is read.

        It is not drawn here, because a signal handler may write while another output is
        being drawn, and pyte cannot draw two at once.
        """
        self._pending.append(output)
        if len(self._pending) >= MAX_PENDING:
            self._draw()

    def _draw(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        self._lines = None
        # Only text is read; pyte needs most of its time for colours.
        self._stream.feed(_COLOURS.sub("", "".join(pending)))

    def read(self, height: int) -> ScreenText:
        """Return the text of the upper lines."""
        self._draw()
        if self._lines is None:
            self._lines = tuple(line.rstrip() for line in self._screen.display)
        return ScreenText(self._lines[:height])
