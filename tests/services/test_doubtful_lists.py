"""A list that has suddenly lost its records is not taken for whole until a second one agrees."""

import asyncio
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from entity_connections.domain.actions import REQUEST
from entity_connections.domain.connections import CONNECTED, Connection, Direction
from entity_connections.domain.zuora_api import ListResult
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH

RECORDS = tuple(Connection(id_ * 32, GLOBAL.id, NORTH.id, CONNECTED) for id_ in "1234")


class Lists:
    """A client that returns one list after the other, and the last one for ever."""

    def __init__(self, *lists: tuple[Connection, ...], missing: str = "", pages: int = 1) -> None:
        self.lists = list(lists)
        self.missing = missing
        self.pages = pages

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        await asyncio.sleep(0)
        records = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
        return ListResult(records, missing=self.missing, pages=self.pages)


def open_lists(*lists: tuple[Connection, ...], cache: ListCache | None = None) -> Tenant:
    tenant = Tenant(Lists(*lists), cache=cache)  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    return tenant


def read_all(tenant: Tenant, times: int, **acted_on: frozenset[str]) -> list[bool]:
    """Read a list some times, and return whether each was whole."""
    return [asyncio.run(tenant.read(GLOBAL.id, **acted_on)).complete for _ in range(times)]


@pytest.mark.parametrize(
    ("lists", "whole"),
    [
        ([RECORDS, (), ()], [True, False, True]),
        ([RECORDS, RECORDS[:1], RECORDS[:1]], [True, False, True]),
        ([RECORDS, RECORDS[:2]], [True, True]),
        ([RECORDS, (), RECORDS, ()], [True, False, True, False]),
        ([RECORDS, RECORDS[:1], ()], [True, False, False]),
        ([(), ()], [True, True]),
    ],
)
def test_a_list_that_lost_most_of_its_records_is_doubtful_once(
    lists: list[tuple[Connection, ...]], whole: list[bool]
) -> None:
    assert read_all(open_lists(*lists), len(lists)) == whole


@pytest.mark.parametrize(("pages", "whole"), [(1, [True, True, True]), (2, [True, False, True])])
def test_a_list_of_several_pages_that_lost_any_record_is_doubtful_once(
    pages: int, whole: list[bool]
) -> None:
    """A record that vanishes from a page while the next is read shifts another between them."""
    tenant = open_lists(RECORDS, RECORDS[:3])
    tenant.zuora.pages = pages  # type: ignore[attr-defined]
    assert read_all(tenant, 3) == whole


def test_what_a_write_has_removed_makes_no_doubt_where_records_are_left() -> None:
    removed = frozenset(record.id for record in RECORDS[1:])
    assert read_all(open_lists(RECORDS, RECORDS[:1]), 2, removed=removed) == [True, True]


def test_what_a_write_has_removed_is_missed_in_no_list_of_its_ends() -> None:
    tenant = open_lists(RECORDS, RECORDS, RECORDS[3:])
    tenant.steady = partial(next, count(100.0, 10.0))
    assert [asyncio.run(tenant.read(end.id)).complete for end in (GLOBAL, NORTH)] == [True, True]
    removed = [frozenset({record.id}) for record in RECORDS[:3]]
    asyncio.run(tenant.read(NORTH.id, removed=removed[0] | removed[1]))
    assert asyncio.run(tenant.read(GLOBAL.id, removed=removed[2])).complete


def test_a_record_that_a_write_without_an_answer_may_have_removed_is_looked_for_twice() -> None:
    in_doubt = frozenset({RECORDS[0].id})
    tenant = open_lists(RECORDS, RECORDS[1:])
    assert read_all(tenant, 4, in_doubt=in_doubt) == [True, False, True, True]
    assert read_all(open_lists(RECORDS), 1, in_doubt=in_doubt) == [True]


@pytest.mark.parametrize(
    ("before", "after"), [(RECORDS, ()), (RECORDS, RECORDS[3:]), (RECORDS[:1], ())]
)
@pytest.mark.parametrize("answer", ["removed", "in_doubt"])
def test_a_list_that_has_lost_others_too_proves_a_write_after_a_minute_only(
    answer: str, before: tuple[Connection, ...], after: tuple[Connection, ...]
) -> None:
    acted_on = {answer: frozenset({RECORDS[0].id})}
    tenant = open_lists(before, after)
    tenant.steady = partial(next, count(100.0, 10.0))  # from each answer to the next list
    doubts = 4 if len(before) > 1 else 1
    whole = [True, *[False] * doubts, True]
    assert read_all(tenant, len(whole), **acted_on) == whole


