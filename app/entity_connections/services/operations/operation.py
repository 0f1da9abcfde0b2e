"""What a person asked for, and what became of it."""

from enum import Enum
from typing import NamedTuple

from entity_connections.domain.actions import Action
from entity_connections.domain.connections import Connection, Direction, Row
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import new_uuid
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.entries import Entry, Party


class Result(Enum):
    """What became of a write; the value is its word in the journal."""

    CONFIRMED = "confirmed"
    """The list shows it."""
    REFUSED = "refused"
    """Zuora said no, or was never reached; nothing changed."""
    OVERTAKEN = "overtaken"
    """The record had changed since the person saw it; nothing was sent, and nothing recorded."""
    UNKNOWN = "unknown"
    """It was sent, and neither an answer nor the list tells what became of it."""
    NOT_DONE = "not done"
    """It was sent, nobody answered, and it did not happen: the list says so, late enough."""
    SUPERSEDED = "overtaken since"
    """It was sent, nobody answered, and nobody will ever tell: the list shows something else."""


class Order(NamedTuple):
    """An action on the row exactly as the person saw it.

    Attributes:
        key: Idempotency-Key, the same for as long as the order lives.
    """

    action: Action
    row: Row
    key: str

    @classmethod
    def on(cls, action: Action, row: Row, key: str | None = None) -> "Order":
        """Capture `row` as the target of `action`, under a new key unless one is given."""
        return cls(action, row, key or new_uuid())

    @classmethod
    def again(cls, entry: Entry) -> "Order":
        """Return the order that a line of the journal came from, with the names of that time."""
        outbound = entry.acting.id == entry.source.id
        ends = entry.source.id, entry.target.id
        living, *folded = entry.records or (entry.connection_id,)
        record = Connection(living, *ends, entry.status) if entry.status else None
        row = Row(
            direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
            acting=_entity(entry.acting),
            counterpart=_entity(entry.target if outbound else entry.source),
            under=None,
            connection=record,
            folded=tuple(Connection(id_, *ends, "") for id_ in folded),
        )
        return cls(entry.action, row, entry.key)

    @property
    def connection_id(self) -> str:
        """The record acted on, or "" where there was none."""
        return self.row.connection.id if self.row.connection else ""

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of the two entities in the direction of sharing."""
        return self.row.source.id, self.row.target.id

    @property
    def pair(self) -> str:
        """The two entities in the direction of sharing."""
        return f"{self.row.source.title} → {self.row.target.title}"


class Outcome(NamedTuple):
    """What became of an order.

    Attributes:
        sentence: it, in one sentence.
        error: why Zuora refused or did not answer, if it did.
        view: what the list says now, or None when it could not be read.
        request_id: `Zuora-Request-Id` of the answer, or "".
        entry: the intent in the journal, or None when nothing was sent.
        connection_id: of the connection that a request made, or "".
        sent: when it had left on the clock of `View.asked`, or None if not in this program.
    """

    order: Order
    result: Result
    sentence: str
    error: ZuoraError | None = None
    view: Snapshot | None = None
    request_id: str = ""
    entry: Entry | None = None
    connection_id: str = ""
    sent: float | None = None


def _entity(party: Party) -> Entity:
    return Entity(party.id, "", party.title, None)
