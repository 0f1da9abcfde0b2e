"""What the use cases need from Zuora."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from app.domain.connections import Connection, Direction
from app.domain.entities import Entity


class EntityConnections(Protocol):
    """Zuora's multi-entity API, acting as one user (contract A to H).

    Every entity id is bare. Each method raises `app.domain.errors.ZuoraError`.
    """

    async def enterable(self) -> AbstractSet[str] | None:
        """Return the ids of the entities the user may enter, None if unknown."""

    async def list_entities(self, acting_id: str | None = None) -> list[Entity]:
        """Return the hierarchy's entities, provisioned or not."""

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> list[Connection]:
        """Return the connections of an entity, of both directions unless told."""

    async def request_connection(self, source_id: str, target_id: str, key: str) -> str:
        """Ask for source -> target, acting in the source; return the connection's id.

        A repeated call with the same idempotency `key` asks only once.
        """

    async def accept(self, acting_id: str, connection_id: str) -> None:
        """Accept a request, acting in its target."""

    async def deny(self, acting_id: str, connection_id: str) -> None:
        """Deny a request, acting in its target."""

    async def disconnect(self, acting_id: str, connection_id: str) -> None:
        """End a connection for good, acting in its source or its target."""

    async def aclose(self) -> None:
        """Let go of what the connection to Zuora holds."""
