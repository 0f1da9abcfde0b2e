"""Zuora's multi-entity API (contract A to H).

It can be used from a script without the rest of the program:

    async with ZuoraClient(base_url, credentials) as zuora:
        for connection in (await zuora.list_connections(acting_id)).items:
            print(connection.source_id, connection.target_id, connection.status)
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, Self, TypeVar

import httpx

from entity_connections.domain import errors
from entity_connections.domain.base_url import normalize_base_url
from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import hyphenate_id, new_uuid, normalize_id
from entity_connections.domain.proxy import NO_PROXY, choose_proxy
from entity_connections.domain.zuora_api import ListResult, MayRepeat, Receipt
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.token_cache import Token, TokenCache
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Credentials, TokenProvider
from entity_connections.zuora.http.connection import HttpConnection, create_http_client
from entity_connections.zuora.http.in_process import AsgiApp, InProcessTransport
from entity_connections.zuora.http.limits import HttpLimits
from entity_connections.zuora.http.responses import (
    Response,
    invalid_response,
    parse_write,
    request_id_of,
)
from entity_connections.zuora.http.retry import Deadline, RetryPolicy, RetrySafety
from entity_connections.zuora.lists import ListReader, Query
from entity_connections.zuora.records import CONNECTIONS, ENTITIES, Record, check_id

MAX_LISTED_ENTITIES = 300
"""Rows at which Zuora cuts a list without pages (contract C1); a tenant may have 512 entities."""
PAGE_SIZE = 300
"""Rows of a page; the most that Zuora allows."""

_CONNECTIONS = "/v1/entity-connections"
_WRITE_HINT = "Look at the list first; then try again."
_READ_HINT = "If it lasts, tell Zuora Support the time or the request id."
_HEADER_VALUE = re.compile(r"[!#-&(-9<-~]{1,64}")  # ASCII without " ' : ;

_EMPTY_BODIES: tuple[bytes | None, ...] = (b"{}", b"", None)
"""The forms of a body without fields, as `_Call.content`; nobody knows what Zuora takes (E1)."""

T = TypeVar("T")


class _Call(NamedTuple):
    """A call of the API, as it is sent in each attempt.

    Attributes:
        acting_id: the entity to act in; None for the first in the token's scope.
        track_id: "" for a new one.
        content: the body, JSON; b"" for a Content-Type without a body, None for neither.
        key: the Idempotency-Key; None for none.
    """

    method: str
    path: str
    acting_id: str | None
    track_id: str = ""
    query: Query | None = None
    content: bytes | None = None
    key: str | None = None

    @property
    def retry_safety(self) -> RetrySafety:
        if self.method == "GET":
            return RetrySafety.READ
        return RetrySafety.UNSAFE if self.key is None else RetrySafety.IDEMPOTENT


class ZuoraClient:
    """One user in one tenant, as `ZuoraApi` describes it.

    Every method raises `entity_connections.domain.errors.ZuoraError`, never an error of
    httpx. Calls are retried as contract F4 allows. Entity ids may have either spelling
    (see `entity_connections.domain.ids`). Creating a client blocks while the certificate
    authorities are read; any thread may do it.

    Args:
        base_url: the REST root (contract B); InvalidBaseUrlError if it must not get a secret.
        credentials: of the OAuth client.
        lock: while it is locked, writes are refused.
        request_log: gets every HTTP exchange.
        proxy: the URL of an HTTP proxy; None for that of the environment, if it has one.
        transport: replaces the network.
        retry_policy: how often and how long calls are retried.
        limits: of each HTTP exchange.
        token_cache: shares the token with other processes; None for a token of its own.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        lock: WriteLock | None = None,
        request_log: RequestLog | None = None,
        *,
        proxy: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        retry_policy: RetryPolicy = RetryPolicy(),
        limits: HttpLimits = HttpLimits(),
        token_cache: TokenCache | None = None,
    ) -> None:
        self.lock = lock or WriteLock()
        self.request_log = request_log or RequestLog()
        base_url = normalize_base_url(base_url)
        chosen = NO_PROXY if transport else choose_proxy(base_url, proxy)
        self._http = create_http_client(base_url, limits, chosen, transport)
        self._connection = HttpConnection(
            self._http, limits, retry_policy, self.request_log, chosen
        )
        self._client_secret = credentials.client_secret
        self._tokens = TokenProvider(self._connection, credentials, token_cache)
        self._empty_bodies = _EMPTY_BODIES
        self._make_url = lru_cache(16)(self._build_url)  # most calls read a list

    @classmethod
    def in_process(
        cls,
        app: AsgiApp,
        credentials: Credentials,
        lock: WriteLock | None = None,
        request_log: RequestLog | None = None,
        *,
        limits: HttpLimits = HttpLimits(),
    ) -> Self:
        """Create a client of an ASGI application in this process."""
        return cls(
            "http://localhost",
            credentials,
            lock,
            request_log,
            transport=InProcessTransport(app),
            limits=limits,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._http.aclose()

    async def list_accessible_ids(self) -> frozenset[str] | None:
        """Return the ids of the entities in the token's scope (contract A2)."""
        token = await self._tokens.get(self._connection.start_deadline())
        return frozenset(token.entity_ids) or None

    async def list_entities(self, acting_id: str | None = None) -> ListResult[Entity]:
        """List all entities that Zuora shows, provisioned or not (contract C1)."""
        # Zuora documents no pages of this list; a link to one is followed all the same.
        reader = ListReader(ENTITIES, {})
        await self._read_list("/v1/entities", reader, acting_id)
        sentence = f"There may be more entities: Zuora's list ends at {MAX_LISTED_ENTITIES}."
        return reader.result(cut=sentence if reader.rows == MAX_LISTED_ENTITIES else "")

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        """List the connections of an entity, in both directions (contract D2, H).

        Connections between other entities are left out, and the list is then not whole. A list
        that cannot be read to its end is an error.
        """
        reader = ListReader(CONNECTIONS, {"pageSize": str(PAGE_SIZE)})
        await self._read_list(_CONNECTIONS, reader, acting_id)
        acting = normalize_id(acting_id)
        return reader.result(belongs=lambda row: acting in (row.source_id, row.target_id))

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        """Request a connection; `key` is 1 to 64 characters of a UUID (contract D1, E3)."""
        content = json.dumps({"targetEntityId": normalize_id(target_id)}).encode()
        call = _Call("POST", _CONNECTIONS, source_id, track_id, content=content, key=key)
        return await self._request(call, _parse_new_connection)

    async def accept(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """Accept a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "accept", track_id, may_repeat)

    async def deny(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """Deny a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "deny", track_id, may_repeat)

    async def disconnect(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """Disconnect for good, acting in source or target (contract D1, D5)."""
        return await self._put(acting_id, connection_id, "disconnect", track_id, may_repeat)

    async def _request(
        self,
        call: _Call,
        parse: Callable[[Response], T],
        deadline: Deadline | None = None,
        may_repeat: MayRepeat | None = None,
    ) -> T:
        """Send a call, and again as far as that is safe, and parse the response.

        Any method but GET is a write and needs the lock open; `maybe_applied` of the error says
        whether it may have worked. `parse` raises a ZuoraError for a response that does not
        mean success.
        """
        call = call._replace(track_id=call.track_id or new_uuid())
        deadline = deadline or self._connection.start_deadline()
        renewed = False

        def check_write() -> None:
            if call.method != "GET":
                self.lock.check()
                deadline.check()

        async def send(token: Token, number: int) -> T:
            request = self._build_request(call, token)
            secrets = (token.secret, self._client_secret)
            try:
                async with self._connection.slot(deadline):
                    check_write()  # again, because the call waited for token and slot
                    return await self._connection.send(request, parse, secrets, number)
            except ZuoraError as error:
                if _refuses_token(error):
                    self._tokens.discard(token)
                _set_hint(error, call.method)
                raise

        async def attempt(number: int) -> T:
            nonlocal renewed
            check_write()
            token = await self._tokens.get(deadline)
            try:
                return await send(token, number)
            except ZuoraError as error:
                if renewed or call.method != "GET" or not _refuses_token(error):
                    raise
                renewed = True
            token = await self._tokens.get(deadline)
            return await send(token, number)  # once, with a new token (contract A2)

        return await self._connection.retry(attempt, call.retry_safety, deadline, may_repeat)

    def _build_request(self, call: _Call, token: Token) -> httpx.Request:
        headers = {"Zuora-Track-Id": call.track_id}
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        if call.key is not None:
            headers["Idempotency-Key"] = call.key
        if entity_id := call.acting_id or next(iter(token.entity_ids), ""):
            headers["Zuora-Entity-Ids"] = hyphenate_id(entity_id)
        if not all(map(_HEADER_VALUE.fullmatch, headers.values())):
            raise errors.Refused("An id of the call cannot be one. Nothing was sent.")
        headers["Authorization"] = f"Bearer {token.secret.get_secret_value()}"
        url = self._make_url(call.path, *(call.query or {}).items())
        return self._connection.client.build_request(
            call.method, url, content=call.content, headers=headers
        )

    def _build_url(self, path: str, *query: tuple[str, str]) -> httpx.URL:
        return self._connection.client.build_request("GET", path, params=dict(query) or None).url

    async def _read_list(
        self, path: str, reader: ListReader[Record], acting_id: str | None
    ) -> None:
        query: Query | None = reader.query
        while query is not None:
            query = await self._request(_Call("GET", path, acting_id, query=query), reader.add_page)

    async def _put(
        self,
        acting_id: str,
        connection_id: str,
        action: str,
        track_id: str,
        may_repeat: MayRepeat | None,
    ) -> Receipt:
        def parse(response: Response) -> Receipt:
            parse_write(response)
            return Receipt(request_id_of(response), connection_id)

        try:
            path = f"{_CONNECTIONS}/{check_id(connection_id)}/{action}"
        except ValueError:
            raise errors.NotFound("No connection can have that id. Nothing was sent.") from None
        deadline = self._connection.start_deadline()
        for content in self._empty_bodies:
            call = _Call("PUT", path, acting_id, track_id, content=content)
            try:
                receipt = await self._request(call, parse, deadline, may_repeat)
            except errors.BodyRefused as error:
                if error.maybe_applied or (may_repeat and not await may_repeat()):
                    raise
                refusal = error
                continue
            others = [form for form in self._empty_bodies if form != content]
            self._empty_bodies = (content, *others)  # the next call begins with what was taken
            return receipt
        raise refusal


def _set_hint(error: ZuoraError, method: str) -> None:
    """Let an error say what helps after a read or after a write."""
    if method == "GET" and isinstance(error, errors.Refused):
        error.hint = _READ_HINT
    elif method != "GET" and isinstance(error, errors.NoResponse | errors.Conflict):
        error.hint = _WRITE_HINT


def _refuses_token(error: ZuoraError) -> bool:
    return isinstance(error, errors.Unauthenticated) or (
        isinstance(error, errors.WebPage) and error.status == 401
    )


def _parse_new_connection(response: Response) -> Receipt:
    body = parse_write(response)
    try:
        return Receipt(request_id_of(response), check_id(body.get("id")))
    except ValueError:
        raise invalid_response(response, "The answer does not name the new connection.") from None
