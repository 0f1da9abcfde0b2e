"""Leaves out of Textual's output what the terminal shows already.

Textual writes whole lines of widgets, and each piece of text with all of its style. Over a slow
connection that is felt at every key.
"""

import re
from functools import lru_cache

from rich.cells import cell_len

from entity_connections.tui.terminal.sgr import find_background, find_style_change

_TOKEN = re.compile(
    r"\x1b\[(?P<style>[\d;]+)m(?P<styled>[^\x00-\x1f]*)\x1b\[0m"
    r"|(?P<plain>[^\x00-\x1f]+)|\x1b\[(?P<line>\d+);(?P<column>\d+)H|\n"
)
_UNKNOWN = "\0"
"""In place of a character or of a style that is not known."""
_HOME = "\x1b[1;1H"
FRAME_START, FRAME_END = "\x1b[?2026h", "\x1b[?2026l"
"""Between them the terminal draws nothing (synchronized output)."""
MIN_BLANKS = 8
"""Blanks at the end of a text that are erased: the sequence for fewer of them is no shorter."""


class CellFilter:
    """Remembers what the cells of the terminal show, and shortens output to what changes them.

    Args:
        can_erase: whether the terminal erases cells in the present colour of the background.
    """

    def __init__(self, *, can_erase: bool) -> None:
        self._can_erase = can_erase
        # By line, the characters of its cells and a character for the style of each of them.
        self._lines: dict[int, tuple[str, str]] = {}
        self._codes: dict[str, str] = {}

    def shorten(self, output: str) -> str:
        """Return output with the same effect.

        Output that begins at the top is written whole, as Textual does after a change of size or
        of the screen: so it repairs what another program has written to the terminal. Output
        with anything else than styled text in named places is returned as it is.
        """
        if output in (FRAME_START, FRAME_END):
            return output
        if output.startswith(_HOME):
            self._lines.clear()
        writer, end = _Writer(self._can_erase), 0
        line = column = 0
        for token in _TOKEN.finditer(output):
            style, styled, plain, new_line, new_column = token.groups()
            text = styled or plain
            if token.start() != end or (text and not line):
                break
            end = token.end()
            if text:
                self._write(writer, line, column, text, style or "")
                column += cell_len(text)
            elif new_line:
                line, column = int(new_line), int(new_column)
            elif token[0] == "\n":
                line = 0  # the place of what follows must be named
        if end != len(output):
            self._lines.clear()
            return output
        return writer.finish(line, column)

    def _write(self, writer: "_Writer", line: int, column: int, text: str, style: str) -> None:
        """Write a text from the first cell that changes to the last one."""
        chars, codes = self._lines.get(line, ("", ""))
        if not _is_narrow(text):
            # The terminal may count its cells otherwise, and move what follows.
            self._lines[line] = chars[:column], codes[:column]
            writer.write(line, column, text, style)
            writer.forget_place()
            return
        end = column + len(text)
        chars, codes = chars.ljust(end, _UNKNOWN), codes.ljust(end, _UNKNOWN)
        if text.isspace() and (background := find_background(style)) is not None:
            style = background
        code = self._codes.setdefault(style, chr(len(self._codes) + 1))
        new_codes = code * len(text)
        old_chars, old_codes = chars[column:end], codes[column:end]
        if old_chars == text and old_codes == new_codes:
            return
        self._lines[line] = (
            chars[:column] + text + chars[end:],
            codes[:column] + new_codes + codes[end:],
        )
        if code not in old_codes:  # every cell changes
            writer.write(line, column, text, style)
            return
        cells = zip(text, old_chars, old_codes, strict=True)
        changed = [at for at, cell in enumerate(cells) if cell != (cell[0], cell[0], code)]
        start, stop = changed[0], changed[-1] + 1
        writer.write(line, column + start, text[start:stop], style)


class _Writer:
    """Collects output; knows the place and the style after it."""

    def __init__(self, can_erase: bool) -> None:
        self._can_erase = can_erase
        self._parts: list[str] = []
        self._line = self._column = 0
        self._style = ""

    def write(self, line: int, column: int, text: str, style: str) -> None:
        self._move(line, column)
        background, start = find_background(style), text.rstrip(" ")
        if background is not None and not start:
            same = background == find_background(self._style)
            style = self._style if same else background
        self._parts.append(find_style_change(self._style, style))
        self._style = style
        blanks = len(text) - len(start)
        if self._can_erase and background is not None and blanks >= MIN_BLANKS:
            text = start
            self._parts += (text, f"\x1b[{blanks}X")
        else:
            self._parts.append(text)
        self._column += len(text)

    def _move(self, line: int, column: int) -> None:
        if line != self._line or column < self._column:
            self._parts.append(f"\x1b[{line};{column}H")
        elif column > self._column:
            self._parts.append(f"\x1b[{column - self._column}C")
        self._line, self._column = line, column

    def forget_place(self) -> None:
        self._line = 0

    def finish(self, line: int, column: int) -> str:
        """Put the cursor in its place, and return the output."""
        if self._style:
            self._parts.append("\x1b[0m")
        if line:
            self._move(line, column)
        return "".join(self._parts)


@lru_cache(maxsize=4096)
def _is_narrow(text: str) -> bool:
    """Return whether each character takes one cell."""
    return text.isascii() or all(cell_len(char) == 1 for char in text)
