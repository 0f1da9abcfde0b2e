"""What is left of runs of several operations: those that were planned and not sent.

A run is in the file from before its first operation is sent until it has ended; an operation
leaves it in the transaction that records its intent. So what a killed program leaves there
was never sent. Every function works in a transaction of the journal.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.services.storage.journal_entry import Entry, format_entry, parse_entry
from entity_connections.services.storage.stored_values import INVALID, load_id

if TYPE_CHECKING:
    import sqlite3


class PlannedEntry(NamedTuple):
    """An operation that was planned and not sent.

    Attributes:
        run: id of its run.
        key: that of the operation.
        follows: that of the operation.
        entry: what its journal entry would have been.
    """

    run: str
    key: str
    follows: str
    entry: Entry


class StoredRun(NamedTuple):
    """A run, with what is left of it.

    Attributes:
        id: its id.
        active_at: when it was begun or sent something last, on the monotonic clock of the
            machine in `Entry.process`.
        entries: its operations that were not sent, in their order; one at least.
    """

    id: str
    active_at: float
    entries: tuple[PlannedEntry, ...]


def add_run(
    connection: "sqlite3.Connection", entries: Iterable[PlannedEntry], active_at: float
) -> None:
    """Add the operations of a run that begins."""
    for run, key, follows, entry in entries:
        connection.execute("INSERT OR IGNORE INTO run VALUES (?, ?)", (run, active_at))
        row = run, key, follows, format_entry(entry)
        connection.execute("INSERT INTO planned VALUES (?, ?, ?, ?)", row)


def remove_operation(
    connection: "sqlite3.Connection", run: str, key: str, active_at: float
) -> None:
    """Remove an operation that is about to be sent."""
    connection.execute("DELETE FROM planned WHERE run = ? AND key = ?", (run, key))
    connection.execute("UPDATE run SET active_at = ? WHERE id = ?", (active_at, run))


def remove_run(connection: "sqlite3.Connection", run: str) -> None:
    """Remove a run, with what is left of it."""
    connection.execute("DELETE FROM planned WHERE run = ?", (run,))
    connection.execute("DELETE FROM run WHERE id = ?", (run,))


def read_runs(connection: "sqlite3.Connection") -> list[StoredRun]:
    """Read the runs of all tenants of which something is left, oldest first.

    What is not valid is left out.
    """
    runs: dict[str, StoredRun] = {}
    rows = connection.execute(
        "SELECT run, key, follows, entry, active_at FROM planned JOIN run ON run = id"
        " ORDER BY planned.rowid"
    )
    for run, key, follows, document, active_at in rows:
        with suppress(*INVALID):
            stored = runs.setdefault(run, StoredRun(load_id(run), float(active_at), ()))
            planned = PlannedEntry(run, load_id(key), load_id(follows), parse_entry(document))
            runs[run] = stored._replace(entries=(*stored.entries, planned))
    return [run for run in runs.values() if run.entries]
