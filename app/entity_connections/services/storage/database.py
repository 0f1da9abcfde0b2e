"""The SQLite file that holds the program's local state; several programs may share it."""

import os
import stat
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x656E7463
"""`PRAGMA application_id` of our files: "entc" in ASCII."""
SCHEMA_VERSION = 1
"""`PRAGMA user_version`: to be raised with every change of the tables."""
BUSY_TIMEOUT = 10.0
"""Seconds to wait while another program writes."""

_SCHEMA = (
    # Each row is the state of an entry after its intent or an outcome was recorded; rows are
    # only ever added. AUTOINCREMENT: rows removed from the end leave a gap in `seq`.
    """
    CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
        id TEXT NOT NULL, at TEXT NOT NULL, profile TEXT, user TEXT, action TEXT, acting TEXT,
        source TEXT, target TEXT, status TEXT, connection_id TEXT, track_id TEXT, key TEXT,
        process TEXT, tenant TEXT, records TEXT,
        outcome TEXT, sentence TEXT, codes TEXT, request_id TEXT, concluded_at TEXT
    )
    """,
    "CREATE INDEX journal_id ON journal (id)",
    # The entries without a known outcome, which are found without reading the whole journal.
    "CREATE TABLE open_entry (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE list_cache (profile TEXT PRIMARY KEY, tenant TEXT NOT NULL, lists TEXT NOT NULL)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

_SELECT_IDENTITY = """
    SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
    FROM pragma_application_id, pragma_user_version
"""
"""One statement, so that no other program makes the tables while it reads."""

_preparing = threading.Lock()


class DatabaseError(Exception):
    """The database cannot be used; the message is the reason, without a full stop."""


class Database:
    """The database in a file, made with mode 0600 by the first write, or in memory.

    A connection to a file is opened for each transaction and closed after it, so threads
    share none. Every method blocks for the disk and raises DatabaseError.

    Args:
        path: the file, or None for a database in memory that lives as long as this object.
        timeout: seconds to wait while another program writes.
    """

    def __init__(self, path: Path | None, timeout: float = BUSY_TIMEOUT) -> None:
        self.path = path
        self._timeout = timeout
        self._memory: sqlite3.Connection | None = None
        self._memory_lock = threading.Lock()

    def read(self) -> AbstractContextManager["sqlite3.Connection"]:
        """Open a transaction for reading; where there is no file, the tables are empty."""
        return self._transaction("BEGIN", create=False)

    def write(self) -> AbstractContextManager["sqlite3.Connection"]:
        """Open a transaction for writing: no other program writes before its end.

        After the `with` block the disk has everything; where the block raises, nothing.
        """
        return self._transaction("BEGIN IMMEDIATE", create=True)

    @contextmanager
    def _transaction(self, begin: str, *, create: bool) -> Iterator["sqlite3.Connection"]:
        import sqlite3  # costs 10 ms, and `--help` needs none of it

        try:
            with self._connect(create=create) as connection, connection:
                connection.execute(begin)
                yield connection
        except (sqlite3.Error, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DatabaseError(reason.removesuffix(".")) from error

    @contextmanager
    def _connect(self, *, create: bool) -> Iterator["sqlite3.Connection"]:
        if self.path is None:
            with self._memory_lock:
                if self._memory is None:
                    self._memory = _open(":memory:", self._timeout)
                    weakref.finalize(self, self._memory.close)
                yield self._memory
            return
        if _prepare_file(self.path, create=create):
            uri = f"{self.path.absolute().as_uri()}?mode=rw"
        else:
            uri = ":memory:"
        with closing(_open(uri, self._timeout)) as connection:
            yield connection


def _prepare_file(path: Path, *, create: bool) -> bool:
    """Check that a file may be used, and return whether there is one.

    Args:
        path: the file. SQLite gives its -wal and -shm files the same mode.
        create: make an empty file where there is none.
    """
    # Closing a descriptor of a file drops the locks that SQLite holds on it in this process:
    # only a file that no other thread has opened yet may be opened here.
    with _preparing:
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            status = path.lstat()
        except FileNotFoundError:
            return False
    if not stat.S_ISREG(status.st_mode):
        raise DatabaseError("it is not a plain file")
    if sys.platform != "win32":  # modes and owners mean nothing there
        if status.st_uid != os.geteuid():
            raise DatabaseError("it belongs to somebody else")
        if stat.S_IMODE(status.st_mode) & 0o077:
            path.chmod(0o600)
    return True


def _open(uri: str, timeout: float) -> "sqlite3.Connection":
    """Connect to a database of ours; the tables are made where there are none."""
    import sqlite3

    connection = sqlite3.connect(
        uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        if not _has_tables(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                if not _has_tables(connection):  # another program may have been faster
                    for statement in _SCHEMA:
                        connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _has_tables(connection: "sqlite3.Connection") -> bool:
    """Tell our database from an empty one.

    Raises:
        DatabaseError: it is neither.
    """
    application_id, version, tables = connection.execute(_SELECT_IDENTITY).fetchone()
    if application_id == APPLICATION_ID and version > SCHEMA_VERSION:
        raise DatabaseError("a newer version of entity-connections has written it")
    if (application_id, version) == (APPLICATION_ID, SCHEMA_VERSION):
        return True
    if application_id or version or tables:
        raise DatabaseError("it is not a file of entity-connections")
    return False
