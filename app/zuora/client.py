"""Zuora's multi-entity API over HTTP (contract A to H).

Use it from a script without the rest:

    async with ZuoraClient.over_internet(base_url, credentials) as zuora:
        for connection in (await zuora.list_connections(acting_id)).found:
            print(connection.source_id, connection.target_id, connection.status)
"""

import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
from pydantic import BaseModel

from app.domain import errors
from app.domain.connections import Connection, Direction
from app.domain.entities import Entity
from app.domain.ids import bare, hyphenated
from app.domain.records import Records
from app.services.lock import Lock
from app.services.ports import Receipt
from app.services.traffic import Traffic
from app.zuora import answers
from app.zuora.token import Credentials, Token, Tokens
from app.zuora.wire import ConnectionPage, EntityList, Envelope, Requested

PAGE_SIZE = 300
"""Rows a page; the most Zuora gives (contract D2)."""
MAX_PAGES = 1_000
"""A list that is longer than this many pages is taken for an endless one."""
TIMEOUT = httpx.Timeout(connect=10, read=60, write=30, pool=30)
"""Seconds for each phase of a call; Zuora's gateway itself gives up after 120."""

_CONNECTIONS = "/v1/entity-connections"

Message = MutableMapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)
AsgiApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class ZuoraClient:
    """One user's way into one tenant; the acting entity is a parameter of every call.

    Entity ids are bare (see `app.domain.ids`). Every method raises
    `app.domain.errors.ZuoraError`, and nothing of httpx ever leaves.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        credentials: Credentials,
        lock: Lock | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.lock = lock or Lock()
        self.traffic = traffic or Traffic()
        self._http = http
        self._tokens = Tokens(http, credentials)

    @classmethod
    def over_internet(
        cls,
        base_url: str,
        credentials: Credentials,
        lock: Lock | None = None,
        traffic: Traffic | None = None,
    ) -> Self:
        """Return a client of the REST root `base_url` (contract B)."""
        http = _http(base_url, httpx.AsyncHTTPTransport(retries=0))
        return cls(http, credentials, lock, traffic)

    @classmethod
    def in_process(
        cls,
        app: AsgiApp,
        credentials: Credentials,
        lock: Lock | None = None,
        traffic: Traffic | None = None,
    ) -> Self:
        """Return a client of a server that lives in this process."""
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        return cls(_http("http://fake-tenant.localhost", transport), credentials, lock, traffic)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._http.aclose()

    async def enterable(self) -> frozenset[str] | None:
        """Return the ids the token may act in; None when its scope names none (contract A2)."""
        return frozenset((await self._token()).entity_ids) or None

    async def list_entities(self, acting_id: str | None = None) -> Records[Entity]:
        """Return all entities that Zuora lists, provisioned or not (contract C1)."""
        found = await self._call("GET", "/v1/entities", EntityList, acting_id)
        return Records(tuple(wire.entity() for wire in found.entities))

    async def list_accessible_entities(
        self, username: str, acting_id: str | None = None
    ) -> Records[Entity]:
        """Return the entities that a login name may enter (contract C1)."""
        path = f"/v1/users/{quote(username, safe='')}/accessible-entities"
        found = await self._call("GET", path, EntityList, acting_id)
        return Records(tuple(wire.entity() for wire in found.entities))

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> Records[Connection]:
        """Return an entity's connections, of both directions unless told (contract D2, H)."""
        wanted = {"pageSize": str(PAGE_SIZE)}
        if direction:
            wanted["type"] = direction.value
        found: list[Connection] = []
        query, asked = wanted, set[tuple[tuple[str, str], ...]]()
        for _ in range(MAX_PAGES):
            page = await self._call("GET", _CONNECTIONS, ConnectionPage, acting_id, query=query)
            found += (wire.connection() for wire in page.entity_connections)
            if not page.next_page:
                return Records(tuple({one.id: one for one in found}.values()))
            # Only the query is taken: the address it stands in may be a foreign one.
            query = dict(parse_qsl(urlsplit(page.next_page).query)) | wanted
            step = tuple(sorted(query.items()))
            if step in asked:
                break
            asked.add(step)
        raise errors.BadAnswer("Zuora's pages of connections never end.")

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        """Ask for source -> target, acting in the source.

        A repeated call with the same idempotency `key` (at most 254 characters)
        asks only once (contract D1, E3).
        """
        body = {"targetEntityId": bare(target_id)}
        headers = {"Idempotency-Key": key}
        self.lock.check()
        done = await self._call("POST", _CONNECTIONS, Requested, source_id, headers, body=body)
        return Receipt("", done.id)

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """Accept a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "accept")

    async def deny(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """Deny a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "deny")

    async def disconnect(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """End a connection for good, acting in either end (contract D1, D5)."""
        return await self._put(acting_id, connection_id, "disconnect")

    async def _put(self, acting_id: str, connection_id: str, verb: str) -> Receipt:
        self.lock.check()
        path = f"{_CONNECTIONS}/{quote(connection_id, safe='')}/{verb}"
        # A body is not documented, yet a PUT without one may meet HTTP 415 (contract E1).
        done = await self._call("PUT", path, Envelope, acting_id, body={})
        if done.success is not True:
            raise errors.BadAnswer("The answer does not say whether it worked.")
        return Receipt("")

    async def _call(
        self,
        method: str,
        path: str,
        model: type[Model],
        acting_id: str | None,
        headers: dict[str, str] | None = None,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> Model:
        """The one request path: token, headers, call, meaning; once more with a new token."""
        for last in (False, True):
            token = await self._token()
            acting = acting_id or next(iter(token.entity_ids), None)
            try:
                response = await self._http.request(
                    method,
                    path,
                    params=query,
                    json=body,
                    headers={
                        "Authorization": f"Bearer {token.secret.get_secret_value()}",
                        "Zuora-Track-Id": str(uuid.uuid4()),
                        **({"Zuora-Entity-Ids": hyphenated(acting)} if acting else {}),
                        **(headers or {}),
                    },
                )
            except httpx.HTTPError as error:
                raise _failure(error) from error
            try:
                return answers.content(response, model)
            except errors.Unauthenticated:
                if last:
                    raise
                self._tokens.drop(token)
        raise AssertionError("The last try returns or raises.")

    async def _token(self) -> Token:
        try:
            return await self._tokens.get()
        except httpx.HTTPError as error:
            failure = _failure(error)
        except errors.ZuoraError as error:
            failure = error
        if failure.outcome_known:
            raise failure
        # Whatever became of the token, what it was wanted for was not sent.
        raise errors.NoToken(failure.sentence, failure.reasons, failure.request_id)


def _http(base_url: str, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        transport=transport,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
    )


def _failure(error: httpx.HTTPError) -> errors.ZuoraError:
    """Say what a failed call means; httpx's own words may hold addresses and are left out."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return errors.Unreachable("No connection to Zuora came about.")
    if isinstance(error, httpx.TimeoutException):
        return errors.NoAnswer("Zuora did not answer in time.")
    if isinstance(error, httpx.DecodingError):
        return errors.BadAnswer("The answer is compressed in a way that cannot be read.")
    return errors.NoAnswer("The connection to Zuora broke before the answer was whole.")
