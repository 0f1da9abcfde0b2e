"""The last known rows: kept as they were, and never in the way when they are damaged."""

import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.domain.list_result import ListResult
from entity_connections.fake.scenarios.scenarios import SCENARIOS
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage import store as stores
from entity_connections.services.storage.store import Store, known_entities
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession
from hypothesis import given
from hypothesis import strategies as st

from tests.acme import CORPORATION, EUROPE, client, open_acme
from tests.domain.world import GLOBAL, HIERARCHY, NORTH, connection
from tests.services.journals import Clock

TO_EUROPE = "8a808255575bdae401576a914a140420"


async def read_into(path: Path, scenario: str = "acme", *entities: str) -> Tenant:
    """Return a tenant that has read some entities, and remembered them."""
    fake = open_acme(scenario)
    tenant = Tenant(client(fake), store=Store(path))
    acting = await tenant.open()
    for one in entities or (acting,):
        await tenant.read(one)
    tenant.save_cache(acting, Direction.INBOUND)
    fake.close()
    return tenant


def small(path: Path) -> Tenant:
    """Return a small tenant that has been read and remembered."""
    tenant = Tenant(None, Clock(), Store(path))  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    tenant.accessible_ids = frozenset({GLOBAL.id})
    return tenant


@pytest.mark.asyncio
@pytest.mark.parametrize("scenario", list(SCENARIOS))
async def test_the_next_start_knows_the_rows_of_this_one(tmp_path: Path, scenario: str) -> None:
    path = tmp_path / "store" / "acme.json"
    before = await read_into(path, scenario)
    after = Tenant(None, store=Store(path))  # type: ignore[arg-type]
    remembered = after.restore_cache()
    assert remembered is not None
    assert remembered.direction is Direction.INBOUND
    assert list(after.hierarchy) == list(before.hierarchy)
    assert after.accessible_ids == before.accessible_ids
    acting = remembered.acting_id
    then, now = before.cached(acting), after.cached(acting)
    assert then is not None
    assert now is not None
    assert now.read_at == then.read_at
    assert now.warnings == then.warnings
    for direction in Direction:
        assert now.rows(direction) == then.rows(direction)


@pytest.mark.asyncio
async def test_what_this_program_has_read_is_newer_than_what_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    await read_into(path, "acme", CORPORATION, EUROPE)
    fake = open_acme()
    tenant = Tenant(client(fake), store=Store(path))
    await tenant.open()
    view = await tenant.read(CORPORATION)
    hierarchy = tenant.hierarchy
    assert tenant.restore_cache() is not None
    assert tenant.cached(CORPORATION) is view
    assert tenant.hierarchy is hierarchy
    assert tenant.cached(EUROPE) is not None
    fake.close()


@pytest.mark.asyncio
async def test_a_refresh_replaces_what_was_restored(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    await read_into(path)
    fake = open_acme()
    tenant = Tenant(client(fake), store=Store(path))
    tenant.restore_cache()
    old = tenant.cached(CORPORATION)
    await tenant.open()
    assert await tenant.read(CORPORATION) is tenant.cached(CORPORATION) is not old
    fake.close()


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean nothing there")
@pytest.mark.asyncio
async def test_nobody_else_may_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "store" / "acme.json"
    await read_into(path)
    await read_into(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def damaged(path: Path, data: bytes) -> Store:
    path.write_bytes(data)
    return Store(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"version": 2}',
        b'{"version": 1e999}',
        b'{"version": 1, "entities": [["a"]]}',
        b'{"version": 1, "entities": [["a\\r\\n", "", "", null, ""]]}',
        b'{"version": 1, "views": [{}]}',
        b'{"version": 1, "enterable": [{}]}',
        b'{"version": 1, "actingId": "\\u001b"}',
    ],
)
def test_a_damaged_store_is_as_good_as_none(tmp_path: Path, data: bytes) -> None:
    store = damaged(tmp_path / "acme.json", data)
    assert store.load() is None
    known_entities(tmp_path / "acme.json")


