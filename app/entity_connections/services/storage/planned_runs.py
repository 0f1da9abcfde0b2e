"""What is left of runs of several operations: those that have no final outcome.

A run is in the file from before its first operation is sent; an operation leaves it in the
transaction that records its final outcome. So what a killed program leaves there was never
sent, or it was sent and its outcome is unknown. Every function works in a transaction of the
journal.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.services.storage.journal_entry import Entry, format_entry, parse_entry
from entity_connections.services.storage.stored_values import INVALID, load_id

if TYPE_CHECKING:
    import sqlite3

_ENDED = float("-inf")
"""`StoredRun.active_at` of a run that no program works on any more."""


class PlannedEntry(NamedTuple):
    """An operation that was planned and has no final outcome.

    `entry` is its journal entry as it was planned. `sent` is the id of its intent in the journal,
    "" if it was never sent, or had no effect.
    """

    run: str
    key: str
    follows: str
    entry: Entry
    sent: str = ""


class StoredRun(NamedTuple):
    """A run, with what is left of it.

    Attributes:
        active_at: when it was begun or sent something last, on the monotonic clock of the
            machine in `Entry.process`; before all time when that program has ended it.
        entries: its operations without a final outcome, in their order; one at least.
    """

    id: str
    active_at: float
    entries: tuple[PlannedEntry, ...]


def add_run(
    connection: "sqlite3.Connection", entries: Iterable[PlannedEntry], active_at: float
) -> None:
    """Add the operations of a run that begins."""
    for run, key, follows, entry, sent in entries:
        connection.execute("INSERT OR IGNORE INTO run VALUES (?, ?)", (run, active_at))
        row = run, key, follows, format_entry(entry), sent
        connection.execute("INSERT INTO planned VALUES (?, ?, ?, ?, ?)", row)


def mark_sent(
    connection: "sqlite3.Connection", run: str, key: str, entry_id: str, active_at: float
) -> None:
    """Note that an operation is about to be sent, with the intent of that id."""
    row = entry_id, run, key
    connection.execute("UPDATE planned SET sent = ? WHERE run = ? AND key = ?", row)
    connection.execute("UPDATE run SET active_at = ? WHERE id = ?", (active_at, run))


def mark_unsent(connection: "sqlite3.Connection", entry_id: str) -> None:
    """Note that an operation that was sent had no effect, and is still to be carried out."""
    connection.execute("UPDATE planned SET sent = '' WHERE sent = ?", (entry_id,))


def remove_sent(connection: "sqlite3.Connection", entry_id: str) -> None:
    """Remove an operation that has its final outcome, by the id of its intent."""
    connection.execute("DELETE FROM planned WHERE sent = ?", (entry_id,))


def end_run(connection: "sqlite3.Connection", run: str, keys: Iterable[str]) -> None:
    """Remove a run that no program works on any more, except the operations with these keys."""
    kept = set(keys)
    rows = connection.execute("SELECT key FROM planned WHERE run = ?", (run,)).fetchall()
    removed = [(run, key) for (key,) in rows if key not in kept]
    connection.executemany("DELETE FROM planned WHERE run = ? AND key = ?", removed)
    connection.execute("UPDATE run SET active_at = ? WHERE id = ?", (_ENDED, run))
    connection.execute("DELETE FROM run WHERE id NOT IN (SELECT run FROM planned)")


def read_runs(connection: "sqlite3.Connection") -> list[StoredRun]:
    """Read the runs of all tenants of which something is left, oldest first.

    What is not valid is left out.
    """
    runs: dict[str, StoredRun] = {}
    rows = connection.execute(
        "SELECT run, key, follows, entry, sent, active_at FROM planned JOIN run ON run = id"
        " ORDER BY planned.rowid"
    )
    for run, key, follows, document, sent, active_at in rows:
        with suppress(*INVALID):
            stored = runs.setdefault(run, StoredRun(load_id(run), float(active_at), ()))
            entry = parse_entry(document)
            planned = PlannedEntry(run, load_id(key), load_id(follows), entry, load_id(sent))
            runs[run] = stored._replace(entries=(*stored.entries, planned))
    return [run for run in runs.values() if run.entries]
