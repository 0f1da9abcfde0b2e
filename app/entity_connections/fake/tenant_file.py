"""A tenant in a SQLite file, which several programs may have open at the same time.

Every response that a caller has received is in the file, and no change is there in part,
whenever a program is killed. A file that is no tenant, is damaged or was made by another version
of this program is refused and left as it is. One that may not be written can be read.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from entity_connections.domain.ids import new_uuid
from entity_connections.fake.model import Scenario
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.scenarios.export import scenario_to_data
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.database import connect, create_tables, transaction
from entity_connections.fake.state.stored_scenario import write_scenario

APPLICATION_ID = 0x5A454354
"""SQLite's `application_id` of a tenant file ("ZECT")."""
VERSION = 4
"""SQLite's `user_version` of a tenant file; it changes with the tables and settings."""
BUSY_TIMEOUT = 2.0
"""Seconds to wait while another program writes to the file."""
_PROBLEMS = {
    sqlite3.SQLITE_BUSY: "is locked: another program goes on writing to it.",
    sqlite3.SQLITE_LOCKED: "is locked: another program goes on writing to it.",
    sqlite3.SQLITE_NOTADB: "is no tenant. It was left as it is; name another file.",
    sqlite3.SQLITE_CORRUPT: "is damaged. It was left as it is; name another file.",
    sqlite3.SQLITE_READONLY: "is read-only here: it can be read, but not changed.",
}
"""SQLite's error code -> what is said about the file."""


class TenantFileError(ValueError):
    """A file that cannot be used as a tenant; the message names it and says what to do."""


def open_file(
    path: Path, scenario: str | Scenario | None = None, *, timeout: float = BUSY_TIMEOUT
) -> sqlite3.Connection:
    """Return the database of the tenant in a file.

    Args:
        path: The file.
        scenario: The state of a new tenant, when the file is empty or not there; None: it
            must hold a tenant already.
        timeout: Seconds to wait while another program writes to the file.

    Raises:
        TenantFileError: The file cannot be used.
        ValueError: There is no such scenario, or its file cannot be used.
    """
    origin = scenario if isinstance(scenario, str) else ""
    with file_errors(path), ExitStack() as on_error:
        _check_place(path)
        if not path.exists():
            if scenario is None:
                raise _no_tenant(path)
            scenario = load_scenario(scenario)  # before SQLite makes the file
        read_only = path.exists() and not (_is_writable(path) and _is_writable(path.parent))
        db = connect(_make_uri(path, read_only=read_only), timeout)
        on_error.callback(db.close)
        if scenario is not None and _is_empty(db):
            _create_tenant(db, load_scenario(scenario), origin)
        _check_content(db, path)
        if read_only:
            _keep_sessions_in_memory(db)
        else:
            _use_write_ahead_log(db)
        on_error.pop_all()
    return db


def reset_tenant(db: sqlite3.Connection, scenario: str | Scenario | None = None) -> str:
    """Put a tenant back to its start, or into another scenario, and return its origin.

    The origin is the scenario's name or file; "" when the tenant was made from neither. Tokens
    and stored responses are deleted. Programs that have the file open see the new state. A scenario
    that cannot be used raises ValueError.
    """
    if scenario is None:
        from entity_connections.fake.scenarios.file_parser import build_scenario

        origin: str = tenant_settings.read(db, tenant_settings.SCENARIO)
        start = tenant_settings.read(db, tenant_settings.START)
        state = build_scenario(start, "the start of the tenant")
    else:
        origin = scenario if isinstance(scenario, str) else ""
        state = load_scenario(scenario)
    with transaction(db):
        db.execute("PRAGMA defer_foreign_keys = ON")
        tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
        _write_start(db, state, origin)
    return origin


def _create_tenant(db: sqlite3.Connection, scenario: Scenario, origin: str) -> None:
    with transaction(db):
        if not _is_empty(db):  # another program was faster
            return
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        create_tables(db)
        _write_start(db, scenario, origin)


def _write_start(db: sqlite3.Connection, scenario: Scenario, origin: str) -> None:
    write_scenario(db, scenario)
    tenant_settings.write(db, tenant_settings.SCENARIO, origin)
    tenant_settings.write(db, tenant_settings.IDENTITY, new_uuid())
    tenant_settings.write(db, tenant_settings.START, scenario_to_data(scenario))


@contextmanager
def file_errors(path: Path | None) -> Iterator[None]:
    """Turn an error of SQLite about a tenant file into a TenantFileError."""
    try:
        yield
    except sqlite3.Error as error:
        if path is None or isinstance(error, sqlite3.ProgrammingError):  # a closed database
            raise
        raise TenantFileError(_describe_error(path, error)) from error


def _check_place(path: Path) -> None:
    try:
        if not path.parent.is_dir():
            raise TenantFileError(f"There is no folder {path.parent} for a tenant.")
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise TenantFileError(f"{path} is a device, a pipe or a socket; name a file.")
    except OSError as error:
        raise TenantFileError(f"{path} cannot be opened: {error.strerror}.") from error


def _describe_error(path: Path, error: sqlite3.Error) -> str:
    if path.is_dir():
        return f"{path} is a folder; name a file."
    code = error.sqlite_errorcode & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        free = shutil.disk_usage(path.parent).free
        if free < 65_536:  # SQLite's index of its log takes 32 kB
            return f"The disk that holds {path} is full: make room on it."
    return f"{path} {_PROBLEMS.get(code, f'cannot be used: {error}.')}"


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _make_uri(path: Path, *, read_only: bool) -> str:
    uri = path.absolute().as_uri()
    if not read_only:
        return uri
    # Without a log beside the file nobody writes to it now. SQLite is told so, because it would
    # make a log, which might not be possible, or be in the way of those who may write.
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{uri}?mode=ro" if has_log else f"{uri}?immutable=1"


def _keep_sessions_in_memory(db: sqlite3.Connection) -> None:
    """Let callers sign in to a tenant that cannot be written: these tables hide those of the file.

    Every other change fails with SQLITE_READONLY.
    """
    db.execute("PRAGMA temp_store = MEMORY")
    for table in ("token", "stored_response"):
        db.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} WHERE 0")  # noqa: S608


def _is_empty(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_schema").fetchone() is None


def _use_write_ahead_log(db: sqlite3.Connection) -> None:
    try:
        db.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        # Other programs open the file at this moment: readers wait until its next opening.
    # A killed program loses nothing by this; only a power failure can cost the last changes.
    db.execute("PRAGMA synchronous = NORMAL")


def _check_content(db: sqlite3.Connection, path: Path) -> None:
    if _is_empty(db):  # an empty file, or SQLite has undone an interrupted `_create_tenant`
        raise _no_tenant(path)
    (application_id,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise TenantFileError(
            f"{path} is the database of another program. It was left as it is; name another file."
        )
    if version != VERSION:
        raise TenantFileError(
            f"{path} is a tenant of another version of this program ({version}, here {VERSION})."
            " It was left as it is: use that version, or `tenant export` of it and a new file."
        )
    if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise TenantFileError(f"{path} {_PROBLEMS[sqlite3.SQLITE_CORRUPT]}")


def _no_tenant(path: Path) -> TenantFileError:
    return TenantFileError(f"There is no tenant in {path} yet; `serve --tenant` makes one.")
