"""Zuora's multi-entity API over HTTP (contract A to H).

Use it from a script without the rest:

    async with ZuoraClient.over_internet(base_url, credentials) as zuora:
        for connection in (await zuora.list_connections(acting_id)).found:
            print(connection.source_id, connection.target_id, connection.status)
"""

from typing import Self
from urllib.parse import quote

import httpx

from entity_connections.domain import errors
from entity_connections.domain.base_url import normalize_base_url
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.zuora_api import Receipt
from entity_connections.services.request_log import RequestLog
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Credentials, Tokens
from entity_connections.zuora.http import responses as answers
from entity_connections.zuora.http.calls import Calls
from entity_connections.zuora.http.in_process import AsgiApp, Embedded
from entity_connections.zuora.http.line import Line
from entity_connections.zuora.http.patience import Patience
from entity_connections.zuora.http.responses import Answer
from entity_connections.zuora.http.tls import authorities
from entity_connections.zuora.lists import Gathering, Record
from entity_connections.zuora.paging import MAX_PAGES, PAGE_SIZE, Pages
from entity_connections.zuora.wire import harmless, read_connections, read_entities

MOST_ENTITIES = 300
"""Rows at which Zuora ends a list without pages (contract C1); a tenant may have 512 entities."""

_CONNECTIONS = "/v1/entity-connections"


class ZuoraClient:
    """One user's way into one tenant; the acting entity is a parameter of every call.

    Entity ids are bare (see `entity_connections.domain.ids`). Every method raises
    `entity_connections.domain.errors.ZuoraError`, and nothing of httpx ever leaves. Calls are
    tried again as contract F4 allows; `traffic` shows the pauses.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        root: str,
        credentials: Credentials,
        lock: WriteLock | None = None,
        traffic: RequestLog | None = None,
        *,
        patience: Patience = Patience(),  # noqa: B008 - it never changes
    ) -> None:
        self.lock = lock or WriteLock()
        self.traffic = traffic or RequestLog()
        self._line = Line(transport, root, self.traffic, patience)
        self._tokens = Tokens(self._line, credentials)
        self._calls = Calls(self._line, self._tokens, self.lock)

    @classmethod
    def over_internet(
        cls,
        base_url: str,
        credentials: Credentials,
        lock: WriteLock | None = None,
        traffic: RequestLog | None = None,
        *,
        patience: Patience = Patience(),  # noqa: B008 - it never changes
    ) -> Self:
        """Return a client of the REST root `base_url` (contract B).

        Blocks for the authorities of https; any thread may call it.

        Raises:
            InvalidBaseUrlError: it is not one to send a secret to.
            CertificateError: there are no authorities to trust.
        """
        root = normalize_base_url(base_url)
        transport = httpx.AsyncHTTPTransport(
            # Loaded only where they are needed: that takes longer than a call.
            verify=authorities() if root.startswith("https:") else False,
            limits=httpx.Limits(max_connections=patience.at_once, keepalive_expiry=5.0),
        )
        return cls(transport, root, credentials, lock, traffic, patience=patience)

    @classmethod
    def in_process(
        cls,
        app: AsgiApp,
        credentials: Credentials,
        lock: WriteLock | None = None,
        traffic: RequestLog | None = None,
        *,
        patience: Patience = Patience(),  # noqa: B008 - it never changes
    ) -> Self:
        """Return a client of a server that lives in this process."""
        root = "http://fake-tenant.localhost"
        return cls(Embedded(app), root, credentials, lock, traffic, patience=patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._line.aclose()

    async def list_accessible_ids(self) -> frozenset[str] | None:
        """Return the ids the token may act in; None when its scope names none (contract A2)."""
        return frozenset((await self._calls.token()).entity_ids) or None

    async def list_entities(self, acting_id: str | None = None) -> ListResult[Entity]:
        """Return all entities that Zuora lists, provisioned or not (contract C1)."""
        found = Gathering("entity", "entities", "entities", read_entities)
        # No pages are documented of this list; if there are, they are turned all the same.
        await self._gather("/v1/entities", found, acting_id, Pages({}))
        if found.listed == MOST_ENTITIES:
            return found.records(
                f"There may be more entities: Zuora's list ends at {MOST_ENTITIES}."
            )
        return found.records()

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        """Return an entity's connections, of both directions unless told (contract D2, H).

        What Zuora lists of other entities is left out. A list that cannot be read
        to its end is an error: half of it would look like a whole one.
        """
        acting = normalize_id(acting_id)

        def ours(them: list[Connection]) -> list[Connection]:
            return [one for one in them if one.source_id == acting or one.target_id == acting]

        found = Gathering("connection", "connections", "entityConnections", read_connections, ours)
        always = {"pageSize": str(PAGE_SIZE)} | ({"type": direction.value} if direction else {})
        await self._gather(_CONNECTIONS, found, acting_id, Pages(always))
        return found.records()

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        """Ask for source -> target, acting in the source.

        A repeated call with the same idempotency `key` (1 to 254 plain characters)
        asks only once (contract D1, E3).
        """
        if not key:
            raise errors.Refused("A request needs an idempotency key. Nothing was sent.")

        def read(answer: Answer) -> Receipt:
            body = answers.done(answer)
            try:
                id_ = harmless(body.get("id"))
            except ValueError:
                raise answers.bad(answer, "it does not name the new connection.") from None
            return Receipt(answers.request_id_of(answer), id_)

        body = {"targetEntityId": normalize_id(target_id)}
        return await self._calls.call(
            "POST", _CONNECTIONS, read, source_id, body=body, key=key, track_id=track_id
        )

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """Accept a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "accept", track_id)

    async def deny(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """Deny a request, acting in its target (contract D1)."""
        return await self._put(acting_id, connection_id, "deny", track_id)

    async def disconnect(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        """End a connection for good, acting in either end (contract D1, D5)."""
        return await self._put(acting_id, connection_id, "disconnect", track_id)

    async def _gather(
        self, path: str, found: Gathering[Record], acting_id: str | None, pages: Pages
    ) -> None:
        def read(answer: Answer) -> bool:
            body = answers.content(answer)
            found.add(answer, body)
            return pages.turn(answer, body)

        for _ in range(MAX_PAGES):
            if not await self._calls.call("GET", path, read, acting_id, query=pages.query):
                return
        raise errors.InvalidResponse(f"The pages of Zuora's list {path} never end.")

    async def _put(self, acting_id: str, connection_id: str, verb: str, track_id: str) -> Receipt:
        def read(answer: Answer) -> Receipt:
            answers.done(answer)
            return Receipt(answers.request_id_of(answer), connection_id)

        path = f"{_CONNECTIONS}/{_step(connection_id)}/{verb}"
        # A body is not documented, yet a PUT without one may meet HTTP 415 (contract E1).
        return await self._calls.call("PUT", path, read, acting_id, body={}, track_id=track_id)


def _step(text: str) -> str:
    """Return a text as one step of a path.

    Raises:
        NotFound: it would lead elsewhere.
    """
    if text in ("", ".", ".."):
        raise errors.NotFound("There can be no such name. Nothing was sent.")
    return quote(text, safe="", errors="replace")
