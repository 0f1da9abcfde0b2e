"""A port to Zuora that loses what it is told to lose."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import NoResponse, Unreachable, ZuoraError
from entity_connections.domain.zuora_api import ListResult, Receipt
from entity_connections.zuora.client import ZuoraClient


class FaultyClient:
    """The real adapter, except for the next write or read.

    Attributes:
        lose_request: the next write never reaches Zuora, and no answer comes.
        lose_answer: the next write is done, and its answer is lost.
        fail_reads: reads fail from the next write on.
        lost: makes the error of a write that is lost.
        answers: errors that the next writes end in, without reaching Zuora.
        sending: called when a write is asked for.
        writes: the writes that were asked for, by name.
        keys, track_ids: what they carried.
    """

    def __init__(self, zuora: ZuoraClient) -> None:
        self._zuora = zuora
        self.lose_request = self.lose_answer = self.fail_reads = False
        self.lost: Callable[[], ZuoraError] = lambda: NoResponse("Zuora did not answer in time.")
        self.answers: list[ZuoraError] = []
        self.sending: Callable[[], None] = lambda: None
        self.writes: list[str] = []
        self.keys: list[str] = []
        self.track_ids: list[str] = []

    async def list_accessible_ids(self) -> AbstractSet[str] | None:
        return await self._zuora.list_accessible_ids()

    async def list_entities(self, acting_id: str | None = None) -> ListResult[Entity]:
        return await self._zuora.list_entities(acting_id)

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        if self.fail_reads and self.writes:
            raise Unreachable("No connection to Zuora came about.")
        return await self._zuora.list_connections(acting_id, direction)

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        self.keys.append(key)
        self._before("request", track_id)
        done = await self._zuora.request_connection(source_id, target_id, key, track_id)
        self._after()
        return done

    async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        self._before("accept", track_id)
        done = await self._zuora.accept(acting_id, connection_id, track_id)
        self._after()
        return done

    async def deny(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        self._before("deny", track_id)
        done = await self._zuora.deny(acting_id, connection_id, track_id)
        self._after()
        return done

    async def disconnect(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
        self._before("disconnect", track_id)
        done = await self._zuora.disconnect(acting_id, connection_id, track_id)
        self._after()
        return done

    async def aclose(self) -> None:
        await self._zuora.aclose()

    def _before(self, write: str, track_id: str) -> None:
        self.writes.append(write)
        self.track_ids.append(track_id)
        self.sending()
        if self.answers:
            raise self.answers.pop(0)
        if self.lose_request:
            raise self.lost()

    def _after(self) -> None:
        if self.lose_answer:
            raise self.lost()
