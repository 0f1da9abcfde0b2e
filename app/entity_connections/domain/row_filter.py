"""Filters rows by words."""

from collections.abc import Iterable

from entity_connections.domain.rows import Row


def search_text(row: Row) -> str:
    """Return the text of a row that a filter is compared with, case-folded."""
    counterpart, connection = row.counterpart, row.connection
    return "\n".join(
        (
            counterpart.title,
            counterpart.name,
            row.parent.title if row.parent else "",
            row.state,
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
