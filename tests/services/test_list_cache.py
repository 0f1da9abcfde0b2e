"""The cached lists: the next start shows them as they were, and works without them."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.list_cache import MAX_SNAPSHOTS, CachedLists, ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession
from hypothesis import given
from hypothesis import strategies as st

from tests.acme import CORPORATION, EUROPE, GERMANY, client, open_acme
from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, connection
from tests.services.factories import MORNING, Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.sqlite3"


def lists(*snapshots: Snapshot) -> CachedLists:
    """Build lists of a small tenant."""
    return CachedLists(HIERARCHY, snapshots, GLOBAL.id, Direction.OUTBOUND, {})


def snapshot(acting_id: str = GLOBAL.id, **age: float) -> Snapshot:
    listed = (connection(NORTH, GLOBAL, PENDING, "1"),)
    return Snapshot(acting_id, HIERARCHY, listed, MORNING - timedelta(**age))


def load_acting_id(cache: ListCache) -> str | None:
    loaded = cache.load()
    return loaded and loaded.acting_id


def load_hierarchy(cache: ListCache) -> Hierarchy:
    loaded = cache.load()
    assert loaded is not None
    return loaded.hierarchy


def write_row(path: Path, text: str) -> None:
    """Put a text in the place of the lists, as a person may who edits the file."""
    ListCache(path, "acme").save(lists())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE list_cache SET lists = ?", [text])


async def read_and_save(path: Path, scenario: str = "acme", *entities: str) -> Tenant:
    """Return a tenant that has read some entities and saved their lists."""
    fake = open_acme(scenario)
    tenant = Tenant(client(fake), cache=ListCache(path, "acme"))
    acting_id = await tenant.open()
    for entity_id in entities or (acting_id,):
        await tenant.read(entity_id)
    tenant.save_cache(acting_id, Direction.INBOUND)
    return tenant


@pytest.mark.parametrize("scenario", list(SCENARIOS))
async def test_the_next_start_shows_the_same_rows(path: Path, scenario: str) -> None:
    before = await read_and_save(path, scenario)
    after = Tenant(None, cache=ListCache(path, "acme"))  # type: ignore[arg-type]
    cached = after.restore_cache()
    assert cached is not None
    assert cached.direction is Direction.INBOUND
    assert list(after.hierarchy) == list(before.hierarchy)
    assert after.hierarchy.accessible_ids == before.hierarchy.accessible_ids
    then, now = before.cached(cached.acting_id), after.cached(cached.acting_id)
    assert then is not None
    assert now is not None
    assert (now.read_at, now.warnings) == (then.read_at, then.warnings)
    for direction in Direction:
        assert now.rows(direction) == then.rows(direction)


async def test_lists_that_were_read_are_not_replaced_by_cached_ones(path: Path) -> None:
    await read_and_save(path, "acme", CORPORATION, EUROPE)
    fake = open_acme()
    tenant = Tenant(client(fake), cache=ListCache(path, "acme"))
    await tenant.open()
    view = await tenant.read(CORPORATION)
    hierarchy = tenant.hierarchy
    assert tenant.restore_cache() is not None
    assert tenant.cached(CORPORATION) is view
    assert tenant.hierarchy is hierarchy
    assert tenant.cached(EUROPE) is not None
    assert await tenant.read(EUROPE) is tenant.cached(EUROPE)


async def test_lists_from_a_clock_that_was_ahead_are_older_than_what_is_read(path: Path) -> None:
    clock = Clock()
    fake = open_acme()
    ahead = Tenant(client(fake), lambda: clock.now + timedelta(days=365), ListCache(path, "acme"))
    await ahead.open(CORPORATION)
    await ahead.read(CORPORATION)
    ahead.save_cache(CORPORATION)
    tenant = Tenant(client(fake), clock, ListCache(path, "acme"))
    tenant.restore_cache()
    cached = tenant.cached(CORPORATION)
    assert cached is not None
    assert cached.read_at == clock.now
    session = UserSession(tenant, "alice", None, lambda _: None, RequestLog())
    state = ScreenState(session, CORPORATION)
    state.apply(cached)
    await tenant.open(CORPORATION)
    clock.turn(days=-1)
    state.apply(new := await tenant.read(CORPORATION))
    assert state.snapshot is new is tenant.cached(CORPORATION)


def test_nothing_is_saved_before_anything_was_read(path: Path) -> None:
    Tenant(None, cache=ListCache(path, "acme")).save_cache("")  # type: ignore[arg-type]
    assert not path.exists()


def test_profiles_share_the_file_and_tenants_do_not_share_lists(path: Path) -> None:
    saved = ListCache(path, "acme", "https://one.example id")
    saved.save(lists())
    assert load_acting_id(saved) == GLOBAL.id
    assert ListCache(path, "acme", "https://one.example other").load() is None
    other = ListCache(path, "https://one.example", "https://one.example id")
    assert other.load() is None
    other.save(lists()._replace(acting_id=NORTH.id))
    assert load_acting_id(saved) == GLOBAL.id
    assert tuple(load_hierarchy(ListCache(path, "acme"))) == tuple(HIERARCHY)


def test_entities_that_were_missing_are_missing_at_the_next_start(path: Path) -> None:
    cache = ListCache(path, "acme")
    cache.save(lists()._replace(hierarchy=Hierarchy(HIERARCHY, "There may be more.")))
    assert load_hierarchy(cache).missing == "There may be more."


def test_a_file_that_is_missing_or_cannot_be_used_is_no_trouble(path: Path) -> None:
    cache = ListCache(path, "acme")
    assert cache.load() is None
    assert not path.parent.exists()
    path.mkdir(parents=True)
    cache.save(lists())
    assert cache.load() is None


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "9", "{}"])
def test_damaged_lists_are_ignored(path: Path, text: str) -> None:
    write_row(path, text)
    assert ListCache(path, "acme").load() is None


FIELDS: dict[str, object] = {
    "entities": [["a", "A", "", None, ""]],
    "missing": "",
    "accessible_ids": None,
    "snapshots": [],
    "acting_id": "a",
    "direction": "outbound",
    "ends": {},
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*FIELDS, 0, 1, 2, 3]), ANY_JSON)
def test_any_content_is_loaded_or_ignored(
    tmp_path_factory: pytest.TempPathFactory, place: str | int, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.sqlite3"
    view: list[object] = ["a", [], "2026-11-22T09:00:00Z", []]
    fields = FIELDS | {"snapshots": [view]}
    if isinstance(place, str):
        fields[place] = value
    else:
        view[place] = value
    write_row(path, json.dumps(fields))
    ListCache(path, "acme").load()


def test_texts_and_ids_are_checked_when_they_are_read(path: Path) -> None:
    write_row(path, json.dumps(FIELDS | {"entities": [["a", "x", "\x1b[31mred", None, ""]]}))
    assert tuple(load_hierarchy(ListCache(path, "acme"))) == (
        Entity("a", "x", "[31mred", None, ""),
    )
    write_row(path, json.dumps(FIELDS | {"entities": [["a\r\n", "x", "", None, ""]]}))
    assert ListCache(path, "acme").load() is None


def test_only_the_newest_lists_are_saved(path: Path) -> None:
    cache = ListCache(path, "acme")
    shots = [snapshot(f"{number}") for number in range(MAX_SNAPSHOTS + 2)]
    cache.save(lists(*shots))
    loaded = cache.load()
    assert loaded is not None
    assert [shot.acting_id for shot in loaded.snapshots] == [
        shot.acting_id for shot in shots[:MAX_SNAPSHOTS]
    ]


async def test_the_ends_of_connections_are_kept_until_a_newer_list_lacks_them(path: Path) -> None:
    fake, cache = open_acme(), ListCache(path, "acme")
    before = Tenant(client(fake), cache=cache)
    await before.open()
    corporation = await before.read(CORPORATION)
    before.save_cache(CORPORATION)
    saved = cache.load()
    assert saved is not None
    ends = {record.id: record.ends for record in corporation.connections}
    assert saved.ends == ends
    cache.save(saved._replace(snapshots=()))  # as if many newer lists had been read
    gone = next(id_ for id_, pair in ends.items() if GERMANY in pair)
    fake.state.db.execute("DELETE FROM connection WHERE id = ?", [gone])
    after = Tenant(client(fake), cache=cache)
    await after.open()
    germany = await after.read(GERMANY)
    after.restore_cache()
    after.save_cache(GERMANY)
    saved = cache.load()
    assert saved is not None
    ends |= {record.id: record.ends for record in germany.connections}
    del ends[gone]
    assert saved.ends == ends


def test_completion_imports_nothing_heavy(path: Path) -> None:
    ListCache(path, "acme").save(lists())
    code = (
        "import sys, pathlib\n"
        "from entity_connections.services.storage.list_cache import ListCache\n"
        "assert 'sqlite3' not in sys.modules\n"
        "print(len(ListCache(pathlib.Path(sys.argv[1]), 'acme').load().hierarchy))\n"
        "print([m for m in ('pydantic', 'httpx', 'asyncio', 'textual') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "5\n[]\n"
