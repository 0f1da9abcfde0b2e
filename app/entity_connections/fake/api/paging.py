"""The query of a list: direction, page, and the address of the next page (contract D2, H)."""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from entity_connections.fake.rules.policy import NextPage
from entity_connections.fake.rules.refusal import Category, Refusal

_DEFAULT_PAGE_SIZE = 30
_MAX_PAGE_SIZE = 300
_POSITIVE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Page(NamedTuple):
    """One page of a list; `direction` is inbound, outbound or, for both, None."""

    direction: str | None
    number: int
    size: int

    @property
    def offset(self) -> int:
        """The number of rows on the pages before this one."""
        return (self.number - 1) * self.size


def parse_query(request: Request, names: Collection[str]) -> dict[str, str]:
    """Return the query parameters.

    Raises:
        Refusal: A parameter is not one of `names`, or is given twice.
    """
    pairs = request.query_params.multi_items()
    given = [name for name, _ in pairs]
    mistakes = [
        f"{name[:64]} is not a parameter of this list." for name in given if name not in names
    ] + [f"{name} is given more than once." for name in names if given.count(name) > 1]
    if mistakes:
        raise invalid_query(*mistakes[:10])
    return dict(pairs)


def parse_page(request: Request) -> Page:
    """Return the page that a request asks for.

    Raises:
        Refusal: The query is invalid, with one reason for each mistake.
    """
    query = parse_query(request, ("page", "pageSize", "type"))
    mistakes = []
    if query.get("type", "inbound") not in ("inbound", "outbound"):
        mistakes.append("type must be inbound or outbound.")
    size = query.get("pageSize", str(_DEFAULT_PAGE_SIZE))
    if not _POSITIVE_NUMBER.fullmatch(size) or int(size) > _MAX_PAGE_SIZE:
        mistakes.append(f"pageSize must be a whole number from 1 to {_MAX_PAGE_SIZE}.")
    number = query.get("page", "1")
    if not _POSITIVE_NUMBER.fullmatch(number):
        mistakes.append("page must be a whole number from 1.")
    if "page" in query and "pageSize" not in query:
        mistakes.append("page is valid only together with pageSize.")
    if mistakes:
        raise invalid_query(*mistakes)
    return Page(query.get("type"), int(number), int(size))


def next_page_url(request: Request, page: Page, policy: NextPage) -> str:
    """Return the absolute URL of the page after `page`."""
    query = dict(request.query_params) if policy is NextPage.WHOLE_QUERY else {}
    query |= {"page": str(page.number + 1), "pageSize": str(page.size)}
    return f"{request.base_url}{request.scope['path'].lstrip('/')}?{urlencode(query)}"


def invalid_query(*mistakes: str) -> Refusal:
    """Return the refusal of a query, one reason for each mistake."""
    return Refusal(Category.QUERY, *mistakes, status=400)
