"""Remembers the last line of the journal in a small private file in another folder.

The journal's own hashes do not show that it was replaced by an older copy, or removed. The anchor
does, unless somebody edits both files.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from entity_connections.files import UnsafeFileError, read_file, replace_private_file

MAX_LINES = 20
"""How many lines are kept: those that were lost first, and the last one."""
_LINE = re.compile(r"(\d{1,15}) ([0-9a-f]{64})")
_MAX_BYTES = 4_000


class Line(NamedTuple):
    """A line of the journal.

    Attributes:
        seq: its number, from 1.
        hash: its hash, which depends on all lines before.
    """

    seq: int
    hash: str


class Anchor:
    """The file that holds the last line, and before it lines that the journal has lost.

    Both methods wait for the disk, and raise OSError.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Line]:
        """Return the lines of the file; none where there is no file."""
        try:
            text = read_file(self.path, _MAX_BYTES, private=True).decode(errors="replace")
        except FileNotFoundError:
            return []
        matches = [_LINE.fullmatch(row) for row in text.splitlines()]
        if not matches or None in matches:
            raise UnsafeFileError(f"{self.path} is damaged: look at it, and move it away.")
        return [Line(int(match[1]), match[2]) for match in matches if match]

    def write(self, lost: Sequence[Line], last: Line) -> None:
        """Write the lines that the journal has lost, and its last line; make the file private."""
        lines = [*lost[: MAX_LINES - 1], last]
        text = "".join(f"{line.seq} {line.hash}\n" for line in lines)
        replace_private_file(self.path, text.encode())