def test_one_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    for store in (Store(tmp_path / "none"), Store(None)):
        assert store.load() is None
    assert known_entities(tmp_path / "none") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(["actingId", "direction", "enterable", "entities", "views"]),
    st.sampled_from([None, "actingId", "readAt", "warnings", "connections"]),
    JSON,
)
def test_any_json_is_loaded_or_is_not(
    tmp_path_factory: pytest.TempPathFactory, name: str, inner: str | None, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    view = {"actingId": "a", "readAt": "2026-11-22T09:00:00Z", "warnings": [], "connections": []}
    fields: dict[str, object] = {"version": 1, "views": [view]}
    if inner is None:
        fields[name] = value
    else:
        view[inner] = value  # type: ignore[assignment]
    path.write_text(json.dumps(fields))
    store = Store(path)
    store.load()
    known_entities(path)


def test_names_are_cleaned_again(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    entity = ["a", "x", "\x1b[31mred", None, "Provisioned"]
    path.write_text(json.dumps({"version": 1, "entities": [entity]}))
    assert known_entities(path) == [("a", "x", "[31mred")]


@pytest.mark.asyncio
async def test_it_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "ENOUGH", 3)
    clock, path = Clock(), tmp_path / "acme.json"
    tenant = small(path)
    listed = [connection(NORTH, GLOBAL, PENDING, str(number)) for number in range(2)]

    class Lists:
        async def list_connections(self, acting_id: str) -> object:
            clock.turn(seconds=1)
            return ListResult(tuple(listed))

    tenant.zuora, tenant.clock = Lists(), clock  # type: ignore[assignment]
    for one in HIERARCHY:
        await tenant.read(one.id)
    tenant.save_cache(GLOBAL.id)
    remembered = Store(path).load()
    assert remembered is not None
    assert list(remembered.views) == [list(HIERARCHY)[-1].id], "the newest that has room"
    before = path.read_bytes()
    monkeypatch.setattr(stores, "LIMIT", len(before) - 1)
    assert Store(path).load() is None
    tenant.save_cache(NORTH.id)
    assert path.read_bytes() == before, "what could not be loaded is not written"


def test_a_disk_that_does_not_take_it_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way")
    tenant = small(tmp_path / "store" / "acme.json")
    tenant.save_cache(GLOBAL.id)
    assert Store(tmp_path / "store" / "acme.json").load() is None


@pytest.mark.asyncio
async def test_it_is_written_when_something_has_changed(tmp_path: Path) -> None:
    path, clock = tmp_path / "acme.json", Clock()
    fake = open_acme()
    tenant = Tenant(client(fake), clock, Store(path))
    await tenant.open(CORPORATION)

    async def written(direction: Direction = Direction.OUTBOUND) -> bool:
        path.unlink(missing_ok=True)
        clock.turn(seconds=30)
        await tenant.read(CORPORATION)
        tenant.save_cache(CORPORATION, direction)
        return path.exists()

    assert await written()
    assert not await written()
    assert await written(Direction.INBOUND)
    await tenant.zuora.disconnect(CORPORATION, TO_EUROPE)
    assert await written(Direction.INBOUND)
    assert not await written(Direction.INBOUND)
    clock.now += stores.STALE
    assert await written(Direction.INBOUND), "so that its age is told nearly as it is"
    fake.close()


def test_what_was_read_of_another_tenant_is_not_shown(tmp_path: Path) -> None:
    tenant = small(tmp_path / "acme.json")
    tenant.store = Store(tmp_path / "acme.json", "https://one.example id")
    tenant.save_cache(GLOBAL.id)
    assert Store(tmp_path / "acme.json", "https://one.example id").load() is not None
    assert Store(tmp_path / "acme.json", "https://one.example other").load() is None


@pytest.mark.asyncio
async def test_what_a_clock_that_was_ahead_has_kept_is_older_than_what_is_read(
    tmp_path: Path,
) -> None:
    path, clock = tmp_path / "acme.json", Clock()
    fake = open_acme()
    ahead = Tenant(client(fake), lambda: clock.now + timedelta(days=365), Store(path))
    await ahead.open(CORPORATION)
    await ahead.read(CORPORATION)
    ahead.save_cache(CORPORATION)
    tenant = Tenant(client(fake), clock, Store(path))
    tenant.restore_cache()
    old = tenant.cached(CORPORATION)
    assert old is not None
    assert old.read_at == clock.now
    desk = ScreenState(
        UserSession(tenant, "alice", None, lambda _: None, RequestLog()), CORPORATION
    )
    desk.apply(old)
    await tenant.open(CORPORATION)
    clock.turn(days=-1)
    desk.apply(new := await tenant.read(CORPORATION))
    assert desk.snapshot is new is tenant.cached(CORPORATION)
    fake.close()


def test_what_a_killed_program_left_beside_it_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    names = ".acme.json.0123abcd", ".acme.json.0123abce", ".other.json.0123abcd"
    left, young, other = (tmp_path / name for name in names)
    for one in (left, young, other):
        one.write_text("half")
    for one in (left, other):
        os.utime(one, (0, 0))
    small(path).save_cache(GLOBAL.id)
    assert sorted(tmp_path.iterdir()) == sorted([path, young, other])


def test_nothing_read_is_nothing_remembered(tmp_path: Path) -> None:
    tenant = Tenant(None, store=Store(tmp_path / "acme.json"))  # type: ignore[arg-type]
    tenant.save_cache("")
    assert list(tmp_path.iterdir()) == []


def test_completion_loads_next_to_nothing(tmp_path: Path) -> None:
    small(tmp_path / "acme.json").save_cache(GLOBAL.id)
    code = (
        "import sys, pathlib\n"
        "from entity_connections.services.storage.store import known_entities\n"
        "print(len(known_entities(pathlib.Path(sys.argv[1]))))\n"
        "print([m for m in ('pydantic', 'httpx', 'asyncio', 'textual') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "acme.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "5\n[]\n"
