"""A tenant in a SQLite file, which several programs may have open at the same time.

Every response that a caller has received is in the file, and no change is there in part,
whenever a program is killed. A file that is no tenant, is damaged or was made by another version
of this program is refused and left as it is.
"""

import json
import sqlite3
import time
from pathlib import Path

from entity_connections.fake.faults.catalogue import parse_fault
from entity_connections.fake.model import Scenario
from entity_connections.fake.scenarios.export import scenario_to_data
from entity_connections.fake.scenarios.loader import load_scenario
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.database import (
    clear_tables,
    create_tables,
    decode_display_name,
    transaction,
    write_scenario,
)

APPLICATION_ID = 0x5A454354
"""SQLite's `application_id` of a tenant file ("ZECT")."""
VERSION = 1
"""SQLite's `user_version` of a tenant file; it changes with the tables."""
BUSY_TIMEOUT = 5.0
"""Seconds to wait while another program writes to the file."""

_MAGIC = b"SQLite format 3\0"


class TenantFileError(Exception):
    """A file that cannot be used as a tenant; the message names it and says what to do."""


def open_file(
    path: Path, scenario: str | Scenario | None = None, *, timeout: float = BUSY_TIMEOUT
) -> sqlite3.Connection:
    """Return the database of the tenant in a file.

    It may be used from several threads, by one at a time.

    Args:
        path: The file.
        scenario: The state of a new tenant, when the file is empty or not there; None: it
            must hold a tenant already.
        timeout: Seconds to wait while another program writes to the file.

    Raises:
        TenantFileError: The file cannot be used.
        ValueError: There is no such scenario, or its file cannot be used.
    """
    _check_path(path)
    origin = scenario if isinstance(scenario, str) else ""
    if not path.exists():
        if scenario is None:
            raise _no_tenant(path)
        scenario = load_scenario(scenario)  # before SQLite makes the file
    try:
        db = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise TenantFileError(f"{path} cannot be opened: {error}.") from error
    try:
        db.execute("PRAGMA foreign_keys = ON")
        if _is_empty(db) and scenario is not None:
            _create_tenant(db, load_scenario(scenario), origin)
        _check_content(db, path)
        _use_write_ahead_log(db, timeout)
        # A killed program loses nothing by this; only a power failure can cost the last changes.
        db.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.DatabaseError as error:
        db.close()
        raise _describe_error(path, error, timeout) from error
    except BaseException:
        db.close()
        raise
    return db


def reset_tenant(db: sqlite3.Connection, scenario: str | None = None) -> str:
    """Put a tenant back to its start, or into another scenario, and return its origin.

    The origin is the scenario's name or file; "" when the tenant was made from neither. Tokens
    and stored responses are deleted. Programs that have the file open see the new state.

    Raises:
        ValueError: There is no such scenario, or its file cannot be used.
    """
    if scenario is None:
        from entity_connections.fake.scenarios.file_parser import parse_scenario

        origin = tenant_settings.read(db, tenant_settings.SCENARIO)
        start = tenant_settings.read(db, tenant_settings.START).encode()
        state = parse_scenario(start, "the start of the tenant", as_json=True)
    else:
        origin, state = scenario, load_scenario(scenario)
    with transaction(db):
        clear_tables(db)
        _write_start(db, state, origin)
    return origin


def _check_path(path: Path) -> None:
    """Refuse what SQLite must not touch: it would overwrite a file beside an old journal."""
    try:
        if not path.exists():
            if not path.parent.is_dir():
                raise TenantFileError(f"There is no folder {path.parent} for a tenant.")
            return
        if not path.is_file():
            raise TenantFileError(f"{path} is no file.")
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except (OSError, ValueError) as error:
        raise TenantFileError(f"{path} cannot be used: {error}.") from error
    if head and head not in (_MAGIC, bytes(len(_MAGIC))):
        raise _not_a_tenant(path)


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
    tenant_settings.write(db, tenant_settings.START, json.dumps(scenario_to_data(scenario)))


def _is_empty(db: sqlite3.Connection) -> bool:
    return not _read_value(db, "SELECT count(*) FROM sqlite_master")


def _use_write_ahead_log(db: sqlite3.Connection, timeout: float) -> None:
    """Let readers not wait for writers; SQLite itself does not wait here for other programs."""
    end = time.monotonic() + timeout
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _check_content(db: sqlite3.Connection, path: Path) -> None:
    if _is_empty(db):  # an empty file, or SQLite has undone an interrupted `_create_tenant`
        raise _no_tenant(path)
    if _read_value(db, "PRAGMA application_id") != APPLICATION_ID:
        raise TenantFileError(
            f"{path} is the database of another program. It was left as it is; name another file."
        )
    version = _read_value(db, "PRAGMA user_version")
    if version != VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise TenantFileError(
            f"{path} is a tenant of {age} version of this program ({version}, here {VERSION})."
            " It was left as it is: use that version, or `tenant export` of it and a new file."
        )
    problems = [row[0] for row in db.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"] or db.execute("PRAGMA foreign_key_check").fetchone():
        raise _damaged(path)
    try:
        tenant_settings.read_policy(db)
        for fault in tenant_settings.read_faults(db):
            parse_fault(fault)
        for (name,) in db.execute("SELECT display_name FROM entity"):
            decode_display_name(name)
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    roots = _read_value(db, "SELECT count(*) FROM entity WHERE parent_id IS NULL")
    if roots != 1 or not tenant_settings.read(db, tenant_settings.TENANT_ID):
        raise _damaged(path)


def _read_value(db: sqlite3.Connection, query: str) -> int:
    value: int = db.execute(query).fetchone()[0]
    return value


def _describe_error(path: Path, error: sqlite3.DatabaseError, timeout: float) -> TenantFileError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # Python's own errors have no code
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TenantFileError(f"Another program has held {path} for {timeout:.0f} seconds.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL):
        return TenantFileError(f"{path} cannot be written: {error}.")
    if code == sqlite3.SQLITE_NOTADB:
        return _not_a_tenant(path)
    if isinstance(error, sqlite3.IntegrityError):
        return TenantFileError(f"{path} was not made: the scenario breaks a rule: {error}.")
    return _damaged(path)


def _no_tenant(path: Path) -> TenantFileError:
    return TenantFileError(f"There is no tenant in {path} yet; `serve --tenant` makes one.")


def _not_a_tenant(path: Path) -> TenantFileError:
    return TenantFileError(f"{path} is no tenant. It was left as it is; name another file.")


def _damaged(path: Path) -> TenantFileError:
    return TenantFileError(f"{path} is damaged. It was left as it is; name another file.")
