"""Remembers the last line of the journal in a small private file in another folder.

The journal's own hashes do not show that it was replaced by an older copy, or removed. The anchor
does, unless somebody edits both files.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.files import UnsafeFileError, read_file, replace_private_file

if TYPE_CHECKING:
    import sqlite3

SELECT_LAST = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
_LINE = re.compile(r"(\d{1,15}) ([0-9a-f]{64})\n?")
_MAX_BYTES = 100


class AnchorError(Exception):
    """The file cannot be used; the message is a sentence for people."""


class Line(NamedTuple):
    """A line of the journal: its number, from 1, and its hash, which depends on all before."""

    seq: int
    hash: str

    def is_in(self, connection: "sqlite3.Connection") -> bool:
        """Return whether the journal holds the line."""
        select = "SELECT hash FROM journal WHERE seq = ?"
        row = connection.execute(select, (self.seq,)).fetchone()
        return row is not None and bool(row[0] == self.hash)


class Anchor:
    """The file that holds the last line, or the one that the journal has lost.

    Its methods wait for the disk, and raise AnchorError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Line | None:
        """Return the line in the file; None where there is no file."""
        with self._explain_errors():
            try:
                text = read_file(self.path, _MAX_BYTES, private=True).decode(errors="replace")
            except FileNotFoundError:
                return None
        match = _LINE.fullmatch(text)
        if match is None:
            raise AnchorError(f"{self.path} is damaged: look at it, and move it away.")
        return Line(int(match[1]), match[2])

    def move(self, connection: "sqlite3.Connection") -> None:
        """Remember the last line of the journal, unless it has lost the one before: that stays.

        Args:
            connection: a transaction that keeps other programs from moving the anchor.
        """
        before = self.read()
        if before is None or before.is_in(connection):
            seq, hash_ = connection.execute(SELECT_LAST).fetchone()
            with self._explain_errors():
                replace_private_file(self.path, f"{seq} {hash_}\n".encode())

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except UnsafeFileError as error:
            raise AnchorError(str(error)) from error
        except OSError as error:
            what = f"{self.path}, which remembers the end of the journal, cannot be used"
            raise AnchorError(f"{what}: {error.strerror or error}.") from error
