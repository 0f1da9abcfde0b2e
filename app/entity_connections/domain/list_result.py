"""The result of reading one of Zuora's lists."""

from typing import Generic, NamedTuple, TypeVar

Record = TypeVar("Record")


class ListResult(NamedTuple, Generic[Record]):
    """All pages of one list; a record that cannot be read is skipped and counted.

    Attributes:
        items: the records, in Zuora's order, each id once.
        warnings: a sentence for each thing that is missing or strange
            ("2 connections could not be read."); empty for a correct list.
        skipped: number of records left out. A record that is not among the items may
            be one of them.
    """

    items: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    skipped: int = 0
