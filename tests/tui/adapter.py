"""The adapter with gates and lists that a test controls while the screen runs."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import RateLimited, Unreachable, ZuoraError
from entity_connections.domain.zuora_api import ListResult, Receipt, ZuoraApi
from entity_connections.services.request_log import RequestLog, RetryDelay

OFFLINE = Unreachable("No connection to Zuora came about.")


class ControlledAdapter:
    """Pass it as `wrap` to `open_screen`. Faults of writes are those of the fake tenant.

    Attributes:
        error: what lists of connections end in, or None.
        access_error: what the list of accessible entities ends in, or None.
        warnings: what lists of connections carry.
        delay: makes a pause before each list of connections, or None.
        request_log: shows the pauses.
        may_read: set while lists of connections may be read.
        may_enter: set while the list of accessible entities may be read.
        may_write: set while requests and accepts may be sent.
        lists: the number of lists of connections that were asked for.
    """

    _zuora: ZuoraApi  # from `__call__` on

    def __init__(self) -> None:
        self.error: ZuoraError | None = None
        self.access_error: ZuoraError | None = None
        self.warnings: tuple[str, ...] = ()
        self.delay: Callable[[], RetryDelay] | None = None
        self.request_log = RequestLog()
        self.may_read, self.may_enter, self.may_write = (asyncio.Event() for _ in range(3))
        for event in (self.may_read, self.may_enter, self.may_write):
            event.set()
        self.lists = 0

    def __call__(self, zuora: ZuoraApi) -> ZuoraApi:
        self._zuora = zuora
        return self

    async def list_accessible_ids(self) -> AbstractSet[str] | None:
        await self.may_enter.wait()
        if self.access_error is not None:
            raise self.access_error
        return await self._zuora.list_accessible_ids()

    async def list_entities(self, acting_id: str | None = None) -> ListResult[Entity]:
        return await self._zuora.list_entities(acting_id)

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        self.lists += 1
        await self.may_read.wait()
        if self.delay is not None and not await self.request_log.wait(self.delay()):
            raise RateLimited("Too many requests.")
        if self.error is not None:
            raise self.error
        result = await self._zuora.list_connections(acting_id, direction)
        return result._replace(warnings=self.warnings) if self.warnings else result

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        await self.may_write.wait()
        return await self._zuora.request_connection(source_id, target_id, key, track_id)

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        await self.may_write.wait()
        return await self._zuora.accept(acting_id, connection_id, track_id)

    async def deny(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        return await self._zuora.deny(acting_id, connection_id, track_id)

    async def disconnect(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        return await self._zuora.disconnect(acting_id, connection_id, track_id)

    async def aclose(self) -> None:
        await self._zuora.aclose()
