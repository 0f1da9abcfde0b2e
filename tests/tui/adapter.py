"""The adapter with faults that a test switches on and off while the screen runs."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import RateLimited, Unreachable, ZuoraError
from entity_connections.domain.zuora_api import ListResult, Receipt, ZuoraApi
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.zuora.client import ZuoraClient

from tests.services.faulty_client import FaultyClient

OFFLINE = Unreachable("No connection to Zuora came about.")


class FaultyAdapter(FaultyClient):
    """Pass it as `wrap` to `open_screen`.

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

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # `__call__` sets it
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
        assert isinstance(zuora, ZuoraClient)
        self._zuora = zuora
        return self

    async def list_accessible_ids(self) -> AbstractSet[str] | None:
        await self.may_enter.wait()
        if self.access_error is not None:
            raise self.access_error
        return await super().list_accessible_ids()

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        self.lists += 1
        await self.may_read.wait()
        if self.delay is not None and not await self.request_log.wait(self.delay()):
            raise RateLimited("Too many requests.")
        if self.error is not None:
            raise self.error
        result = await super().list_connections(acting_id, direction)
        return result._replace(warnings=self.warnings) if self.warnings else result

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        await self.may_write.wait()
        return await super().request_connection(source_id, target_id, key, track_id)

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        await self.may_write.wait()
        return await super().accept(acting_id, connection_id, track_id)
