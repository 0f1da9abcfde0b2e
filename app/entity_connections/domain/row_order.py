"""Narrowing and ordering rows; the rows themselves never change."""

from collections.abc import Iterable, Sequence
from enum import Enum

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Row

NOT_CONNECTED = "Not connected"
"""Our word for a pair without a record; Zuora has none."""


class SortColumn(Enum):
    """What rows can be sorted by; the value is the key of the column."""

    COUNTERPART = "counterpart"
    UNDER = "under"
    STATUS = "status"


_STATUS_RANK = {PENDING: 0, CONNECTED: 1, DISCONNECTED: 3, None: 4}


def search_text(row: Row) -> str:
    """Return everything of a row that a person may look for, ready for `matching`."""
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
    needle: str, haystacks: Iterable[tuple[str, Row]], *, keep: str | None = None
) -> list[Row]:
    """Return the rows that hold every word of `needle`, in whatever order and case.

    The row with the key `keep` stays whether it does or not.
    """
    words = needle.casefold().split()
    return [
        row
        for text, row in haystacks
        if all(word in text for word in words) or (keep is not None and row.key == keep)
    ]


def sort_rows(
    rows: Sequence[Row], order: SortColumn | None, *, reverse: bool = False
) -> Sequence[Row]:
    """Return `rows` sorted by a column; None keeps their own order."""
    match order:
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
