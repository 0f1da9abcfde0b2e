"""The journal: records each write to Zuora before it is sent, and its outcome afterwards."""

import hashlib
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.domain.clock import now
from entity_connections.domain.text import clean
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.journal_entry import Entry, format_entry, parse_entry
from entity_connections.services.storage.stored_values import INVALID

if TYPE_CHECKING:
    import sqlite3

RUNNING_PROCESS_GRACE = timedelta(minutes=10)
"""How long an open write is left to the program that sent it, while that program runs."""

_SELECT_ALL = "SELECT entry FROM journal ORDER BY seq"
_SELECT_OPEN = """
    SELECT entry FROM journal WHERE id IN (SELECT id FROM open_entry) ORDER BY seq
"""
_SELECT_LAST_HASH = "SELECT hash FROM journal ORDER BY seq DESC LIMIT 1"
_SELECT_LAST_SEQ = "SELECT max(seq) FROM sqlite_sequence WHERE name = 'journal'"


class JournalError(Exception):
    """The journal cannot be written or read; the message is a sentence for people."""


class Verification(NamedTuple):
    """Whether all lines of the journal are as they were written.

    Attributes:
        lines: how many lines there are.
        problems: a sentence for each place that was changed or is missing.
    """

    lines: int
    problems: tuple[str, ...] = ()


class Journal:
    """The journal of this program's user; several programs may share one file.

    Every method blocks for the disk, may be called from any thread, and raises JournalError.

    Args:
        path: the SQLite file, made when first written; None keeps the journal in memory.
        profile: what is recorded as the profile: for people.
        tenant: which tenant this program writes to.
        clock: tells the present moment.
        process_id: "host:pid" of this program; another one is for tests and walkthroughs.

    Attributes:
        last: the intent that was recorded last through this object, or None.
    """

    def __init__(
        self,
        path: Path | None,
        profile: str,
        tenant: str = "",
        clock: Callable[[], datetime] = now,
        process_id: str | None = None,
    ) -> None:
        self.path = path
        self.profile, self.tenant = clean(profile), clean(tenant)
        self.clock = clock
        self.process_id = process_id or f"{socket.gethostname()}:{os.getpid()}"
        self.last: Entry | None = None
        self._database = Database(path)

    def record_intent(self, make: Callable[[list[Entry]], Entry]) -> Entry:
        """Record that a write is about to be sent; on return, the disk has the entry.

        Args:
            make: is called with the open entries of all tenants, oldest first, while no other
                program can add one, and returns the entry to record. It must not use
                the journal. Where it raises, nothing is recorded and the error is raised here.
        """
        with self._transaction(write=True) as connection:
            entry = make(_parse_rows(connection.execute(_SELECT_OPEN)))
            _append(connection, entry)
        self.last = entry
        return entry

    def record_outcome(self, entry: Entry) -> None:
        """Record an entry with its outcome; the newest outcome counts."""
        with self._transaction(write=True) as connection:
            _append(connection, entry)

    def read_entries(self, profile: str | None = None) -> list[Entry]:
        """Read the entries of all tenants, or those sent through a profile, oldest first."""
        entries = self._read(_SELECT_ALL)
        return [entry for entry in entries if profile in (None, entry.profile)]

    def read_open(self) -> list[Entry]:
        """Read the entries of all tenants whose outcome is not known, oldest first."""
        return self._read(_SELECT_OPEN)

    def read_unresolved(self) -> list[Entry]:
        """Read the open entries of this tenant that this program may look up, oldest first.

        An entry of a program that still runs on this machine is left to it for ten minutes.
        """
        time = self.clock()
        return [
            entry
            for entry in self.read_open()
            if entry.tenant == self.tenant
            and not (time - entry.at < RUNNING_PROCESS_GRACE and _is_running(entry.process))
        ]

    def verify(self) -> Verification:
        """Find lines that were changed, removed or moved after they had been written.

        Each line holds the hash of its content and of the line before. That finds mistakes
        and damage. It does not find a person who computes the hashes anew, nor a file that
        was removed or replaced as a whole.
        """
        problems: list[str] = []
        lines, expected, previous_hash = 0, 1, ""
        with self._transaction() as connection:
            last = connection.execute(_SELECT_LAST_SEQ).fetchone()[0] or 0
            rows = connection.execute("SELECT seq, entry, hash FROM journal ORDER BY seq")
            for seq, document, hash_ in rows:
                if seq > expected:
                    problems.append(_describe_gap(expected, seq - 1))
                elif hash_ != _hash_line(previous_hash, document):
                    problems.append(f"Line {seq} has been changed.")
                lines, expected, previous_hash = lines + 1, seq + 1, hash_
        if expected <= last:
            problems.append(_describe_gap(expected, last))
        return Verification(lines, tuple(problems))

    def _read(self, query: str) -> list[Entry]:
        with self._transaction() as connection:
            return _parse_rows(connection.execute(query))

    @contextmanager
    def _transaction(self, *, write: bool = False) -> "Iterator[sqlite3.Connection]":
        try:
            with self._database.transaction(write=write) as connection:
                yield connection
        except DatabaseError as error:
            raise JournalError(f"The journal {error}") from error


def _append(connection: "sqlite3.Connection", entry: Entry) -> None:
    last = connection.execute(_SELECT_LAST_HASH).fetchone()
    document = format_entry(entry)
    row = entry.id, document, _hash_line(last[0] if last else "", document)
    connection.execute("INSERT INTO journal (id, entry, hash) VALUES (?, ?, ?)", row)
    if entry.open:
        connection.execute("INSERT OR IGNORE INTO open_entry VALUES (?)", (entry.id,))
    else:
        connection.execute("DELETE FROM open_entry WHERE id = ?", (entry.id,))


def _parse_rows(rows: "sqlite3.Cursor") -> list[Entry]:
    """Return each entry once, in its newest state.

    A document that is not valid is left out: `Journal.verify` says that it was changed.
    """
    entries: dict[str, Entry] = {}
    for (document,) in rows:
        with suppress(*INVALID):
            entry = parse_entry(document)
            entries[entry.id] = entry
    return list(entries.values())


def _hash_line(previous_hash: str, document: str) -> str:
    return hashlib.sha256(f"{previous_hash}{document}".encode()).hexdigest()


def _describe_gap(first: int, last: int) -> str:
    return f"Line {first} is missing." if first == last else f"Lines {first} to {last} are missing."


def _is_running(process_id: str) -> bool:
    """Whether the program "host:pid" runs on this machine, as far as can be told."""
    host, _, pid = process_id.rpartition(":")
    if host != socket.gethostname():
        return False
    if sys.platform == "win32":
        return True  # there, os.kill ends the program
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True
