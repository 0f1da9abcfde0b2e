"""A tenant in a file: shared by several programs, lasting, and never changed in part."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from entity_connections.domain.errors import LocalTenantError
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, EUROPE, MEXICO
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.state.database import create_tables, transaction
from entity_connections.fake.state.stored_scenario import read_scenario, write_scenario
from entity_connections.fake.tenant import Tenant, open_tenant
from entity_connections.fake.tenant_file import VERSION, TenantFileError, open_file, reset_tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

from tests.fake.server import Server, Session, category


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.tenant"


@pytest.fixture
def both(path: Path) -> Iterator[tuple[Server, Server]]:
    """Return two servers on one file."""
    servers = Server(path=path), Server(path=path)
    yield servers
    for server in servers:
        server.tenant.close()


async def test_changes_tokens_and_keys_outlive_a_program(path: Path) -> None:
    first = Server(path=path)
    session = await first.sign_in("alice", AMERICAS)
    made = (await session.request(EUROPE, "key")).json()
    first.tenant.close()
    second = Server(path=path)
    later = Session(second.client, session.headers)  # with the same token
    assert any(row["id"] == made["id"] for row in await later.list())
    assert (await later.request(EUROPE, "key")).json() == made
    second.tenant.close()


def test_the_scenario_of_an_existing_file_is_ignored(path: Path) -> None:
    path.touch()  # an empty file becomes a tenant
    for name in ("empty", "acme", None):
        with closing(open_file(path, name)) as db:
            assert read_scenario(db) == load_scenario("empty")


def test_a_tenant_that_cannot_be_completed_is_not_made(path: Path) -> None:
    scenario = load_scenario("acme")
    with pytest.raises(TenantFileError, match="UNIQUE constraint failed"):
        open_file(path, scenario._replace(connections=scenario.connections[:1] * 2))
    with closing(open_file(path, "empty")) as db:
        assert read_scenario(db) == load_scenario("empty")


def test_reset_restores_the_start(path: Path) -> None:
    with closing(open_file(path, "empty")) as db:
        db.execute("UPDATE entity SET name = 'x' WHERE parent_id IS NULL")
        assert reset_tenant(db) == "empty"
        assert read_scenario(db) == load_scenario("empty")
        assert reset_tenant(db, "hostile") == "hostile"
        assert reset_tenant(db) == "hostile"
        assert read_scenario(db) == load_scenario("hostile")


def test_a_policy_stays_in_the_file(path: Path) -> None:
    tenant = open_tenant("acme", path=path)
    tenant.policy = Policy(denied="removed")
    tenant.close()
    tenant = open_tenant("acme", path=path)
    assert tenant.policy == Policy(denied="removed")
    tenant.close()


def check_refusal(path: Path, message: str) -> None:
    """Fail unless a file is refused, and left as it is."""
    before = path.read_bytes()
    with pytest.raises(TenantFileError, match=message) as raised:
        open_file(path, "acme")
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"xy", b"# notes\n" * 100, b"SQLite format 3\0", bytes(4096)]
)  # fmt: skip
def test_a_file_with_other_content_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    check_refusal(path, "is no tenant")


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE entity (id)")
    check_refusal(path, "another program")


def test_a_tenant_of_another_version_is_refused(path: Path) -> None:
    with closing(open_file(path, "acme")) as db:
        db.execute("PRAGMA user_version = 99")
    check_refusal(path, f"another version of this program \\(99, here {VERSION}\\)")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(path: Path, share: float) -> None:
    open_file(path, "acme").close()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    check_refusal(path, "is damaged")


@pytest.mark.parametrize("page", range(1, 12))
def test_a_file_with_a_damaged_page_is_refused(path: Path, page: int) -> None:
    open_file(path, "acme").close()
    content = bytearray(path.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xaa" * 4096
    path.write_bytes(content)
    check_refusal(path, "is damaged")


def test_paths_that_cannot_hold_a_tenant_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, scenario, error, message in (
        (tmp_path / "none" / "x", "acme", TenantFileError, "no folder"),
        (tmp_path, "acme", TenantFileError, "is a folder"),
        (Path("/dev/null"), "acme", TenantFileError, "is a device, a pipe or a socket"),
        (tmp_path / "pipe", None, TenantFileError, "is a device, a pipe or a socket"),
        (tmp_path / "x", None, TenantFileError, "no tenant in"),
        (tmp_path / "x", "nope", ValueError, "no scenario"),
    ):
        with pytest.raises(error, match=message):
            open_file(path, scenario)
    assert list(tmp_path.iterdir()) == [tmp_path / "pipe"]


def test_a_file_that_another_program_has_locked_is_refused(path: Path) -> None:
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as db,
        transaction(db, "EXCLUSIVE"),
        pytest.raises(TenantFileError, match="is locked"),
    ):
        open_file(path, "empty", timeout=0.01)


@pytest.fixture
def read_only() -> Iterator[Tenant]:
    """Return a tenant in a file that may only be read; root opens it as another user."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        path = Path(name) / "shared.tenant"
        open_file(path, "acme").close()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        try:
            if user == 0:
                os.seteuid(65534)
            tenant = open_tenant("acme", path=path, local=True)
        finally:
            os.seteuid(user)
            path.parent.chmod(0o700)
        with closing(tenant):
            yield tenant
        assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_file_that_may_not_be_written_can_be_read(read_only: Tenant) -> None:
    alice = read_only.users[0]
    credentials = Credentials.from_text(alice.client_id, alice.client_secret)
    async with ZuoraClient.in_process(read_only.asgi, credentials) as zuora:
        assert len((await zuora.list_entities()).items) == 15
        with pytest.raises(LocalTenantError, match="is read-only here"):
            await zuora.request_connection(AMERICAS, EUROPE, "key")
        assert not zuora.request_log.delays


