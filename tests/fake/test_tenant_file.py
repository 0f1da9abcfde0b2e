"""A tenant in a file: shared by several programs, lasting, and never changed in part."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from entity_connections.fake.rules.policy import DeniedRequest, Policy
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, EUROPE, MEXICO
from entity_connections.fake.scenarios.loader import load_scenario
from entity_connections.fake.state.database import (
    create_tables,
    read_scenario,
    transaction,
    write_scenario,
)
from entity_connections.fake.tenant import open_tenant
from entity_connections.fake.tenant_file import VERSION, TenantFileError, open_file, reset_tenant

from tests.fake.server import Server, Session, category


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.tenant"


@pytest.fixture
def both(path: Path) -> Iterator[tuple[Server, Server]]:
    """Return two servers on one file."""
    found = Server(path=path), Server(path=path)
    yield found
    for server in found:
        server.tenant.close()


class TestWhatIsWritten:
    """One program after another."""

    @pytest.mark.asyncio
    async def test_changes_tokens_and_keys_outlive_a_program(self, path: Path) -> None:
        first = Server(path=path)
        session = await first.sign_in("alice", AMERICAS)
        made = (await session.request(EUROPE, "key")).json()
        first.tenant.close()
        second = Server(path=path)
        later = Session(second.client, session.headers)  # even the token is still good
        assert any(row["id"] == made["id"] for row in await later.list())
        assert (await later.request(EUROPE, "key")).json() == made
        second.tenant.close()

    def test_the_scenario_of_an_existing_file_is_ignored(self, path: Path) -> None:
        for name in ("empty", "acme"):
            with closing(open_file(path, name)) as db:
                assert read_scenario(db) == load_scenario("empty")

    def test_an_empty_file_becomes_a_tenant(self, path: Path) -> None:
        path.touch()
        open_file(path, "empty").close()
        open_file(path).close()

    def test_a_tenant_that_cannot_be_completed_is_not_made(self, path: Path) -> None:
        scenario = load_scenario("acme")
        twice = scenario._replace(connections=scenario.connections[:1] * 2)
        with pytest.raises(TenantFileError, match="the scenario breaks a rule"):
            open_file(path, twice)
        with closing(open_file(path, "empty")) as db:
            assert read_scenario(db) == load_scenario("empty")

    def test_reset_restores_the_start(self, path: Path) -> None:
        with closing(open_file(path, "empty")) as db:
            db.execute("UPDATE entity SET name = 'x' WHERE parent_id IS NULL")
            assert reset_tenant(db) == "empty"
            assert read_scenario(db) == load_scenario("empty")
            assert reset_tenant(db, "hostile") == "hostile"
            assert reset_tenant(db) == "hostile"
            assert read_scenario(db) == load_scenario("hostile")

    def test_a_policy_stays_in_the_file(self, path: Path) -> None:
        tenant = open_tenant("acme", path=path)
        tenant.policy = Policy(denied=DeniedRequest.REMOVED)
        tenant.close()
        tenant = open_tenant("acme", path=path)
        assert tenant.policy.denied is DeniedRequest.REMOVED
        tenant.close()


class TestWhatIsRefused:
    """Files that are no tenant, or none of ours; each is left as it is."""

    def refused(self, path: Path, said: str) -> None:
        before = path.read_bytes()
        with pytest.raises(TenantFileError, match=said) as raised:
            open_file(path, "acme")
        assert str(path) in str(raised.value)
        assert path.read_bytes() == before

    def test_other_content(self, path: Path) -> None:
        for content in (b"x", b"# notes\n" * 100, b"SQLite format 3\0", bytes(4096)):
            path.write_bytes(content)
            self.refused(path, "is no tenant")

    def test_the_database_of_another_program(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE entity (id)")
        self.refused(path, "another program")

    @pytest.mark.parametrize(("version", "age"), [(0, "an older"), (99, "a newer")])
    def test_a_tenant_of_another_version(self, path: Path, version: int, age: str) -> None:
        with closing(open_file(path, "acme")) as db:
            db.execute(f"PRAGMA user_version = {version}")
        self.refused(path, f"{age} version of this program \\({version}, here {VERSION}\\)")

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
    def test_a_truncated_file(self, path: Path, share: float) -> None:
        open_file(path, "acme").close()
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        self.refused(path, "is damaged")

    @pytest.mark.parametrize("page", range(1, 12))
    def test_a_file_with_a_damaged_page(self, path: Path, page: int) -> None:
        open_file(path, "acme").close()
        whole = bytearray(path.read_bytes())
        whole[page * 4096 : (page + 1) * 4096] = b"\xaa" * 4096
        path.write_bytes(whole)
        self.refused(path, "is damaged")

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE setting SET value = 'x' WHERE name = 'policy.denied'",
            "UPDATE setting SET value = '[' WHERE name = 'faults'",
            "DELETE FROM setting WHERE name = 'tenant id'",
            "UPDATE entity SET display_name = x'ff'",
            "DELETE FROM entity WHERE parent_id IS NULL",
        ],
    )
    def test_a_file_with_invalid_content(self, path: Path, damage: str) -> None:
        open_file(path, "acme").close()
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(damage)
        self.refused(path, "is damaged")

    def test_paths_that_cannot_hold_a_tenant(self, tmp_path: Path) -> None:
        with pytest.raises(TenantFileError, match="no folder"):
            open_file(tmp_path / "none" / "x", "acme")
        with pytest.raises(TenantFileError, match="is no file"):
            open_file(tmp_path, "acme")
        with pytest.raises(TenantFileError, match="no tenant in"):
            open_file(tmp_path / "x")
        with pytest.raises(ValueError, match="no scenario"):
            open_file(tmp_path / "x", "nope")
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_another_program_has_locked(self, path: Path) -> None:
        with closing(open_file(path, "empty")) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            with transaction(db):
                db.execute("PRAGMA locking_mode = EXCLUSIVE")
                db.execute("UPDATE user SET login = login || 'x'")
                with pytest.raises(TenantFileError, match="has held"):
                    open_file(path, timeout=0.01)


@pytest.mark.asyncio
class TestTwoPrograms:
    """Two servers on one file tell one story."""

    async def test_each_program_sees_the_changes_of_the_other(
        self, both: tuple[Server, Server]
    ) -> None:
        first, second = both
        made = (await (await first.sign_in("alice", AMERICAS)).request(EUROPE)).json()
        bruno = await second.sign_in("bruno")
        assert made["id"] in {row["id"] for row in await bruno.list(type="inbound")}
        assert (await bruno.act("accept", made["id"])).json() == {"success": True}
        rows = await (await first.sign_in("alice", AMERICAS)).list(type="outbound")
        assert [row["status"] for row in rows if row["id"] == made["id"]] == ["Connected"]

    async def test_tokens_and_keys_are_shared(self, both: tuple[Server, Server]) -> None:
        session = await both[0].sign_in("alice", AMERICAS)
        twin = Session(both[1].client, session.headers)
        answers = await asyncio.gather(
            *(where.request(MEXICO, "key") for where in (session, twin) * 5)
        )
        ids = {answer.json().get("id") for answer in answers if answer.status_code == 200}
        assert len(ids) == 1

    async def test_a_policy_is_shared_at_once(self, both: tuple[Server, Server]) -> None:
        first, second = both
        session, clerk = await first.sign_in("alice", AMERICAS), await second.sign_in("bruno")
        for denied, left in ((DeniedRequest.REMOVED, False), (DeniedRequest.DISCONNECTED, True)):
            first.tenant.policy = Policy(denied=denied)
            made = (await session.request(EUROPE)).json()["id"]
            assert (await clerk.act("deny", made)).json() == {"success": True}
            assert (made in {row["id"] for row in await session.list()}) is left

    async def test_a_change_waits_for_another_program_and_reads_do_not(
        self, both: tuple[Server, Server], path: Path
    ) -> None:
        session = await both[0].sign_in("alice", AMERICAS)
        with closing(sqlite3.connect(path, isolation_level=None)) as other, transaction(other):
            answer = await session.request(EUROPE)
            assert (answer.status_code, category(answer)) == (200, 50)
            assert (await session.list()) != []
        assert (await session.request(EUROPE)).json()["success"] is True

    async def test_a_reset_is_seen_by_other_programs(
        self, both: tuple[Server, Server], path: Path
    ) -> None:
        session = await both[0].sign_in("alice")
        with closing(open_file(path)) as db:
            reset_tenant(db, "empty")
        assert (await session.get("/v1/entities")).status_code == 401
        assert both[0].tenant.users[0].login == "alice@novera.example"


def test_several_programs_can_make_one_file_at_once(path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from entity_connections.fake.tenant_file import open_file\n"
        "from entity_connections.fake.state.database import read_scenario\n"
        "print(len(read_scenario(open_file(Path(sys.argv[1]), sys.argv[2])).entities))"
    )
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), name], stdout=subprocess.PIPE, text=True
        )
        for name in ("acme", "empty", "acme", "empty")
    ]
    found = {maker.communicate()[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0] * 4
    assert len(found) == 1


class Crowded(sqlite3.Connection):
    """A file that others open at the same moment: SQLite does not wait for its log then."""

    busy = 3

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if "journal_mode" in sql and Crowded.busy:
            Crowded.busy -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return super().execute(sql, *values)


def test_opening_waits_for_the_write_ahead_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Crowded))
    open_file(path, "empty").close()
    assert Crowded.busy == 0


def test_the_start_is_stored_as_a_scenario_file(path: Path) -> None:
    with closing(open_file(path, "hostile")) as db:
        start = db.execute("SELECT value FROM setting WHERE name = 'start'").fetchone()[0]
    assert len(json.loads(start)["entities"]) == len(load_scenario("hostile").entities)


def test_an_interrupted_making_is_undone_by_the_next_program(path: Path) -> None:
    """A file that holds its pages already, and beside it the journal that takes them back."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")  # what is not committed yet is in the file all the same
    db.execute("BEGIN")
    create_tables(db)
    write_scenario(db, load_scenario("global-500"))
    journal = path.with_name(f"{path.name}-journal")
    left = path.read_bytes(), journal.read_bytes()
    db.close()
    assert left[0]
    for head in (left[0][:100], bytes(100)):
        path.write_bytes(head + left[0][100:])
        journal.write_bytes(left[1])
        with pytest.raises(TenantFileError, match="no tenant in"):
            open_file(path)
        with closing(open_file(path, "empty")) as made:
            assert read_scenario(made) == load_scenario("empty")
    path.write_bytes(b"# notes\n" * 100)
    journal.write_bytes(left[1])
    with pytest.raises(TenantFileError, match="is no tenant"):
        open_file(path, "empty")
