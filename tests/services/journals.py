"""Orders and journals to write them in, for the tests of what is recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from entity_connections.domain.actions import Action
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.services.operations.operation import Order
from entity_connections.services.storage.journal import Journal

from tests.domain.world import GLOBAL, NORTH, SOUTH, connection, row

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **time: float) -> None:
        self.now += timedelta(**time)


def request() -> Order:
    return Order.on(Action.REQUEST, row(Direction.OUTBOUND, SOUTH))


def accept() -> Order:
    waits = connection(NORTH, GLOBAL, PENDING, "c" * 32)
    return Order.on(Action.ACCEPT, row(Direction.INBOUND, NORTH, waits))


def journal(folder: Path | None, clock: Clock | None = None, tenant: str = "acme") -> Journal:
    """Open a journal as a program on another machine, whose open writes anybody may look up."""
    path = folder / "state" / "state.sqlite3" if folder else None
    return Journal(path, "acme", tenant, clock or Clock(), process_id="elsewhere:1")
