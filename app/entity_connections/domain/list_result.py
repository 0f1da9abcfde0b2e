"""What a list of Zuora's held: the records that could be read, and what to know of the rest."""

from typing import Generic, NamedTuple, TypeVar

Record = TypeVar("Record")


class ListResult(NamedTuple, Generic[Record]):
    """One list, read whole; a bad record never hides the good ones.

    Attributes:
        found: the records that could be read, in Zuora's order, each id once.
        warnings: a sentence for each thing that is missing or strange ("2 connections
            could not be read."); empty for a list that is as it should be.
        unreadable: how many records could not be read or were of no use here: what is not
            found may be one of them.
    """

    found: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    unreadable: int = 0
