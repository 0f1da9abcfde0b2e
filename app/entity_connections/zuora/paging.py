"""Turning the pages of a list (contract D2, H)."""

from urllib.parse import parse_qsl, urlsplit

from entity_connections.zuora.http.responses import Answer, Body, bad

PAGE_SIZE = 300
"""Rows a page; the most Zuora gives."""
MAX_PAGES = 1_000
"""A list that is longer than this many pages is taken for an endless one."""


class Pages:
    """The query of each page of one list.

    Args:
        always: what the query of each page holds, whatever Zuora says of it.

    Attributes:
        query: of the page to ask for.
    """

    def __init__(self, always: dict[str, str]) -> None:
        self._always = always
        self.query = always
        self._asked = [always]

    def turn(self, answer: Answer, body: Body) -> bool:
        """Move on to the page after an answer; return whether there is one.

        Raises:
            InvalidResponse: what it says of the next page cannot be, or has been before.
        """
        address = body.get("nextPage")
        if address is None or address == "":
            return False
        if not (isinstance(address, str) and address.isascii() and len(address) <= 2_000):
            raise bad(answer, "its next page has no address.")
        try:
            # Only the query is taken: the address it stands in may be a foreign one.
            query = dict(parse_qsl(urlsplit(address).query)) | self._always
        except ValueError:
            raise bad(answer, "its next page has no address.") from None
        if query in self._asked:
            raise bad(answer, "the pages of its list never end.")
        self._asked.append(query)
        self.query = query
        return True
