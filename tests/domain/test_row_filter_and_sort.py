"""Narrowing and ordering rows."""

import pytest
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.row_filter import filter_rows, find_hidden_match, make_searchable
from entity_connections.domain.row_sort import SortColumn, sort_rows
from entity_connections.domain.rows import NOT_CONNECTED, Row, make_rows
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.small_tenant import GLOBAL, NORTH, PLANNED, SOUTH, STRANGER, VILLAGE, connection

UNLISTED = Hierarchy().get(STRANGER).title
CONNECTIONS = [
    connection(GLOBAL, NORTH, CONNECTED, "c0ffee-1"),
    connection(GLOBAL, SOUTH, PENDING, "2"),
    connection(GLOBAL, STRANGER, DISCONNECTED, "3"),
]
HIERARCHY = Hierarchy(
    [GLOBAL, NORTH, SOUTH._replace(name="Acme-EU-2"), VILLAGE, PLANNED],
    accessible_ids={GLOBAL.id, NORTH.id, SOUTH.id, PLANNED.id},
)
ROWS = make_rows(Direction.OUTBOUND, GLOBAL.id, HIERARCHY, CONNECTIONS)
SEARCHABLE = make_searchable(ROWS)


def find(filter_text: str) -> list[str]:
    return [row.counterpart.title for row in filter_rows(filter_text, SEARCHABLE)]


def test_words_are_found_in_any_order_case_and_accents() -> None:
    assert find("NÖRTH acme") == [NORTH.title, VILLAGE.title]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("connected", [NORTH.title]),
        ("CONNECTED", [NORTH.title]),
        ("pend", [SOUTH.title]),
        ("disconnected", [UNLISTED]),
        ("not connected", [VILLAGE.title, PLANNED.title]),
        ("village not conn", [VILLAGE.title]),
        ("connected not", []),
    ],
)
def test_a_status_is_found_as_a_whole_and_while_it_is_typed(typed: str, titles: list[str]) -> None:
    assert find(typed) == titles


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("no access", [VILLAGE.title]),
        ("not provisioned", [PLANNED.title]),
        ("waiting", [SOUTH.title]),
        ("for them", [SOUTH.title]),
        ("disconnect", [NORTH.title, UNLISTED]),
        ("request", []),
    ],
)
def test_what_the_action_column_says_is_found(typed: str, titles: list[str]) -> None:
    assert find(typed) == titles


@pytest.mark.parametrize("typed", ["in north", "village in acme north"])
def test_the_parent_is_found_as_the_row_names_it(typed: str) -> None:
    assert find(typed) == [VILLAGE.title]


def test_a_request_that_waits_for_the_user_is_found_as_such() -> None:
    asked = [connection(NORTH, GLOBAL, PENDING, "1"), connection(SOUTH, GLOBAL, CONNECTED, "2")]
    rows = make_rows(Direction.INBOUND, GLOBAL.id, HIERARCHY, asked)
    searchable = make_searchable(rows)
    for typed in ("waiting for you", "accept"):
        assert [row.counterpart for row in filter_rows(typed, searchable)] == [NORTH]


def test_the_word_in_place_of_an_action_is_found() -> None:
    searchable = make_searchable(ROWS, "administrators only")
    assert [row.counterpart for row in filter_rows("administrators", searchable)] == [NORTH]


def test_nothing_typed_shows_everything() -> None:
    assert len(find("  ")) == len(ROWS)


def test_a_row_can_be_kept_at_its_place() -> None:
    rows = filter_rows("not connected", SEARCHABLE, keep=SOUTH.id)
    assert [row.key for row in rows] == [VILLAGE.id, SOUTH.id, PLANNED.id]


@pytest.mark.parametrize(
    ("typed", "title", "match"),
    [
        ("acme north connected", NORTH.title, ""),
        ("north", VILLAGE.title, f"in {NORTH.title}"),
        ("in north", VILLAGE.title, f"in {NORTH.title}"),
        ("eu-2", SOUTH.title, "Acme-EU-2"),
        ("c0ffee", NORTH.title, "c0ffee-1"),
        ("ee-1", NORTH.title, "…ee-1"),
        (NORTH.id, NORTH.title, NORTH.id),
    ],
)
def test_what_was_found_is_told_where_the_row_does_not_show_it(
    typed: str, title: str, match: str
) -> None:
    row = next(row for row in SEARCHABLE if row.row.counterpart.title == title)
    assert row.row in filter_rows(typed, SEARCHABLE)
    assert find_hidden_match(typed, row) == match


def test_a_short_word_is_not_looked_for_in_ids() -> None:
    assert filter_rows("ee-1", SEARCHABLE)
    assert not filter_rows("ee-", SEARCHABLE)


@given(st.text())
def test_no_text_breaks_the_filter(typed: str) -> None:
    found = filter_rows(typed, SEARCHABLE)
    assert [row for row in ROWS if row in found] == found
    for searchable in SEARCHABLE:
        if searchable.row not in found:
            continue
        find_hidden_match(typed, searchable)


@given(st.sampled_from(ROWS), st.data())
def test_every_part_of_a_name_finds_its_row(row: Row, data: st.DataObject) -> None:
    title = row.counterpart.title
    start = data.draw(st.integers(0, len(title)))
    typed = title[start : data.draw(st.integers(start, len(title)))]
    assert row in filter_rows(typed, SEARCHABLE)


def test_sorting_by_status_puts_what_waits_first_and_keeps_the_order_in_each_status() -> None:
    for reverse in (False, True):
        rows = sort_rows(ROWS, SortColumn.STATUS, reverse=reverse)
        assert rows[-1 if reverse else 0].status == PENDING
        unconnected = [row.counterpart for row in rows if row.state == NOT_CONNECTED]
        assert unconnected == [HIERARCHY.get(VILLAGE.id), PLANNED]


def test_titles_are_sorted_without_case_and_accents() -> None:
    titles = ["Acme Ibérica", "acme iberica", "Acme Iceland", "Åland", "İzmir", "Straße", "Strata"]
    entities = [Entity(f"{at:032x}", f"e{at}", title, None) for at, title in enumerate(titles)]
    hierarchy = Hierarchy([GLOBAL, *reversed(entities)])
    rows = make_rows(Direction.OUTBOUND, GLOBAL.id, hierarchy, [])
    ordered = [row.counterpart.title for row in sort_rows(rows, SortColumn.COUNTERPART)]
    assert ordered == titles
    reverse = sort_rows(rows, SortColumn.COUNTERPART, reverse=True)
    assert [row.counterpart.title for row in reverse] == titles[::-1]


@given(st.sampled_from([None, *SortColumn]), st.booleans())
def test_sorting_loses_no_row(order: SortColumn | None, reverse: bool) -> None:
    assert sorted(row.key for row in sort_rows(ROWS, order, reverse=reverse)) == sorted(
        row.key for row in ROWS
    )
