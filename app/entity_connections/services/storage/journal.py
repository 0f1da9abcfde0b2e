"""The journal: records each write to Zuora before it is sent, and its outcome afterwards."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections.domain.clock import monotonic, now
from entity_connections.domain.text import clean
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.hash_chain import Verification, hash_line, verify_lines
from entity_connections.services.storage.journal_anchor import SELECT_LAST, Anchor, AnchorError
from entity_connections.services.storage.journal_entry import (
    MAX_TENANT_LENGTH,
    SENDING,
    Entry,
    format_entry,
    parse_entry,
)
from entity_connections.services.storage.planned_runs import (
    StoredRun,
    end_run,
    mark_unsent,
    read_runs,
    remove_sent,
)
from entity_connections.services.storage.process_id import find_host, is_running, make_process_id
from entity_connections.services.storage.stored_values import INVALID

if TYPE_CHECKING:
    import sqlite3

_MAX_RUN_SILENCE = 600.0
"""Seconds between two operations of a run, at most: the retries of one, and the pauses between."""
_SELECT_ALL = "SELECT entry FROM journal ORDER BY seq"
_SELECT_AFTER = "SELECT entry, seq FROM journal WHERE seq > ? ORDER BY seq"
_SELECT_OPEN = """
    SELECT entry FROM journal WHERE id IN (SELECT id FROM open_entry) ORDER BY seq
"""
_SELECT_OPEN_ON = """
    SELECT entry FROM journal WHERE id IN (
        SELECT id FROM open_entry
        WHERE (source = ? AND target = ?) OR (connection = ? AND connection != '')
    ) ORDER BY seq
"""
_SELECT_IS_CLOSED = """
    SELECT EXISTS (SELECT 1 FROM journal WHERE id = :id)
        AND NOT EXISTS (SELECT 1 FROM open_entry WHERE id = :id)
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
        clock: tells the present moment, for people.
        process_id: that of this program; another one is for tests and walkthroughs.
        anchor: the file that remembers the last line, in another folder; None for no such file.
        problem: why nothing can be recorded, in a sentence, or "".
        remedy: what to do where the folders of the files may not be used, in a sentence, or "".

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
        anchor: Path | None = None,
        problem: str = "",
        remedy: str = "",
    ) -> None:
        self.path = path
        self.profile, self.tenant = clean(profile), clean(tenant, MAX_TENANT_LENGTH)
        self.clock = clock
        self.process_id = process_id or make_process_id()
        self.last: Entry | None = None
        self.steady: Callable[[], float] = monotonic
        self._seen_stopped: dict[str, float] = {}
        self._database = Database(path)
        self._problem, self._remedy = problem, remedy
        self._anchor = None if anchor is None or path is None else Anchor(anchor)

    @contextmanager
    def write(self) -> Iterator["JournalWriter"]:
        """Open a transaction that records entries.

        After the block the disk has all of them, or none where the block raises. Meanwhile no
        other program can record any. The block must not use the journal itself.
        """
        with self._transaction(write=True) as connection:
            writer = JournalWriter(connection)
            yield writer
        self.last = writer.last_intent or self.last

    @contextmanager
    def keep_open(self) -> Iterator[None]:
        """Keep the file open, which makes many transactions in the block several times as fast.

        Otherwise SQLite copies its log into the file, and waits for the disk, after each.
        """
        if self.path is None:
            yield
            return
        with self._transaction() as connection:
            connection.execute("COMMIT")  # the connection stays
            yield

    def record_outcome(self, entry: Entry) -> None:
        """Record an entry with its outcome, as `JournalWriter.add_outcome` does."""
        with self.write() as writer:
            writer.add_outcome(entry)
        self.move_anchor()

    def end_run(self, run: str, keys: Iterable[str] = ()) -> None:
        """Remove a run that no program works on any more, except the operations with these keys."""
        with self.write() as writer:
            end_run(writer.connection, run, keys)

    def read_entries(self, profile: str | None = None) -> list[Entry]:
        """Read the entries of all tenants, or those sent through a profile, oldest first."""
        entries = self._read(_SELECT_ALL)
        return [entry for entry in entries if profile in (None, entry.profile)]

    def read_after(self, line: int) -> tuple[list[Entry], int]:
        """Read the entries of the lines after one, oldest first; return the last line, too."""
        with self._transaction() as connection:
            rows = connection.execute(_SELECT_AFTER, (line,)).fetchall()
        return _parse_rows(rows), rows[-1][1] if rows else line

    def read_open(self) -> list[Entry]:
        """Read the entries of all tenants whose outcome is not known, oldest first."""
        return self._read(_SELECT_OPEN)

    def read_unresolved(self) -> list[Entry]:
        """Read the open entries of this tenant, oldest first."""
        return [entry for entry in self.read_open() if entry.tenant == self.tenant]

    def read_runs(self) -> list[StoredRun]:
        """Read what is left of the runs of this tenant that no program works on, oldest first."""
        with self._transaction() as connection:
            runs = read_runs(connection)
        return [
            run
            for run in runs
            if run.entries[0].entry.tenant == self.tenant and not self._is_active(run)
        ]

    def _is_active(self, run: StoredRun) -> bool:
        """Return whether a program on this machine works on a run.

        The process id of one that has sent nothing for long may be another program's by now.
        """
        silent = self.steady() - run.active_at
        return is_running(run.entries[0].entry.process) and 0 <= silent <= _MAX_RUN_SILENCE

    def is_being_sent(self, entry: Entry) -> bool:
        """Return whether the program that recorded an intent may still be busy with it.

        That is so until it has recorded an outcome, while it runs on this machine, but not for
        longer than sending can take: its process id may be that of another program by now.
        """
        if entry.outcome is not None or not is_running(entry.process):
            return False
        return self.find_age(entry) <= SENDING.total_seconds()

    def is_being_looked_up(self, entry: Entry) -> bool:
        """Return whether another program may look up the outcome of what it has sent just now."""
        is_other = entry.process != self.process_id and is_running(entry.process)
        return is_other and self.find_age(entry) <= SENDING.total_seconds()

    def find_age(self, entry: Entry) -> float:
        """Return how many seconds ago an entry of this machine was recorded; else 0."""
        recorded = self._find_recorded_moment(entry)
        return 0.0 if recorded is None else self.steady() - recorded

    def find_stop(self, entry: Entry) -> float:
        """Return from when on an open entry was not being sent, on the monotonic clock.

        That is when this program first found it so, or what a program of this machine recorded.
        """
        first_found = self._seen_stopped.setdefault(entry.id, self.steady())
        recorded = self._find_recorded_moment(entry)
        if recorded is None:
            return first_found
        sending = SENDING.total_seconds() if entry.outcome is None else 0.0
        return min(first_found, recorded + sending)

    def is_of_this_machine(self, entry: Entry) -> bool:
        """Return whether the machine of this program recorded the intent."""
        return find_host(entry.process) == find_host(self.process_id)

    def _find_recorded_moment(self, entry: Entry) -> float | None:
        """Return `Entry.steady_at`, None where the monotonic clock of another machine told it.

        Where it lies in the future, the machine was started since: then it is before 0. Where
        it does not although the machine was started since, it is later than the true moment.
        """
        if entry.steady_at is None or not self.is_of_this_machine(entry):
            return None
        return entry.steady_at if entry.steady_at <= self.steady() else 0.0

    def verify(self) -> Verification:
        """Find lines that were changed, removed or moved after they had been written."""
        anchored, note = None, ""
        if self._anchor is not None:
            try:
                anchored = self._anchor.read()
            except AnchorError as error:
                note = str(error)
        with self._transaction() as connection:
            return verify_lines(connection, self._anchor, anchored, note)

    def move_anchor(self) -> str:
        """Let the anchor remember the last line; return why it cannot, in a sentence, or ""."""
        if self._anchor is None:
            return ""
        try:
            with self._transaction(write=True) as connection:
                self._anchor.move(connection)
        except (JournalError, AnchorError) as error:
            return str(error)
        return ""

    def _read(self, query: str) -> list[Entry]:
        with self._transaction() as connection:
            return _parse_rows(connection.execute(query))

    @contextmanager
    def _transaction(self, *, write: bool = False) -> "Iterator[sqlite3.Connection]":
        if write and self._problem:
            raise JournalError(self._problem)
        try:
            with self._database.transaction(write=write) as connection:
                yield connection
        except DatabaseError as error:
            remedy = f" {self._remedy}" if error.denied and self._remedy else ""
            raise JournalError(f"The journal {error}{remedy}") from error


