"""Finds lines of the journal that were changed, removed or moved after they had been written.

Each line holds the hash of its content and of the line before. That finds mistakes and damage.
The anchor shows a file that was removed or replaced by an older one. Neither shows the work of a
person who changes both files and computes the hashes anew.
"""

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.services.storage.journal_anchor import Anchor, Line

if TYPE_CHECKING:
    import sqlite3

_SELECT_LAST_SEQ = "SELECT max(seq) FROM sqlite_sequence WHERE name = 'journal'"


class Verification(NamedTuple):
    """How many lines there are, and the last of them.

    Attributes:
        problems: a sentence for each place that was changed or is missing.
        notes: a sentence for each thing that cannot be known.
    """

    lines: int
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    last: Line | None = None


def hash_line(previous_hash: str, document: str) -> str:
    """Return the hash of a line."""
    return hashlib.sha256(f"{previous_hash}{document}".encode()).hexdigest()


def verify_lines(
    connection: "sqlite3.Connection", anchor: Anchor | None, anchored: Line | None, note: str
) -> Verification:
    """Compare the lines of the journal with their hashes and with the anchor.

    Args:
        connection: an open transaction of the journal.
        anchor: the anchor, None if there is none.
        anchored: what it remembered before the transaction began: the journal may grow.
        note: why it could not be read, in a sentence; else "".
    """
    problems: list[str] = []
    lines, expected, previous_hash = 0, 1, ""
    last = connection.execute(_SELECT_LAST_SEQ).fetchone()[0] or 0
    for seq, document, hash_ in connection.execute(
        "SELECT seq, entry, hash FROM journal ORDER BY seq"
    ):
        if seq > expected:
            problems.append(_describe_gap(expected, seq - 1))
        elif hash_ != hash_line(previous_hash, document):
            problems.append(f"Line {seq} has been changed.")
        lines, expected, previous_hash = lines + 1, seq + 1, hash_
    if expected <= last:
        problems.append(_describe_gap(expected, last))
    if anchor is not None:
        if anchored and not anchored.is_in(connection):
            problems.append(
                f"Line {anchored.seq} is not the one that {anchor.path} remembers: the end of"
                " the journal was removed, or the file was replaced."
            )
        if lines and not anchored and not note:
            note = (
                f"There is no {anchor.path}: it cannot be known whether the end of the journal"
                " was removed, or the file was replaced by an older one."
            )
    newest = Line(expected - 1, previous_hash) if lines else None
    return Verification(lines, tuple(problems), (note,) if note else (), newest)


def _describe_gap(first: int, last: int) -> str:
    return f"Line {first} is missing." if first == last else f"Lines {first} to {last} are missing."
