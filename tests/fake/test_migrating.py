"""A tenant in a file that an older version of this program made."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from entity_connections.fake.scenarios.data.empty import GLOBAL, LABS, NORTH, SOUTH
from entity_connections.fake.scenarios.export import scenario_of
from entity_connections.fake.scenarios.loading import load
from entity_connections.fake.scenarios.model import Connection
from entity_connections.fake.state import migrating
from entity_connections.fake.state.database import LISTED
from entity_connections.fake.state.tenant_file import TenantFileError, open_file, reset

from tests.fake.test_tenant_file import Shared

CONNECTIONS = (
    Connection(f"{0xC1:032x}", GLOBAL, NORTH, "Connected"),
    Connection(f"{0xC2:032x}", LABS, GLOBAL, "Pending"),
    Connection(f"{0xC3:032x}", NORTH, LABS, "Disconnected"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file as version 1 left it."""
    path = tmp_path / "old.tenant"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture
def server(path: Path) -> Iterator[Shared]:
    server = Shared(path)
    yield server
    server.tenant.close()


@pytest.mark.asyncio
async def test_it_is_brought_up_to_date_and_lists_what_it_held(server: Shared) -> None:
    desk = await server.desk("alice", GLOBAL)
    assert [row["id"] for row in await desk.list()] == [one.id for one in CONNECTIONS[:2]]
    assert (await desk.act("accept", CONNECTIONS[1].id)).json() == {"success": True}
    made = (await desk.request(SOUTH)).json()["id"]
    assert [row["id"] for row in await desk.list()][2:] == [made]


def test_nothing_is_lost(path: Path) -> None:
    with closing(open_file(path)) as db:
        assert scenario_of(db) == load("empty")._replace(connections=CONNECTIONS)
        reset(db)
        assert scenario_of(db) == load("empty")._replace(connections=CONNECTIONS)


@pytest.mark.asyncio
async def test_a_program_of_the_older_version_may_go_on_writing(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as older:
        older.execute("SELECT count(*) FROM connection").fetchone()
        server = Shared(path)
        older.execute(
            "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
            ("f" * 32, SOUTH, GLOBAL, "Pending"),
        )
        older.execute("DELETE FROM connection WHERE id = ?", (CONNECTIONS[0].id,))
        rows = await (await server.desk("alice", GLOBAL)).list()
        assert [row["id"] for row in rows] == [CONNECTIONS[1].id, "f" * 32]
        server.tenant.close()


def test_several_programs_may_do_it_at_once(path: Path) -> None:
    def listed() -> int:
        with closing(open_file(path)) as db:
            found: int = db.execute("SELECT count(*) FROM listed").fetchone()[0]
            return found

    with ThreadPoolExecutor(4) as pool:
        assert {one.result() for one in [pool.submit(listed) for _ in range(8)]} == {6}


def test_a_step_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {1: (LISTED, "INSERT INTO nowhere VALUES (1);")}
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "_STEPS", broken)
        with pytest.raises(TenantFileError):
            open_file(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        tables = db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'listed%'")
        assert tables.fetchall() == []


def test_a_newer_version_is_known_even_where_the_head_of_the_file_is_older(path: Path) -> None:
    open_file(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute("PRAGMA user_version = 99")  # still in the log beside the file
        assert int.from_bytes(path.read_bytes()[60:64]) == migrating.VERSION
        with pytest.raises(TenantFileError, match="a newer version of this program \\(99, here"):
            open_file(path)
