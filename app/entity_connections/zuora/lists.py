"""Lists as they come: the good records are kept, and a word said about the rest."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.list_result import ListResult
from entity_connections.zuora.http.responses import Answer, Body, bad

Record = TypeVar("Record", Entity, Connection)


class Gathering(Generic[Record]):
    """The records of one list, page by page.

    Args:
        one: what a record is called.
        many: what several are called.
        field: the field of an answer that holds them.
        read: makes records of rows; raises when one of them cannot be read.
        ours: leaves out the records that do not belong to the list at all.

    Attributes:
        listed: how many rows came, of whatever kind.
    """

    def __init__(
        self,
        one: str,
        many: str,
        field: str,
        read: Callable[[Sequence[object]], list[Record]],
        ours: Callable[[list[Record]], list[Record]] = lambda them: them,
    ) -> None:
        self.listed = self._unreadable = self._foreign = 0
        self._one, self._many, self._field = one, many, field
        self._read: Callable[[Sequence[object]], list[Record]] = read
        self._ours: Callable[[list[Record]], list[Record]] = ours
        self._records: list[Record] = []

    def add(self, answer: Answer, body: Body) -> None:
        """Take the records of one answer.

        Raises:
            InvalidResponse: it holds no list, or no record in it can be read.
        """
        rows = body.get(self._field)
        if not isinstance(rows, list):
            raise bad(answer, f"it holds no list of {self._many}.")
        try:
            records = self._read(rows)
        except ValueError:
            records = list(self._readable(rows))
            if not records:
                raise bad(answer, f"none of its {self._count(len(rows))} can be read.") from None
        ours = self._ours(records)
        self.listed += len(rows)
        self._unreadable += len(rows) - len(records)
        self._foreign += len(records) - len(ours)
        self._records += ours

    def records(self, *warnings: str) -> ListResult[Record]:
        """Return what was gathered, with `warnings` behind those of the list's own."""
        found = {record.id: record for record in self._records}
        # As many ids as records: no need to look for those that came twice.
        whole = len(found) == len(self._records)
        told: list[str] = []
        if self._unreadable:
            told.append(f"{self._count(self._unreadable)} could not be read.")
        if self._foreign:
            told.append(f"{self._count(self._foreign)} of other entities came too: left out.")
        changed = set() if whole else {one.id for one in self._records if one != found[one.id]}
        if changed:
            twice = self._count(len(changed))
            told.append(f"{twice} came twice with different contents: the later counts.")
        return ListResult(
            tuple(found.values()), (*told, *warnings), self._unreadable + self._foreign
        )

    def _readable(self, rows: Sequence[object]) -> Iterator[Record]:
        for row in rows:
            try:
                yield from self._read([row])
            except ValueError:
                continue

    def _count(self, number: int) -> str:
        return f"{number:,} {self._one if number == 1 else self._many}"
