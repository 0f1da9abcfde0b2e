"""The interface to Zuora that actions and services use; `zuora.client` implements it."""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity

Record = TypeVar("Record")

MayRepeat = Callable[[], Awaitable[bool]]
"""Looks whether a write has had no effect; returns whether it may be sent again."""


class ListResult(NamedTuple, Generic[Record]):
    """All pages of one list, without the records that cannot be read.

    Attributes:
        items: the records, in Zuora's order, each id once.
        warnings: a sentence for each thing that is missing or strange; empty for a
            correct list.
        missing: what keeps the list from being whole, in a sentence ("2 connections could
            not be read."), which is among the warnings, too; "" for a whole list. Only a
            whole list proves that a record does not exist.
        server_time: when Zuora answered the first page, by its own clock; None if unknown.
            Every page shows the records as they were then or later.
        pages: number of pages. Where a record vanishes while they are read, the first one of
            a later page may be on none of them.
    """

    items: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    missing: str = ""
    server_time: datetime | None = None
    pages: int = 1


class Receipt(NamedTuple):
    """Zuora's answer to a write that it accepted: `Zuora-Request-Id`, or "".

    `connection_id` is that of the connection that a request made, or "".
    """

    request_id: str
    connection_id: str = ""


class ZuoraApi(Protocol):
    """Zuora's multi-entity API, acting as one user (contract A to H).

    Every entity id is normalized. Each method raises `entity_connections.domain.errors.ZuoraError`.
    A write carries `track_id` (1 to 64 characters of a UUID) as `Zuora-Track-Id`,
    and a new one when it is "". One without an idempotency key is sent again only if nothing was
    sent, or if `may_repeat` returns true after an answer that says that nothing was done.
    """

    async def list_accessible_ids(self) -> AbstractSet[str] | None:
        """Return the ids of the entities the user may enter, None if unknown."""

    async def list_entities(self, acting_id: str | None = None) -> ListResult[Entity]:
        """Return the hierarchy's entities, provisioned or not."""

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        """Return the connections of an entity, in both directions."""

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        """Ask for source -> target, acting in the source.

        A repeated call with the same idempotency `key` asks only once.
        """

    async def accept(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """Accept a request, acting in its target."""

    async def deny(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """Deny a request, acting in its target."""

    async def disconnect(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        """End a connection for good, acting in its source or its target."""

    async def aclose(self) -> None:
        """Close the connections to Zuora."""