class JournalWriter:
    """Records entries in a transaction that `Journal.write` has opened.

    Attributes:
        connection: the connection of the transaction, for the other tables of the file.
        last_intent: the intent that was added last, or None.
    """

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self.connection = connection
        self.last_intent: Entry | None = None
        last = connection.execute(SELECT_LAST).fetchone()
        self._last_hash = last[1] if last else ""

    def read_open(self, ends: tuple[str, str], connection_id: str) -> list[Entry]:
        """Read the open entries of all tenants on a pair or on a connection, oldest first."""
        return _parse_rows(self.connection.execute(_SELECT_OPEN_ON, (*ends, connection_id)))

    def read_entries(self) -> list[Entry]:
        """Read all entries, oldest first."""
        return _parse_rows(self.connection.execute(_SELECT_ALL))

    def add_intent(self, entry: Entry) -> None:
        """Record that a write is about to be sent."""
        self._append(entry)
        self.last_intent = entry

    def add_outcome(self, entry: Entry) -> None:
        """Record an entry with its outcome; the newest outcome counts.

        With a final outcome the operation leaves its run; one that was not done is still to be
        carried out, so that it stays there.
        "unknown" and "released" are not recorded over an outcome that is known.
        """
        if entry.outcome in ("unknown", "released"):
            values = {"id": entry.id}
            (is_closed,) = self.connection.execute(_SELECT_IS_CLOSED, values).fetchone()
            if is_closed:
                return
        self._append(entry)
        if entry.outcome in ("not done", "not sent"):
            mark_unsent(self.connection, entry.id)
        elif not entry.open:
            remove_sent(self.connection, entry.id)

    def _append(self, entry: Entry) -> None:
        execute = self.connection.execute
        document = format_entry(entry)
        self._last_hash = hash_line(self._last_hash, document)
        row = entry.id, document, self._last_hash
        execute("INSERT INTO journal (id, entry, hash) VALUES (?, ?, ?)", row)
        if entry.open:
            place = entry.id, *entry.ends, entry.connection_id
            execute("INSERT OR REPLACE INTO open_entry VALUES (?, ?, ?, ?)", place)
        else:
            execute("DELETE FROM open_entry WHERE id = ?", (entry.id,))


def _parse_rows(rows: "Iterable[tuple[str, ...]]") -> list[Entry]:
    """Return each entry once, in its newest state.

    A document that is not valid is left out: `Journal.verify` says that it was changed.
    """
    entries: dict[str, Entry] = {}
    for document, *_ in rows:
        with suppress(*INVALID):
            entry = parse_entry(document)
            entries[entry.id] = entry
    return list(entries.values())
