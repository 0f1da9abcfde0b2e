"""The journal: records each write to Zuora before it is sent, and its outcome afterwards."""

import os
import socket
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections.domain.actions import Action
from entity_connections.domain.clock import now
from entity_connections.domain.text import clean
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.hash_chain import (
    Verification,
    hash_row,
    verify_rows,
)
from entity_connections.services.storage.journal_entry import (
    Entry,
    Party,
    format_row,
    parse_rows,
)

if TYPE_CHECKING:
    import sqlite3

RUNNING_PROCESS_GRACE = timedelta(minutes=10)
"""How long an open write is left to the program that sent it, while that program runs."""

# Only names of columns are put into the statements.
# ruff: noqa: S608
_COLUMNS = ", ".join(Entry._fields)
_SELECT = f"""
    SELECT {_COLUMNS} FROM journal JOIN (
        SELECT min(seq) AS intent, max(seq) AS newest FROM journal WHERE {{}} GROUP BY id
    ) ON seq = newest ORDER BY intent
"""
_SELECT_ALL = _SELECT.format("at >= :since AND profile = coalesce(:profile, profile)")
_SELECT_OPEN = _SELECT.format("id IN (SELECT id FROM open_entry)")
_SELECT_ONE = _SELECT.format("id = ?")
_SELECT_ROWS = f"SELECT seq, prev_hash, hash, {_COLUMNS} FROM journal ORDER BY seq"
_SELECT_LAST = "SELECT hash FROM journal ORDER BY seq DESC LIMIT 1"
_INSERT = f"""
    INSERT INTO journal (prev_hash, hash, {_COLUMNS})
    VALUES ({", ".join("?" * (2 + len(Entry._fields)))})
"""


class JournalError(Exception):
    """The journal cannot be written or read; the message is a sentence for people."""


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
        self.process_id = process_id or f"{_host()}:{os.getpid()}"
        self.last: Entry | None = None
        self._database = Database(path)

    def new_entry(
        self,
        *,
        action: Action,
        acting: Party,
        source: Party,
        target: Party,
        status: str | None,
        connection_id: str,
        records: tuple[str, ...],
        track_id: str,
        key: str,
        user: str,
    ) -> Entry:
        """Build the entry of a write that is about to be sent; see `Entry` for the arguments."""
        return Entry(
            id=str(uuid.uuid4()),
            at=self.clock(),
            profile=self.profile,
            user=user,
            action=action,
            acting=acting,
            source=source,
            target=target,
            status=status,
            connection_id=connection_id,
            track_id=track_id,
            key=key,
            process=self.process_id,
            tenant=self.tenant,
            records=records,
        )

    def record_intents(self, make: Callable[[list[Entry]], list[Entry]]) -> list[Entry]:
        """Record that writes are about to be sent; on return, the disk has the entries.

        Args:
            make: is called with the open entries of all tenants, oldest first, while no other
                program can add one, and returns the entries to record. It must not use
                the journal. Where it raises, nothing is recorded and the error is raised here.
        """
        with self._open("written", self._database.write()) as connection:
            entries = make(parse_rows(connection.execute(_SELECT_OPEN)))
            for entry in entries:
                _append(connection, entry)
        if entries:
            self.last = entries[-1]
        return entries

    def record_outcome(
        self,
        entry_id: str,
        outcome: str,
        sentence: str,
        codes: str = "",
        request_id: str = "",
        connection_id: str = "",
    ) -> None:
        """Record the outcome of a write, one of `OUTCOMES`; the newest outcome counts.

        An empty argument leaves the value that was recorded before.
        """
        with self._open("written", self._database.write()) as connection:
            entries = parse_rows(connection.execute(_SELECT_ONE, (entry_id,)))
            if not entries:
                raise DatabaseError(f"it holds no write {entry_id}")
            entry = entries[0]
            _append(
                connection,
                entry._replace(
                    outcome=outcome,
                    sentence=sentence,
                    codes=codes or entry.codes,
                    request_id=request_id or entry.request_id,
                    connection_id=connection_id or entry.connection_id,
                    concluded_at=self.clock(),
                ),
            )

    def read_entries(
        self, profile: str | None = None, since: datetime | None = None
    ) -> list[Entry]:
        """Read the entries of all tenants, oldest first.

        Args:
            profile: only entries sent through this profile.
            since: only entries recorded at this moment, which has a time zone, or later.
        """
        first = since.astimezone(UTC).isoformat() if since else ""
        return self._read(_SELECT_ALL, {"profile": profile, "since": first})

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
        """Look for rows that were changed, removed or moved; see `hash_chain` for its limits."""
        with self._open("read", self._database.read()) as connection:
            (last,) = connection.execute(
                "SELECT max(seq) FROM sqlite_sequence WHERE name = 'journal'"
            ).fetchone()
            return verify_rows(connection.execute(_SELECT_ROWS), last or 0)

    def _read(self, query: str, parameters: Mapping[str, str | None] | None = None) -> list[Entry]:
        with self._open("read", self._database.read()) as connection:
            return parse_rows(connection.execute(query, parameters or {}))

    @contextmanager
    def _open(
        self, purpose: str, transaction: "AbstractContextManager[sqlite3.Connection]"
    ) -> "Iterator[sqlite3.Connection]":
        """Enter a transaction and turn its errors into sentences."""
        try:
            with transaction as connection:
                yield connection
        except DatabaseError as error:
            raise JournalError(f"The journal {self.path} cannot be {purpose}: {error}.") from error


def _append(connection: "sqlite3.Connection", entry: Entry) -> None:
    last = connection.execute(_SELECT_LAST).fetchone()
    prev_hash = last[0] if last else ""
    row = format_row(entry)
    connection.execute(_INSERT, (prev_hash, hash_row(prev_hash, row), *row))
    if entry.open:
        connection.execute("INSERT OR IGNORE INTO open_entry VALUES (?)", (entry.id,))
    else:
        connection.execute("DELETE FROM open_entry WHERE id = ?", (entry.id,))


def _host() -> str:
    return clean(socket.gethostname())


def _is_running(process_id: str) -> bool:
    """Whether the program "host:pid" runs on this machine, as far as can be told."""
    host, _, digits = process_id.rpartition(":")
    pid = int(digits) if digits.isascii() and digits.isdecimal() else 0
    if host != _host() or not pid:  # os.kill takes 0 for this program's own group
        return False
    if sys.platform == "win32":
        return True  # there, os.kill ends the program
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
