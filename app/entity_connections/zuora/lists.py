"""Reads a list of records page by page (contract C1, D2, H)."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.zuora_api import ListResult
from entity_connections.zuora.http.responses import Response, invalid_response, parse_success
from entity_connections.zuora.records import UNREADABLE

MAX_PAGES = 1_000
"""A list with more pages is taken for an endless one."""
MAX_LINK_LENGTH = 2_000
_NOUNS = {"entities": ("entity", "entities"), "entityConnections": ("connection", "connections")}

Query = dict[str, str]
Record = TypeVar("Record", Entity, Connection)


class ListReader(Generic[Record]):
    """Collects the records of one list.

    Args:
        field_name: the field of a response that holds the rows.
        parse_row: makes a record of a row; raises one of `UNREADABLE` if it cannot.
        query: of the first page; repeated for the others, whatever Zuora says about them.

    Attributes:
        query: of the first page.
        rows: number of rows so far, readable or not.
    """

    def __init__(
        self, field_name: str, parse_row: Callable[[object], Record], query: Query
    ) -> None:
        self.query = query
        self.rows = 0
        self._field_name = field_name
        self._parse_row: Callable[[object], Record] = parse_row
        self._queries = [query]
        self._records: list[Record] = []

    def add_page(self, response: Response) -> Query | None:
        """Add the records of one page; return the query of the next page, if there is one."""
        body = parse_success(response)
        rows = body.get(self._field_name)
        if not isinstance(rows, list):
            raise invalid_response(response, f"it holds no list of {self._field_name}.")
        readable = len(self._records)
        for row in rows:
            try:
                self._records.append(self._parse_row(row))
            except UNREADABLE:
                continue
        if rows and len(self._records) == readable:
            raise invalid_response(response, f"no row of its {self._field_name} can be read.")
        self.rows += len(rows)
        return self._parse_link(response, body.get("nextPage"))

    def _parse_link(self, response: Response, link: object) -> Query | None:
        """Parse the link to the next page; only its query: the rest may be another host."""
        if not link:
            return None
        text = str(link)
        usable = text.isascii() and len(text) <= MAX_LINK_LENGTH
        query = dict(parse_qsl(text.partition("?")[2])) | self.query
        if not usable or query in self._queries or len(self._queries) > MAX_PAGES:
            raise invalid_response(response, "the link to its next page leads nowhere.")
        self._queries.append(query)
        return query

    def result(
        self,
        warnings: Iterable[str] = (),
        belongs: Callable[[Record], bool] = lambda _: True,
    ) -> ListResult[Record]:
        """Build the list of the records that belong to it; `warnings` come last."""
        records = [record for record in self._records if belongs(record)]
        by_id = {record.id: record for record in records}
        unreadable = self.rows - len(self._records)
        foreign = len(self._records) - len(records)
        changed = {record.id for record in records if record != by_id[record.id]}
        found: list[str] = []
        if unreadable:
            found.append(f"{self._count(unreadable)} could not be read.")
        if foreign:
            found.append(f"{self._count(foreign)} of other entities came too: left out.")
        if changed:
            twice = self._count(len(changed))
            found.append(f"{twice} came twice with different contents: the later counts.")
        return ListResult(tuple(by_id.values()), (*found, *warnings), unreadable + foreign)

    def _count(self, number: int) -> str:
        singular, plural = _NOUNS[self._field_name]
        return f"{number:,} {singular if number == 1 else plural}"