async def test_a_caller_in_this_process_learns_at_once_that_the_file_is_locked(path: Path) -> None:
    with closing(open_tenant("acme", path=path, local=True)) as tenant:
        tenant.state.db.execute("PRAGMA busy_timeout = 20")  # ms
        alice = tenant.users[0]
        credentials = Credentials.from_text(alice.client_id, alice.client_secret)
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as other,
            transaction(other, "EXCLUSIVE"),
        ):
            async with ZuoraClient.in_process(tenant.asgi, credentials) as zuora:
                with pytest.raises(LocalTenantError, match="is locked"):
                    await zuora.list_entities()
                assert [call.attempt for call in zuora.request_log.calls] == [1]


class TestTwoServers:
    """Two servers with one file answer as one."""

    async def test_each_sees_the_changes_of_the_other(self, both: tuple[Server, Server]) -> None:
        first, second = both
        made = (await (await first.sign_in("alice", AMERICAS)).request(EUROPE)).json()
        bruno = await second.sign_in("bruno")
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
        for policy in (Policy(denied="removed"), Policy()):
            first.tenant.policy = policy
            made = (await session.request(EUROPE)).json()["id"]
            assert (await clerk.act("deny", made)).json() == {"success": True}
            is_listed = made in {row["id"] for row in await session.list()}
            assert is_listed is (policy.denied == "disconnected")

    async def test_a_change_waits_for_another_program_and_reads_do_not(
        self, both: tuple[Server, Server], path: Path
    ) -> None:
        session = await both[0].sign_in("alice", AMERICAS)
        both[0].tenant.state.db.execute("PRAGMA busy_timeout = 20")  # ms
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as other,
            transaction(other, "EXCLUSIVE"),
        ):
            answer = await session.request(EUROPE)
            assert (answer.status_code, category(answer)) == (200, 50)
            assert (await session.list()) != []
        assert (await session.request(EUROPE)).json()["success"] is True

    async def test_a_reset_is_seen(self, both: tuple[Server, Server], path: Path) -> None:
        session = await both[0].sign_in("alice")
        with closing(open_file(path)) as db:
            reset_tenant(db, "empty")
        assert (await session.get("/v1/entities")).status_code == 401
        assert both[0].tenant.users[0].username == "alice@novera.example"


def test_several_programs_can_make_one_file_at_once(path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from entity_connections.fake.tenant_file import open_file\n"
        "from entity_connections.fake.state.stored_scenario import read_scenario\n"
        "print(len(read_scenario(open_file(Path(sys.argv[1]), sys.argv[2])).entities))"
    )
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), name], stdout=subprocess.PIPE, text=True
        )
        for name in ("acme", "empty", "acme", "empty")
    ]
    outputs = {maker.communicate()[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0] * 4
    assert len(outputs) == 1


def test_a_file_can_be_opened_while_another_program_reads_it(path: Path) -> None:
    with closing(open_file(path, "empty")) as db:
        db.execute("PRAGMA journal_mode = DELETE")  # SQLite cannot switch back while it is read
        with transaction(db, "DEFERRED"):
            db.execute("SELECT * FROM entity").fetchone()
            open_file(path, timeout=0).close()


def test_an_interrupted_making_is_undone_by_the_next_program(path: Path) -> None:
    """Leave a file that holds pages already, and the journal with which SQLite undoes them."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")  # pages are in the file before they are committed
    db.execute("BEGIN")
    create_tables(db)
    write_scenario(db, load_scenario("global-500"))
    journal = path.with_name(f"{path.name}-journal")
    content, journal_content = path.read_bytes(), journal.read_bytes()
    db.close()
    assert content
    for head in (content[:100], bytes(100)):
        path.write_bytes(head + content[100:])
        journal.write_bytes(journal_content)
        with pytest.raises(TenantFileError, match="no tenant in"):
            open_file(path)
        with closing(open_file(path, "empty")) as made:
            assert read_scenario(made) == load_scenario("empty")
