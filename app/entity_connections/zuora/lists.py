"""Reads a list of records page by page (contract C1, D2, H)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.list_result import ListResult
from entity_connections.zuora.http.responses import Response, invalid_response, parse_success

PAGE_SIZE = 300
"""Rows of a page; the most that Zuora allows."""
MAX_PAGES = 1_000
"""A list with more pages is taken for an endless one."""

Query = dict[str, str]
Record = TypeVar("Record", Entity, Connection)


@dataclass
class ListReader(Generic[Record]):
    """Collects the records of one list.

    Attributes:
        singular: what one record is called.
        plural: what several are called.
        field_name: the field of a response that holds them.
        parse_record: makes a record of a row; raises ValueError for a bad one.
        query: of the first page; repeated for the others, whatever Zuora says about them.
        belongs: whether a record belongs to the list.
        rows: number of rows so far, readable or not.
    """

    singular: str
    plural: str
    field_name: str
    parse_record: Callable[[object], Record]
    query: Query
    belongs: Callable[[Record], bool] = lambda _: True
    rows: int = 0
    _records: list[Record] = field(default_factory=list)
    _queries: list[Query] = field(default_factory=list)

    def add_page(self, response: Response) -> Query | None:
        """Add the records of one page; return the query of the next page, if there is one.

        Raises:
            InvalidResponse: there is no list in it, no row can be read, or the link to the
                next page cannot be used.
        """
        body = parse_success(response)
        rows = body.get(self.field_name)
        if not isinstance(rows, list):
            raise invalid_response(response, f"it holds no list of {self.plural}.")
        records = []
        for row in rows:
            try:
                records.append(self.parse_record(row))
            except ValueError:
                continue
        if rows and not records:
            raise invalid_response(response, f"none of its {self._count(len(rows))} can be read.")
        next_query = self._parse_link(response, body.get("nextPage"))
        self.rows += len(rows)
        self._records += records
        return next_query

    def result(self, *warnings: str) -> ListResult[Record]:
        """Build the list; `warnings` come after those about its records."""
        records = [record for record in self._records if self.belongs(record)]
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

    def _parse_link(self, response: Response, link: object) -> Query | None:
        """Parse the link to the next page; only its query: the rest may be another host."""
        if link is None or link == "":
            return None
        query = _parse_query(link)
        if query is None:
            raise invalid_response(response, "its next page has no address.")
        query |= self.query
        if query == self.query or query in self._queries or len(self._queries) >= MAX_PAGES:
            raise invalid_response(response, "the pages of its list never end.")
        self._queries.append(query)
        return query

    def _count(self, number: int) -> str:
        return f"{number:,} {self.singular if number == 1 else self.plural}"


def _parse_query(link: object) -> Query | None:
    if not isinstance(link, str) or not link.isascii() or len(link) > 2_000:
        return None
    try:
        return dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        return None
