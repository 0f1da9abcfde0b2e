"""The journal: records each write to Zuora before it is sent, and its outcome afterwards."""

import hashlib
import os
import socket
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.domain.clock import monotonic, now
from entity_connections.domain.text import clean
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.journal_entry import (
    SENDING,
    Entry,
    format_entry,
    parse_entry,
)
from entity_connections.services.storage.stored_values import INVALID

if TYPE_CHECKING:
    import sqlite3

_PROCESS_TOKEN = uuid.uuid4().hex[:8]
"""Tells this program from an earlier one with the same process id, as in a new container."""
_SELECT_ALL = "SELECT entry FROM journal ORDER BY seq"
_SELECT_OPEN = """
    SELECT entry FROM journal WHERE id IN (SELECT id FROM open_entry) ORDER BY seq
"""
_SELECT_IS_CLOSED = """
    SELECT EXISTS (SELECT 1 FROM journal WHERE id = ?1)
        AND NOT EXISTS (SELECT 1 FROM open_entry WHERE id = ?1)
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
        clock: tells the present moment, for people.
        process_id: "host:pid:token" of this program; another one is for tests and walkthroughs.

    Attributes:
        last: the intent that was recorded last through this object, or None.
        steady: a monotonic clock in seconds.
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
        self.process_id = process_id or _make_process_id()
        self.last: Entry | None = None
        self.steady: Callable[[], float] = monotonic
        self._first_seen: dict[str, float] = {}
        self._seen_stopped: dict[str, float] = {}
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
        self._first_seen[entry.id] = self.steady()
        return entry

    def record_outcome(self, entry: Entry) -> None:
        """Record an entry with its outcome; the newest outcome counts.

        "unknown" and "released" are not recorded over an outcome that is known.
        """
        with self._transaction(write=True) as connection:
            if entry.outcome in ("unknown", "released"):
                (is_closed,) = connection.execute(_SELECT_IS_CLOSED, (entry.id,)).fetchone()
                if is_closed:
                    return
            _append(connection, entry)

    def read_entries(self, profile: str | None = None) -> list[Entry]:
        """Read the entries of all tenants, or those sent through a profile, oldest first."""
        entries = self._read(_SELECT_ALL)
        return [entry for entry in entries if profile in (None, entry.profile)]

    def read_open(self) -> list[Entry]:
        """Read the entries of all tenants whose outcome is not known, oldest first."""
        return self._read(_SELECT_OPEN)

    def read_unresolved(self) -> list[Entry]:
        """Read the open entries of this tenant, oldest first."""
        return [entry for entry in self.read_open() if entry.tenant == self.tenant]

    def is_being_sent(self, entry: Entry, server_time: datetime | None = None) -> bool:
        """Return whether the program that recorded an intent may still be sending it.

        That is so while the program runs on this machine, but not for longer than sending
        can take: its process id may be that of another program by now.

        Args:
            entry: an open entry.
            server_time: the present moment by Zuora's clock, or None.
        """
        if entry.outcome is not None or not _is_running(entry.process):
            return False
        in_time = self.find_age(entry) <= SENDING.total_seconds()
        return in_time and not entry.must_have_left(server_time)

    def find_age(self, entry: Entry) -> float:
        """Return for how many seconds, on the monotonic clock, this program has known an entry."""
        return self.steady() - self._first_seen.setdefault(entry.id, self.steady())

    def find_stop(self, entry: Entry) -> float:
        """Return when, on the monotonic clock, this program first found an entry not being sent.

        Args:
            entry: an open entry that is not being sent.
        """
        return self._seen_stopped.setdefault(entry.id, self.steady())

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


def _make_process_id() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_PROCESS_TOKEN}"


def _is_running(process_id: str) -> bool:
    """Whether the program "host:pid:token" runs on this machine, as far as can be told."""
    host, pid, *_ = f"{process_id}:".split(":")
    if host != socket.gethostname():
        return False
    if pid == str(os.getpid()):
        return process_id == _make_process_id()
    if sys.platform == "win32":
        return True  # there, os.kill ends the program
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True
