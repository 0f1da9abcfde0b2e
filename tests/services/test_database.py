"""The SQLite file: private, shared by several programs, and never written when it is not ours."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from entity_connections.services.storage.database import Database, DatabaseError

INSERT = "INSERT INTO list_cache VALUES ('acme', 'tenant', '{}')"

posix = pytest.mark.skipif(sys.platform == "win32", reason="files have no modes there")


def insert(database: Database) -> None:
    with database.transaction(write=True) as connection:
        connection.execute(INSERT)


def count(database: Database) -> int:
    with database.transaction() as connection:
        found: int = connection.execute("SELECT count(*) FROM list_cache").fetchone()[0]
        return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.sqlite3"


def test_memory_and_file_work_alike(path: Path) -> None:
    for database in (Database(None), Database(path)):
        assert count(database) == 0
        assert not path.parent.exists(), "reading makes no file"
        with suppress(KeyError), database.transaction(write=True) as connection:
            connection.execute(INSERT)
            raise KeyError
        assert count(database) == 0, "a block that raises changes nothing"
        insert(database)
        assert count(database) == 1
    assert count(Database(path)) == 1
    assert count(Database(None)) == 0


def test_a_write_is_durable_and_leaves_no_connection_open(path: Path) -> None:
    with Database(path).transaction(write=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
        connection.execute(INSERT)
    assert list(path.parent.iterdir()) == [path], "SQLite removes -wal and -shm at the last close"


@posix
def test_nobody_else_may_read_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(path).transaction(write=True) as connection:
        connection.execute(INSERT)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {path.name: 0o600, f"{path.name}-wal": 0o600, f"{path.name}-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    count(Database(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    path.chmod(0o644)
    monkeypatch.setattr(Path, "chmod", refuse)  # as for a file of another user
    with pytest.raises(DatabaseError, match="Operation not permitted"):
        count(Database(path))


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_the_folder_and_the_parents_made_with_it_are_private(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "share" / "state" / "state.sqlite3"
    tmp_path.chmod(0o755)
    before = os.umask(umask)
    try:
        insert(Database(path))
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:3]]
    assert modes == [0o700, 0o700, 0o755], "a parent that was there is left as it is"


@posix
def test_a_folder_that_is_open_to_others_is_closed(path: Path) -> None:
    path.parent.mkdir()
    for use in (insert, count):
        path.parent.chmod(0o777)
        use(Database(path))
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
def test_a_folder_that_others_may_need_is_refused(path: Path) -> None:
    insert(Database(path))
    path.with_name("precious").touch()
    path.parent.chmod(0o755)
    for use in (count, insert):
        with pytest.raises(
            DatabaseError, match=f"open to other users .* chmod 700 '{path.parent}'$"
        ):
            use(Database(path))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def make_text(path: Path) -> None:
    path.write_text("precious " * 200)


def make_other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE precious (x)")


def make_damaged(path: Path) -> None:
    insert(Database(path))
    data = path.read_bytes()
    path.write_bytes(data[:200] + b"\xff" * (len(data) - 200))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_text, "file is not a database"),
        (make_other_database, "it is not a file of entity-connections"),
        (make_damaged, "malformed"),
    ],
)
def test_a_file_that_cannot_be_used_is_left_as_it_is(
    path: Path, make: Callable[[Path], None], reason: str
) -> None:
    path.parent.mkdir()
    make(path)
    path.chmod(0o600)
    before = path.read_bytes()
    for use in (count, insert):
        with pytest.raises(DatabaseError, match=reason) as caught:
            use(Database(path))
        assert str(caught.value).startswith(f"{path} cannot be ")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def make_link(path: Path) -> None:
    insert(Database(path.with_name("elsewhere")))
    path.symlink_to(path.with_name("elsewhere"))


@posix
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_link, "not a plain file"),
        (os.mkfifo, "disk I/O error"),
        (Path.mkdir, "unable to open"),
    ],
)
def test_only_a_plain_file_is_used(path: Path, make: Callable[[Path], None], reason: str) -> None:
    path.parent.mkdir()
    make(path)
    for use in (count, insert):
        with pytest.raises(DatabaseError, match=reason):
            use(Database(path))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_file_that_is_read_only_can_be_read(path: Path) -> None:
    insert(Database(path))
    path.chmod(0o400)
    assert count(Database(path)) == 1
    with pytest.raises(DatabaseError, match="readonly"):
        insert(Database(path))


def test_a_folder_that_cannot_be_made_is_refused(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(DatabaseError, match="is not a folder"):
        insert(Database(path))


def test_while_another_program_writes_one_may_read_but_not_write(path: Path) -> None:
    insert(Database(path))
    with Database(path).transaction(write=True) as connection:
        connection.execute("DELETE FROM list_cache")
        assert count(Database(path)) == 1
        with pytest.raises(DatabaseError, match="locked"):
            insert(Database(path, timeout=0.05))
    assert count(Database(path)) == 0


def insert_on_full_disk(path: str, size: int) -> None:
    """Insert where files cannot grow beyond `size` bytes, and print why it fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        insert(Database(Path(path)))
    except DatabaseError as error:
        print(error)


@posix
@pytest.mark.parametrize("size", [0, 5000])
def test_a_full_disk_leaves_the_file_as_it_was(path: Path, size: int) -> None:
    with Database(path).transaction(write=True) as connection:
        connection.execute(INSERT.replace("acme", "before"))
    code = (
        "import sys\n"
        "from tests.services.test_database import insert_on_full_disk\n"
        "insert_on_full_disk(sys.argv[1], int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(path), str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip()
    assert count(Database(path)) == 1
    insert(Database(path))
    assert count(Database(path)) == 2


def add_runs(together: threading.Barrier, folder: Path, name: str) -> None:
    """Add a row to each of several new files, at the same moments as other programs."""
    for number in range(20):
        together.wait(10)
        with Database(folder / f"{number}.sqlite3").transaction(write=True) as connection:
            connection.execute("INSERT INTO run VALUES (?, 0)", (name,))


def test_programs_that_start_together_make_the_file_once(tmp_path: Path) -> None:
    """Each waits for the others, whatever SQLite does not wait for by itself."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(3)
    programs = [spawn.Process(target=add_runs, args=(together, tmp_path, name)) for name in "abc"]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0, 0, 0]
    for path in tmp_path.glob("*.sqlite3"):
        with Database(path).transaction() as connection:
            assert len(connection.execute("SELECT id FROM run").fetchall()) == 3
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
