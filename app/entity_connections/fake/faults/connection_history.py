"""The fault list-lags: the connections as they were some seconds ago."""

import json
from typing import NamedTuple

from entity_connections.domain.connections import Connection
from entity_connections.fake.state.tenant_state import TenantState


class PastConnections(NamedTuple):
    """The connection records of an earlier moment, in the order of creation."""

    records: tuple[Connection, ...]

    def list_page(
        self,
        entity_id: str,
        direction: str | None,
        *,
        offset: int,
        limit: int,
        newest_first: bool = False,
    ) -> list[str]:
        """Return records of an entity, as `Connections.list_page` does."""
        rows = [
            json.dumps({
                "id": record.id,
                "sourceEntityId": record.source_id,
                "targetEntityId": record.target_id,
                "status": record.status,
            })
            for record in self.records
            if (record.source_id == entity_id and direction != "inbound")
            or (record.target_id == entity_id and direction != "outbound")
        ]  # fmt: skip
        return rows[:: -1 if newest_first else 1][offset : offset + limit]


class ConnectionHistory:
    """The states of the connections of a tenant since the first was recorded."""

    def __init__(self, state: TenantState) -> None:
        self._state = state
        self._states: list[tuple[float, PastConnections]] = []

    def record(self) -> None:
        """Record the state of this moment, if it is another than the last recorded one."""
        connections = PastConnections(self._state.connections.all())
        if not self._states or connections != self._states[-1][1]:
            self._states.append((self._state.clock(), connections))

    def forget(self) -> None:
        """Forget all states."""
        self._states.clear()

    def read(self, age: float) -> PastConnections:
        """Return the state of `age` seconds ago, or the oldest recorded one."""
        moment = self._state.clock() - age
        past = [connections for recorded_at, connections in self._states if recorded_at <= moment]
        return past[-1] if past else self._states[0][1]
