"""A tenant whose connections stand in a file: it outlives the programs that ask it.

As a program it carries out one order, and stops for ever in the middle of it:

    python -m tests.services.tenant_in_file FOLDER request|accept|deny|disconnect before|after
"""

import asyncio
import json
import sys
from pathlib import Path

from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, WRITES_BY_ID, Write
from entity_connections.domain.clock import now
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.zuora_api import ListResult, MayRepeat, Receipt
from entity_connections.services.operations.operation import Operation
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH
from tests.services.factories import execute

WAITING = Connection("c" * 32, NORTH.id, GLOBAL.id, PENDING)
SHARING = Connection("d" * 32, GLOBAL.id, NORTH.id, CONNECTED)
PLACES = {
    REQUEST: (Direction.OUTBOUND, SOUTH.id),
    ACCEPT: (Direction.INBOUND, NORTH.id),
    DENY: (Direction.INBOUND, NORTH.id),
    DISCONNECT: (Direction.OUTBOUND, NORTH.id),
}


class TenantFile:
    """The port to Zuora over a file; `stops` is where a write stops for ever, "" for nowhere."""

    def __init__(self, path: Path, stops: str = "") -> None:
        self._path, self._stops = path, stops
        self.sent = 0
        self.clock = now
        if not path.exists():
            self.write([WAITING, SHARING])

    def connections(self) -> list[Connection]:
        return [Connection(*fields) for fields in json.loads(self._path.read_text())]

    def write(self, connections: list[Connection]) -> None:
        self._path.write_text(json.dumps(connections))

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        return ListResult(tuple(self.connections()), server_time=self.clock())

    async def request_connection(
        self, source_id: str, target_id: str, key: str, track_id: str = ""
    ) -> Receipt:
        made = Connection("e" * 32, source_id, target_id, PENDING)
        return await self._do([*self.connections(), made])

    async def accept(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        return await self._become(connection_id, CONNECTED)

    async def deny(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        return await self._become(connection_id, DISCONNECTED)

    async def disconnect(
        self,
        acting_id: str,
        connection_id: str,
        track_id: str = "",
        may_repeat: MayRepeat | None = None,
    ) -> Receipt:
        return await self._become(connection_id, DISCONNECTED)

    async def _become(self, id_: str, status: str) -> Receipt:
        found = self.connections()
        return await self._do([c._replace(status=status) if c.id == id_ else c for c in found])

    async def _do(self, connections: list[Connection]) -> Receipt:
        self.sent += 1
        if self._stops == "before":
            await self._stop()
        self.write(connections)
        if self._stops == "after":
            await self._stop()
        return Receipt("req-1")

    @staticmethod
    async def _stop() -> None:
        print("stopped", flush=True)
        await asyncio.sleep(3600)


def open_file(folder: Path, stops: str = "") -> Tenant:
    """Return the tenant in a folder."""
    tenant = Tenant(TenantFile(folder / "tenant.json", stops))  # type: ignore[arg-type]
    tenant.hierarchy = HIERARCHY
    return tenant


def open_journal(folder: Path) -> Journal:
    """Return the journal in a folder."""
    return Journal(folder / "state.sqlite3", "acme")


async def plan_operation(tenant: Tenant, action: Write) -> Operation:
    """Return the order that the tests give."""
    row = (await tenant.read(GLOBAL.id)).make_row(*PLACES[action])
    assert row is not None
    return Operation.plan(action, row)


async def main(folder: Path, action: Write, stops: str) -> None:
    """Carry out one order and stop in the middle."""
    tenant = open_file(folder, stops)
    await execute(tenant, await plan_operation(tenant, action), open_journal(folder))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), WRITES_BY_ID[sys.argv[2]], sys.argv[3]))
