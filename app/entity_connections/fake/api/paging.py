"""The query of a list: which way, which page, and where the next one is (contract D2, H)."""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from entity_connections.fake.api.answers import Category, Refusal
from entity_connections.fake.rules.choices import NextPage

_DEFAULT = 30
_MOST = 300
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Page(NamedTuple):
    """One page of a list; `direction` is inbound, outbound or, for both, None."""

    direction: str | None
    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows stand on the pages before this one."""
        return (self.number - 1) * self.size


def query_of(request: Request, names: Collection[str]) -> dict[str, str]:
    """Return the query if every name in it is one of `names` and comes once.

    Raises:
        Refusal: Category 27, with one reason for each mistake.
    """
    pairs = request.query_params.multi_items()
    given = [name for name, _ in pairs]
    mistakes = [
        f"{name[:64]} is not a parameter of this list." for name in given if name not in names
    ] + [f"{name} is given more than once." for name in names if given.count(name) > 1]
    if mistakes:
        raise bad_query(*mistakes[:10])
    return dict(pairs)


def page_of(request: Request) -> Page:
    """Return the page a request asks for.

    Raises:
        Refusal: Category 27, with one reason for each mistake.
    """
    query = query_of(request, ("page", "pageSize", "type"))
    mistakes = []
    if query.get("type", "inbound") not in ("inbound", "outbound"):
        mistakes.append("type must be inbound or outbound.")
    size = query.get("pageSize", str(_DEFAULT))
    if not _NUMBER.fullmatch(size) or int(size) > _MOST:
        mistakes.append(f"pageSize must be a whole number from 1 to {_MOST}.")
    number = query.get("page", "1")
    if not _NUMBER.fullmatch(number):
        mistakes.append("page must be a whole number from 1.")
    if "page" in query and "pageSize" not in query:
        mistakes.append("page is valid only together with pageSize.")
    if mistakes:
        raise bad_query(*mistakes)
    return Page(query.get("type"), int(number), int(size))


def next_page(request: Request, page: Page, policy: NextPage) -> str:
    """Return the absolute address of the page after `page`."""
    query = dict(request.query_params) if policy is NextPage.WHOLE_QUERY else {}
    query |= {"page": str(page.number + 1), "pageSize": str(page.size)}
    return f"{request.base_url}{request.scope['path'].lstrip('/')}?{urlencode(query)}"


def bad_query(*mistakes: str) -> Refusal:
    """Return the refusal of a query, one reason for each mistake."""
    return Refusal(Category.QUERY, *mistakes, status=400)