def test_a_list_that_stays_empty_is_believed_when_nothing_is_in_doubt_any_more() -> None:
    tenant = open_lists(RECORDS, ())
    assert read_all(tenant, 3, in_doubt=frozenset({RECORDS[0].id})) == [True, False, False]
    assert read_all(tenant, 1) == [True]
    assert read_all(tenant, 1, in_doubt=frozenset({RECORDS[0].id})) == [True]


def test_two_lists_that_are_read_at_the_same_time_do_not_agree() -> None:
    tenant = open_lists(RECORDS, ())
    read_all(tenant, 1)

    async def read_twice() -> list[bool]:
        tenant.steady = partial(next, count(100.0))
        snapshots = await asyncio.gather(tenant.read(GLOBAL.id), tenant.read(GLOBAL.id))
        return [snapshot.complete for snapshot in snapshots]

    assert asyncio.run(read_twice()) == [False, False]
    assert read_all(tenant, 1) == [True]


def test_a_list_that_cannot_be_read_whole_neither_agrees_nor_is_compared_with() -> None:
    tenant = open_lists(RECORDS, ())
    assert read_all(tenant, 2) == [True, False]
    assert isinstance(tenant.zuora, Lists)
    tenant.zuora.missing = "1 connection could not be read."
    assert read_all(tenant, 1) == [False]
    tenant.zuora.missing = ""
    assert read_all(tenant, 1) == [True]


def test_a_doubtful_list_offers_no_request_and_says_what_is_missing() -> None:
    tenant = open_lists(RECORDS, (), ())
    read_all(tenant, 1)
    for state, offered in (("Unknown", False), ("Not connected", True)):
        snapshot = asyncio.run(tenant.read(GLOBAL.id))
        row = snapshot.make_row(Direction.OUTBOUND, NORTH.id)
        assert row is not None
        assert row.state == state
        disabled = REQUEST.disabled_reason(row)
        assert (disabled is None) is offered
        assert all(warning.startswith("4 of 4 connections have") for warning in snapshot.warnings)
        assert bool(snapshot.warnings) is not offered


def test_the_first_list_is_compared_with_that_of_an_earlier_run(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    earlier = open_lists(RECORDS, (), cache=cache)
    read_all(earlier, 1)
    earlier.save_cache(GLOBAL.id)
    later = open_lists((), cache=cache)
    later.restore_cache()
    assert read_all(later, 2) == [False, True]


def test_a_list_that_was_not_whole_is_not_whole_in_the_next_run(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    earlier = open_lists(RECORDS, (), cache=cache)
    read_all(earlier, 2)
    earlier.save_cache(GLOBAL.id)
    later = open_lists((), cache=cache)
    later.restore_cache()
    cached = later.cached(GLOBAL.id)
    assert cached is not None
    assert cached.missing.startswith("4 of 4 connections have gone")


def test_what_was_in_a_list_before_it_was_doubtful_is_compared_in_the_next_run(
    tmp_path: Path,
) -> None:
    cache, in_doubt = ListCache(tmp_path / "state.sqlite3", "acme"), frozenset({RECORDS[0].id})
    earlier = open_lists(RECORDS, (), cache=cache)
    read_all(earlier, 2, in_doubt=in_doubt)
    earlier.save_cache(GLOBAL.id)
    later = open_lists((), cache=cache)
    later.steady = partial(next, count(100.0, 10.0))
    later.load_cache()
    assert later.snapshots() == []
    assert read_all(later, 2, in_doubt=in_doubt) == [False, False]


def test_a_list_that_the_cache_leaves_out_is_compared_in_the_next_run(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    earlier = open_lists(RECORDS, cache=cache)
    read_all(earlier, 1)
    earlier.save_cache(GLOBAL.id)
    saved = cache.load()
    assert saved is not None
    cache.save(saved._replace(snapshots=()))  # as if many newer lists had been read
    later = open_lists((), cache=cache)
    later.load_cache()
    assert read_all(later, 2) == [False, True]


@pytest.mark.parametrize(
    ("lists", "whole"),
    [
        ([RECORDS, (), RECORDS], [True, True]),
        ([RECORDS, (), ()], [True, True]),
        ([RECORDS, RECORDS[:1], (), ()], [True, False, True]),
    ],
)
def test_a_doubtful_list_can_be_read_again_at_once(
    lists: list[tuple[Connection, ...]], whole: list[bool]
) -> None:
    tenant = open_lists(*lists)
    tenant.reads_doubtful_again = True
    assert read_all(tenant, len(whole)) == whole
