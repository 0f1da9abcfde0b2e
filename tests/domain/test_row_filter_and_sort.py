"""Narrowing and ordering rows."""

from entity_connections.domain.connections import CONNECTED, PENDING, Direction
from entity_connections.domain.row_filter import filter_rows, search_text
from entity_connections.domain.row_sort import SortColumn, sort_rows
from entity_connections.domain.rows import make_rows
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH, connection

ROWS = make_rows(
    Direction.OUTBOUND,
    GLOBAL.id,
    HIERARCHY,
    [connection(GLOBAL, NORTH, CONNECTED, "1"), connection(GLOBAL, SOUTH, PENDING, "2")],
)
HAYSTACKS = [(search_text(row), row) for row in ROWS]


def titles(needle: str) -> list[str]:
    return [row.counterpart.title for row in filter_rows(needle, HAYSTACKS)]


def test_words_are_found_in_any_order_and_case() -> None:
    assert titles("NORTH acme") == ["Acme North", "Acme Village"]


def test_a_status_can_be_looked_for() -> None:
    assert titles("pending") == ["Acme South"]
    assert titles("not connected") == ["Acme Village", "Acme Planned"]


def test_nothing_typed_shows_everything() -> None:
    assert len(titles("  ")) == len(ROWS)


@given(st.text())
def test_no_needle_breaks_the_filter(needle: str) -> None:
    assert set(titles(needle)) <= {row.counterpart.title for row in ROWS}


def test_sorting_by_status_puts_what_waits_first() -> None:
    assert [row.status for row in sort_rows(ROWS, SortColumn.STATUS)][:2] == [PENDING, CONNECTED]


@given(st.sampled_from([None, *SortColumn]), st.booleans())
def test_sorting_loses_no_row(order: SortColumn | None, reverse: bool) -> None:
    assert sorted(row.key for row in sort_rows(ROWS, order, reverse=reverse)) == sorted(
        row.key for row in ROWS
    )
