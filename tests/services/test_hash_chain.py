"""The hash chain finds rows that were changed, removed or moved, and names the place."""

from typing import NamedTuple

from entity_connections.services.storage.hash_chain import hash_row, verify_rows
from hypothesis import given
from hypothesis import strategies as st


class Row(NamedTuple):
    seq: int
    prev_hash: str
    hash: str
    text: object


def build_rows(texts: list[str]) -> list[Row]:
    rows: list[Row] = []
    for seq, text in enumerate(texts, 1):
        prev_hash = rows[-1].hash if rows else ""
        rows.append(Row(seq, prev_hash, hash_row(prev_hash, [text]), text))
    return rows


def renumber(rows: list[Row]) -> list[Row]:
    return [row._replace(seq=seq) for seq, row in enumerate(rows, 1)]


ROWS = st.lists(st.text(max_size=9), min_size=1, max_size=6).map(build_rows)


@given(ROWS)
def test_rows_as_written_have_no_problem(rows: list[Row]) -> None:
    assert verify_rows(rows, len(rows)) == (len(rows), ())
    assert verify_rows([], 0) == (0, ())


@given(ROWS, st.data(), st.none() | st.binary() | st.text() | st.integers())
def test_a_changed_value_is_found(rows: list[Row], data: st.DataObject, value: object) -> None:
    index = data.draw(st.integers(0, len(rows) - 1).filter(lambda at: rows[at].text != value))
    rows[index] = rows[index]._replace(text=value)
    assert verify_rows(rows, len(rows)).problems == (f"Line {index + 1} has been changed.",)


@given(ROWS, st.data())
def test_a_removed_row_is_found(rows: list[Row], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    left = rows[:index] + rows[index + 1 :]
    assert verify_rows(left, len(rows)).problems == (f"Line {index + 1} is missing.",)
    renumbered = verify_rows(renumber(left), len(left)).problems
    at_end = index == len(left)
    assert renumbered == (
        () if at_end else (f"Line {index + 1} does not follow the line before it.",)
    )


def test_several_removed_rows_are_one_problem() -> None:
    rows = build_rows(list("abcdef"))
    assert verify_rows(rows[3:], 6).problems == ("Lines 1 to 3 are missing.",)
    assert verify_rows(rows[:4], 6).problems == ("Lines 5 to 6 are missing.",)
    assert verify_rows([], 6).problems == ("Lines 1 to 6 are missing.",)


def test_rows_in_another_order_are_found() -> None:
    first, second, third = build_rows(list("abc"))
    problems = verify_rows(renumber([first, third, second]), 3).problems
    assert problems[0] == "Line 2 does not follow the line before it."


def test_a_row_that_something_else_added_is_found() -> None:
    rows = build_rows(list("ab"))
    forged = rows[1]._replace(seq=3)
    assert verify_rows([*rows, forged], 2).problems == (
        "Line 3 does not follow the line before it.",
    )


def test_a_chain_that_was_computed_anew_is_not_found() -> None:
    """The limit of the method: it finds mistakes and damage, not forgery."""
    assert verify_rows(build_rows(list("forged")), 6).problems == ()
