"""Sorts rows by a column."""

from collections.abc import Sequence
from enum import Enum

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING
from entity_connections.domain.rows import NOT_CONNECTED, Row
from entity_connections.domain.text_search import fold


class SortColumn(Enum):
    """A column that rows can be sorted by; the value is the key of the column."""

    COUNTERPART = "counterpart"
    STATUS = "status"


_STATUS_RANK = {PENDING: 0, CONNECTED: 1, DISCONNECTED: 3, NOT_CONNECTED: 4}


def sort_rows(
    rows: Sequence[Row], column: SortColumn | None, *, reverse: bool = False
) -> Sequence[Row]:
    """Return `rows` sorted by a column; None keeps their own order, as does each status.

    Titles are sorted without case and accents, which count only where titles differ in nothing
    else.
    """
    match column:
        case None:
            return rows
        case SortColumn.COUNTERPART:
            return sorted(rows, key=_title_key, reverse=reverse)
        case SortColumn.STATUS:
            return sorted(rows, key=lambda row: _STATUS_RANK.get(row.state, 2), reverse=reverse)


def _title_key(row: Row) -> tuple[str, str]:
    title = row.counterpart.title
    return fold(title), title
