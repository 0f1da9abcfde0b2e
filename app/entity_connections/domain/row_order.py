"""Filters and sorts rows."""

from collections.abc import Iterable, Sequence
from enum import Enum

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Row

NOT_CONNECTED = "Not connected"
"""Our word for a pair without a record; Zuora has none."""


class SortColumn(Enum):
    """A column that rows can be sorted by; the value is the key of the column."""

    COUNTERPART = "counterpart"
    UNDER = "under"
    STATUS = "status"


_STATUS_RANK = {PENDING: 0, CONNECTED: 1, DISCONNECTED: 3, None: 4}


def search_text(row: Row) -> str:
    """Return the text of a row that a filter is compared with, case-folded."""
    counterpart, connection = row.counterpart, row.connection
    return "\n".join(
        (
            counterpart.title,
            counterpart.name,
            row.under.title if row.under else "",
            row.status or NOT_CONNECTED,
            connection.id if connection else "",
            counterpart.id,
        )
    ).casefold()


def filter_rows(
    filter_text: str, rows: Iterable[tuple[str, Row]], *, keep: str | None = None
) -> list[Row]:
    """Return the rows that contain every word of a filter, in any order and case.

    Args:
        filter_text: words; "" keeps every row.
        rows: each with its `search_text`.
        keep: key of a row that is kept in any case.
    """
    words = filter_text.casefold().split()
    return [
        row
        for text, row in rows
        if all(word in text for word in words) or (keep is not None and row.key == keep)
    ]


def sort_rows(
    rows: Sequence[Row], column: SortColumn | None, *, reverse: bool = False
) -> Sequence[Row]:
    """Return `rows` sorted by a column; None keeps their own order."""
    match column:
        case None:
            return rows
        case SortColumn.COUNTERPART:
            return sorted(rows, key=lambda row: row.counterpart.title.casefold(), reverse=reverse)
        case SortColumn.UNDER:
            return sorted(
                rows,
                key=lambda row: row.under.title.casefold() if row.under else "",
                reverse=reverse,
            )
        case SortColumn.STATUS:
            return sorted(rows, key=lambda row: _STATUS_RANK.get(row.status, 2), reverse=reverse)
