"""The fault list-lags: the connections as they were some seconds ago."""

import weakref
from typing import TYPE_CHECKING

from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import connect, create_tables
from entity_connections.fake.state.tenant_state import TenantState

if TYPE_CHECKING:
    from entity_connections.domain.connections import Connection


class ConnectionHistory:
    """The states of the connections of a tenant since the first was recorded."""

    def __init__(self, state: TenantState) -> None:
        self._state = state
        self._states: list[tuple[float, tuple[Connection, ...]]] = []

    def record(self) -> None:
        """Record the state of this moment, if it is another than the last recorded one."""
        records = self._state.connections.all()
        if not self._states or records != self._states[-1][1]:
            self._states.append((self._state.clock(), records))

    def forget(self) -> None:
        """Forget all states."""
        self._states.clear()

    def read(self, age: float) -> Connections:
        """Return the state of `age` seconds ago, or the oldest recorded one."""
        moment = self._state.clock() - age
        past = [records for recorded_at, records in self._states if recorded_at <= moment]
        db = connect(":memory:")
        create_tables(db)
        connections = Connections(db)
        weakref.finalize(connections, db.close)
        for record in past[-1] if past else self._states[0][1]:
            connections.add(*record)
        return connections
