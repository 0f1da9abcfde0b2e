"""Remembers the last line of the journal in a small private file in another folder.

The journal's own hashes do not show that it was replaced by an older copy, or removed. The anchor
does, unless somebody edits both files.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.files import UnsafeFileError, read_file, replace_private_file

if TYPE_CHECKING:
    import sqlite3

SELECT_LAST = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
MAX_LINES = 20
"""How many lines are kept: those that were lost first, and the last one."""
_LINE = re.compile(r"(\d{1,15}) ([0-9a-f]{64})")
_MAX_BYTES = 4_000


class AnchorError(Exception):
    """The file cannot be used; the message is a sentence for people."""


class Line(NamedTuple):
    """A line of the journal: its number, from 1, and its hash, which depends on all before."""

    seq: int
    hash: str


class Anchor:
    """The file that holds the last line, and before it lines that the journal has lost.

    Its methods wait for the disk, and raise AnchorError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Line]:
        """Return the lines of the file; none where there is no file."""
        with self._explain_errors():
            try:
                text = read_file(self.path, _MAX_BYTES, private=True).decode(errors="replace")
            except FileNotFoundError:
                return []
        matches = [_LINE.fullmatch(row) for row in text.splitlines()]
        if not matches or None in matches:
            raise AnchorError(f"{self.path} is damaged: look at it, and move it away.")
        return [Line(int(match[1]), match[2]) for match in matches if match]

    def move(self, connection: "sqlite3.Connection") -> None:
        """Remember the last line of the journal, and before it the lines that it has lost.

        Args:
            connection: a transaction that keeps other programs from moving the anchor.
        """
        last = Line(*connection.execute(SELECT_LAST).fetchone())
        lines = [*find_lost(connection, self.read())[: MAX_LINES - 1], last]
        text = "".join(f"{line.seq} {line.hash}\n" for line in lines)
        with self._explain_errors():
            replace_private_file(self.path, text.encode())

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except UnsafeFileError as error:
            raise AnchorError(str(error)) from error
        except OSError as error:
            what = f"{self.path}, which remembers the end of the journal, cannot be used"
            raise AnchorError(f"{what}: {error.strerror or error}.") from error


def find_lost(connection: "sqlite3.Connection", lines: Iterable[Line]) -> list[Line]:
    """Return the lines that the journal does not hold."""
    select = "SELECT hash FROM journal WHERE seq = ?"
    return [
        line for line in lines if connection.execute(select, (line.seq,)).fetchone() != (line.hash,)
    ]
