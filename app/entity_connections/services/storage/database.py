"""The SQLite file that holds the program's local state; several programs may share it."""

import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections.files import UnsafeFileError, make_private_file, make_private_folder

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x656E7463
"""`PRAGMA application_id` of our files: "entc" in ASCII."""

_SCHEMA = f"""
    BEGIN IMMEDIATE;
    -- Each row is an entry after its intent or an outcome was recorded; rows are only ever added.
    -- AUTOINCREMENT: rows removed from the end leave a gap in `seq`.
    CREATE TABLE IF NOT EXISTS journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS journal_id ON journal (id);
    -- The entries without a known outcome, which are found without reading the whole journal.
    CREATE TABLE IF NOT EXISTS open_entry (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, connection TEXT NOT NULL
    );
    -- Runs of several operations, and what of each has no outcome; `sent` is the id of the intent
    -- in the journal, "" while there is none.
    CREATE TABLE IF NOT EXISTS run (id TEXT PRIMARY KEY, active_at REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS planned (
        run TEXT NOT NULL, key TEXT NOT NULL, follows TEXT NOT NULL, entry TEXT NOT NULL,
        sent TEXT NOT NULL DEFAULT '', PRIMARY KEY (run, key)
    );
    CREATE TABLE IF NOT EXISTS list_cache (profile TEXT PRIMARY KEY, tenant TEXT, lists TEXT);
    CREATE TABLE IF NOT EXISTS token (
        base_url TEXT, client_id TEXT, token TEXT, entity_ids TEXT, saved_at REAL,
        expires_at REAL, PRIMARY KEY (base_url, client_id)
    );
    PRAGMA application_id = {APPLICATION_ID};
    COMMIT;
"""
_SELECT_IDENTITY = """
    SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id
"""
"""One statement, so that no other program makes the tables while it reads."""


class DatabaseError(Exception):
    """The database cannot be used; the message says which file, and why.

    Attributes:
        denied: whether the operating system refused to open the file or its folder.
    """

    def __init__(self, message: str, *, denied: bool) -> None:
        super().__init__(message)
        self.denied = denied


class Database:
    """The database in a file, made with mode 0600 by the first write, or in memory.

    Its folder has mode 0700, or is refused; see `make_private_folder`.

    A connection to a file is opened for each transaction, so threads share none.

    Args:
        path: the file, or None for a database in memory that lives as long as this object.
        timeout: seconds to wait while another program writes.
    """

    def __init__(self, path: Path | None, timeout: float = 10.0) -> None:
        self.path = path
        self._timeout = timeout
        self._memory: sqlite3.Connection | None = None
        self._memory_lock = threading.Lock()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator["sqlite3.Connection"]:
        """Open a transaction; it blocks for the disk. Without a file there is nothing to read.

        Args:
            write: whether the block writes. Then no other program writes before its end, and
                after it the disk has everything; or nothing, where the block raises.

        Raises:
            DatabaseError: the file cannot be used.
        """
        import sqlite3  # costs 10 ms, and `--help` needs none of it

        try:
            with self._connect(create=write) as connection, connection:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
        except (sqlite3.Error, OSError) as error:
            reason = str(error)
            if not isinstance(error, UnsafeFileError):  # that is a whole sentence
                reason = f"{getattr(error, 'strerror', None) or reason}."
            use = "written" if write else "read"
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            denied = bool(getattr(error, "errno", None))
            denied = denied or code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            message = f"{self.path} cannot be {use}: {reason}"
            raise DatabaseError(message, denied=denied) from error

    @contextmanager
    def _connect(self, *, create: bool) -> Iterator["sqlite3.Connection"]:
        if self.path is None:
            with self._memory_lock:
                if self._memory is None:
                    self._memory = self._open(":memory:")
                    weakref.finalize(self, self._memory.close)
                    _create_tables(self._memory)
                yield self._memory
            return
        is_file = create or self.path.exists()
        if is_file:
            make_private_folder(self.path.parent, self.path.stem)
        uri = f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        with closing(self._open(uri if is_file else ":memory:")) as connection:
            if is_file:
                make_private_file(self.path)  # SQLite gives -wal and -shm the same mode
            _create_tables(connection)
            yield connection

    def _open(self, uri: str) -> "sqlite3.Connection":
        import sqlite3

        return sqlite3.connect(
            uri, uri=True, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )


def _create_tables(connection: "sqlite3.Connection") -> None:
    """Create the tables in an empty database, and let readers not wait for writers."""
    import sqlite3

    connection.execute("PRAGMA synchronous = FULL")
    application_id, tables = connection.execute(_SELECT_IDENTITY).fetchone()
    if not application_id and not tables:
        connection.executescript(_SCHEMA)
    elif application_id != APPLICATION_ID:
        raise OSError("it is not a file of entity-connections")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        # Another program opens the file at this moment: the next opening changes the mode.
