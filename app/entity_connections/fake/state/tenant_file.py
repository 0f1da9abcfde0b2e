"""A tenant in a file that several programs share, and that outlives them all.

What was answered is in the file, and nothing is in it by halves, whenever a
program is killed. A file of an older version is brought up to date; one that is
foreign, damaged or of a newer version is refused and left as it is.
"""

import json
import sqlite3
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections.fake.faults.catalogue import parsed
from entity_connections.fake.scenarios.export import as_data
from entity_connections.fake.scenarios.loading import load
from entity_connections.fake.state import settings
from entity_connections.fake.state.database import (
    BUSY,
    decoded,
    empty,
    fill,
    make_tables,
    transaction,
)
from entity_connections.fake.state.migrating import OLDEST, VERSION, migrate

if TYPE_CHECKING:
    from entity_connections.fake.scenarios.model import Scenario

APPLICATION = 0x5A454354
"""SQLite's application id, by which a file is known as ours ("ZECT")."""

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_PAUSES = 250
_JOURNAL = bytes.fromhex("d9d505f920a163d7")


class TenantFileError(Exception):
    """A file that cannot be used as a tenant; the message names it and says what to do."""


def open_file(path: Path, name: "str | Scenario | None" = None) -> sqlite3.Connection:
    """Return the tenant in a file, which is made when it is not there or empty.

    It may be used from one thread at a time.

    Args:
        path: The file.
        name: What a new one holds; None makes none.

    Raises:
        TenantFileError: It cannot be used, or there is none and none is to be made.
        ValueError: There is no such scenario, or its file cannot be used.
    """
    if not _looks_ours(path):
        if name is None:
            raise TenantFileError(f"There is no tenant in {path} yet; `serve --tenant` makes one.")
        scenario, origin = load(name), name if isinstance(name, str) else ""
    else:
        scenario = None
    try:
        db = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise TenantFileError(f"{path} cannot be opened: {error}.") from error
    try:
        db.execute("PRAGMA foreign_keys = ON")
        if scenario is not None:
            with transaction(db):
                _make(db, scenario, origin)
        _check(db, path)
        migrate(db)
        _write_ahead(db)
        # A killed program loses nothing by it; only a machine that loses power might.
        db.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.DatabaseError as error:
        db.close()
        raise _unusable(path, error) from error
    except BaseException:
        db.close()
        raise
    return db


def reset(db: sqlite3.Connection, name: "str | Scenario | None" = None) -> str:
    """Put a tenant back to how it began, or to another scenario; return what that is called.

    Tokens and stored answers go, too. Programs that have it open go on with the new state.

    Raises:
        ValueError: There is no such scenario, or its file cannot be used.
    """
    origin = settings.get(db, settings.SCENARIO) if name is None else str(name)
    if name is None:
        from entity_connections.fake.scenarios.scenario_file import parsed as from_text

        start = settings.get(db, settings.START).encode()
        scenario = from_text(start, "its beginning", as_json=True)
    else:
        scenario = load(name)
    with transaction(db):
        empty(db)
        _keep(db, scenario, origin)
    return origin


def _make(db: sqlite3.Connection, scenario: "Scenario", origin: str) -> None:
    """Fill a new file, unless another program was faster."""
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    make_tables(db)
    _keep(db, scenario, origin)


def _keep(db: sqlite3.Connection, scenario: "Scenario", origin: str) -> None:
    fill(db, scenario)
    settings.put(db, settings.SCENARIO, origin)
    settings.put(db, settings.START, json.dumps(as_data(scenario)))


def _looks_ours(path: Path) -> bool:
    """Whether a tenant of ours is in the file; False: it is new."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise TenantFileError(f"There is no folder {path.parent} for a tenant.") from None
        return False
    except (OSError, ValueError) as error:
        raise TenantFileError(f"{path} cannot be used: {error}.") from error
    if not stat.S_ISREG(found.st_mode):
        raise TenantFileError(f"{path} is no file.")
    if not found.st_size:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except OSError as error:
        raise TenantFileError(f"{path} cannot be read: {error.strerror}.") from error
    if head[:16] in (_MAGIC, bytes(16)) and _was_never_finished(path):
        return False
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        raise TenantFileError(f"{path} is no tenant. It was left as it is; name another file.")
    if int.from_bytes(head[68:72]) != APPLICATION:
        raise TenantFileError(
            f"{path} is the database of another program. It was left as it is; name another file."
        )
    _check_version(path, int.from_bytes(head[60:64]))
    return True


def _write_ahead(db: sqlite3.Connection) -> None:
    """Keep a log beside the file, so that who reads waits for nobody.

    SQLite does not wait here by itself when others open the file at the same moment.
    """
    for pause in range(_PAUSES, -1, -1):
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not pause or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(BUSY / _PAUSES)
        else:
            return


def _was_never_finished(path: Path) -> bool:
    """Whether a program was killed while it made the file: SQLite empties it when it is opened."""
    try:
        with path.with_name(f"{path.name}-journal").open("rb") as journal:
            head = journal.read(20)
    except OSError:
        return False
    return head.startswith(_JOURNAL) and head[16:] == bytes(4)  # pages there were before


def _check_version(path: Path, version: int) -> None:
    if not OLDEST <= version <= VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise TenantFileError(
            f"{path} is a tenant of {age} version of this program ({version}, here {VERSION})."
            " It was left as it is: use that version, or `tenant export` of it and a new file."
        )


def _check(db: sqlite3.Connection, path: Path) -> None:
    # The file's head may be older than what stands in the log beside it.
    _check_version(path, db.execute("PRAGMA user_version").fetchone()[0])
    damage = [row[0] for row in db.execute("PRAGMA integrity_check(1)")]
    if damage != ["ok"] or db.execute("PRAGMA foreign_key_check").fetchone():
        raise _damaged(path)
    try:
        settings.policy(db)
        for one in settings.faults(db):
            parsed(one)
        for (name,) in db.execute("SELECT display_name FROM entity"):
            decoded(name)
        top = db.execute("SELECT count(*) FROM entity WHERE parent_id IS NULL").fetchone()
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    if top[0] != 1 or not settings.get(db, settings.TENANT_ID):
        raise _damaged(path)


def _unusable(path: Path, error: sqlite3.DatabaseError) -> TenantFileError:
    # Python raises some errors itself, without a code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TenantFileError(f"Another program has held {path} for {BUSY:.0f} seconds.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL):
        return TenantFileError(f"{path} cannot be written: {error}.")
    if isinstance(error, sqlite3.IntegrityError):
        return TenantFileError(f"{path} was not made: the scenario breaks a rule: {error}.")
    return _damaged(path)


def _damaged(path: Path) -> TenantFileError:
    return TenantFileError(f"{path} is damaged. It was left as it is; name another file.")
