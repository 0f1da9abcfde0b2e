"""Narrowing and ordering rows."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.connections import CONNECTED, PENDING, Direction, rows
from app.domain.listing import Order, haystack, matching, ordered
from tests.domain.world import GLOBAL, HIERARCHY, NORTH, SOUTH, connection

ROWS = rows(
    Direction.OUTBOUND,
    GLOBAL.id,
    HIERARCHY,
    [connection(GLOBAL, NORTH, CONNECTED, "1"), connection(GLOBAL, SOUTH, PENDING, "2")],
)
HAYSTACKS = [(haystack(row), row) for row in ROWS]


def titles(needle: str) -> list[str]:
    return [row.counterpart.title for row in matching(needle, HAYSTACKS)]


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
    assert [row.status for row in ordered(ROWS, Order.STATUS)][:2] == [PENDING, CONNECTED]


@given(st.sampled_from([None, *Order]), st.booleans())
def test_sorting_loses_no_row(order: Order | None, reverse: bool) -> None:
    assert sorted(row.key for row in ordered(ROWS, order, reverse=reverse)) == sorted(
        row.key for row in ROWS
    )
