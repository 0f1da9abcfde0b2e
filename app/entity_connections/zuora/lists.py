"""Reads a list of records page by page (contract C1, D2, H)."""

from collections.abc import Callable
from datetime import datetime  # noqa: TC003 - the annotation of an attribute
from typing import Generic
from urllib.parse import parse_qsl

from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.zuora_api import ListResult
from entity_connections.zuora.http.responses import (
    Response,
    invalid_response,
    parse_server_time,
    parse_success,
    request_id_of,
)
from entity_connections.zuora.records import Record, RowParser

MAX_PAGES = 100
MAX_ROWS = 20_000
"""A list with more pages or rows is taken for an endless one: an entity has at most 511 living
connections in either direction (contract C4), and old ones beside them."""
MAX_LINK_LENGTH = 2_000
_NOUNS = {"entities": ("entity", "entities"), "entityConnections": ("connection", "connections")}

Query = dict[str, str]


class ListReader(Generic[Record]):
    """Collects the records of one list.

    Args:
        parser: makes records of the rows.
        query: of the first page; repeated for the others, whatever Zuora says about them.

    Attributes:
        query: of the first page.
        rows: number of rows so far, readable or not.
    """

    def __init__(self, parser: RowParser[Record], query: Query) -> None:
        self.query = query
        self.rows = 0
        self._parser: RowParser[Record] = parser
        self._queries = [query]
        self._records: list[Record] = []
        self._ids: set[str] = set()
        self._server_time: datetime | None = None
        self._statuses: set[int] = set()
        self._has_reasons = False

    def add_page(self, response: Response) -> Query | None:
        """Add the records of one page; return the query of the next page, if there is one.

        Raises:
            ZuoraError: the page cannot be read, or the list does not end.
        """
        if len(self._queries) == 1:
            self._server_time = parse_server_time(response.headers)
        body = parse_success(response.mask_secrets())
        field_name = self._parser.field_name
        rows, link = body.get(field_name), body.get("nextPage")
        if not isinstance(rows, list):
            raise invalid_response(response, f"The answer holds no list of {field_name}.")
        records = self._parser.parse_rows(rows)
        if rows and not records:
            raise invalid_response(response, f"No row of its {field_name} can be read.")
        self._statuses.add(response.status)
        self._has_reasons |= bool(body.get("reasons"))
        self.rows += len(rows)
        self._records += records
        ids = {record.id for record in records}
        repeated = bool(ids) and ids <= self._ids
        self._ids |= ids
        if not isinstance(link, str | None):
            raise invalid_response(response, "The link to the next page is not text.")
        if not link:
            return None
        query = self._parse_link(response, link)
        if repeated or query in self._queries:
            raise _create_endless_error(response, "its pages repeat the records of earlier ones")
        if len(self._queries) == MAX_PAGES or self.rows >= MAX_ROWS:
            read = f"{len(self._queries):,} pages with {self.rows:,} rows"
            raise _create_endless_error(response, f"there are more after {read}")
        self._queries.append(query)
        return query

    def _parse_link(self, response: Response, link: str) -> Query:
        """Parse the link to the next page; only its query: the rest may be another host."""
        if not link.isascii() or len(link) > MAX_LINK_LENGTH:
            raise invalid_response(response, "The link to the next page is not valid.")
        return dict(parse_qsl(link.partition("?")[2])) | self.query

    def result(
        self, belongs: Callable[[Record], bool] = lambda _: True, cut: str = ""
    ) -> ListResult[Record]:
        """Build the list of the records that belong to it.

        Args:
            belongs: records for which it is false are left out. Where one came, the list
                may be another one, and is not taken for whole.
            cut: why the end of the list may be missing, in a sentence, or "".
        """
        records = [record for record in self._records if belongs(record)]
        by_id = {record.id: record for record in records}
        unreadable = self.rows - len(self._records)
        foreign = len(self._records) - len(records)
        changed: set[str] = set()
        if len(by_id) < len(records):
            changed = {record.id for record in records if record != by_id[record.id]}
        if not self._parser.later_counts:
            by_id = {id_: record for id_, record in by_id.items() if id_ not in changed}
        missing: list[str] = []
        if unreadable:
            missing.append(f"{self._count(unreadable)} could not be read.")
        if foreign:
            rest = " too: left out" if records else ", and none of this one"
            missing.append(f"{self._count(foreign)} of other entities came{rest}.")
        if changed:
            twice = self._count(len(changed))
            rest = "the later counts" if self._parser.later_counts else "left out"
            missing.append(f"{twice} came twice with different contents: {rest}.")
        if odd_statuses := self._statuses - {200}:
            statuses = ", ".join(map(str, sorted(odd_statuses)))
            missing.append(f"A part may be missing: it came with HTTP {statuses}, not 200.")
        if self._has_reasons:
            missing.append("A part may be missing: it came with the reasons of a failure.")
        if cut:
            missing.append(cut)
        return ListResult(
            tuple(by_id.values()),
            tuple(missing),
            " ".join(missing),
            self._server_time,
            len(self._queries),
        )

    def _count(self, number: int) -> str:
        singular, plural = _NOUNS[self._parser.field_name]
        return f"{number:,} {singular if number == 1 else plural}"


def _create_endless_error(response: Response, reason: str) -> ZuoraError:
    return errors.EndlessList(
        f"The list cannot be read to its end: {reason}.", (), request_id_of(response)
    )
