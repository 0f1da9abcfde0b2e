"""One write, from the moment it is planned until its outcome is known."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Self

from entity_connections.domain.actions import Write
from entity_connections.domain.connections import CONNECTED, Connection, Direction, Ends
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.errors import RateLimited, ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal_entry import Entry, Party


class State(Enum):
    """How far an operation is; the value is the word in the journal and in JSON."""

    PLANNED = "planned"
    """Nothing was sent."""
    SENT = "sent"
    """The intent is in the journal, and the request may be on its way."""
    CONFIRMED = "confirmed"
    """A list proves that it was applied."""
    REFUSED = "refused"
    """Zuora refused it; nothing changed."""
    NOT_SENT = "not sent"
    """Nothing was sent: Zuora could not be reached, or it could not be recorded, or the request
    that it follows was not done."""
    STALE = "overtaken"
    """The record had changed since the person saw it; nothing was sent."""
    IN_PROGRESS = "in progress"
    """Nothing was sent: an earlier operation on the pair may be under way."""
    UNKNOWN = "unknown"
    """It was sent, and no list proves what became of it, whatever the answer was."""
    NOT_APPLIED = "not done"
    """It was sent, Zuora did not answer success, and a later list proves that nothing happened."""
    SUPERSEDED = "overtaken since"
    """It was sent, and the list shows a third state: nobody can tell what became of it."""
    REPEATED = "sent again"
    """It was sent again with the same Idempotency-Key; the list shows it, and it happened once."""
    RELEASED = "released"
    """It was sent, and a person has ended the search for its outcome, which is not known."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An action on a row, exactly as the person saw the row.

    Attributes:
        row: the row as it was shown when the action was chosen.
        key: the Idempotency-Key; the same for as long as the operation is repeated.
        entry: the intent in the journal; None while nothing was sent.
        sentence: the state in a sentence, "" while planned.
        success: whether Zuora answered `success: true`; of an accept that need not be sent, to its
            request.
        error: why Zuora refused or did not answer, if so.
        snapshot: the list that was read last for it, None while there is none.
        request_id: `Zuora-Request-Id` of the answer, or "".
        connection_id: id of the record acted on, or of the one that a request made, or "".
        answered_at: a moment after which it was not sent any more, on the clock of
            `Snapshot.asked`: the answer came or was given up, or its program was seen to have
            ended; None if unknown.
        left_by: the same moment by Zuora's clock, where another machine may have sent it; else
            None, because the monotonic clock of this machine cannot be set.
        even_so: whether it is sent although the list is not whole and may hide a connection.
        follows: the key of the request that it accepts, and that is sent before it; "" for none.
    """

    action: Write
    row: Row
    key: str
    entry: Entry | None = None
    state: State = State.PLANNED
    sentence: str = ""
    success: bool = False
    error: ZuoraError | None = None
    snapshot: Snapshot | None = None
    request_id: str = ""
    connection_id: str = ""
    answered_at: float | None = None
    left_by: datetime | None = None
    even_so: bool = False
    follows: str = ""

    @classmethod
    def plan(cls, action: Write, row: Row, key: str = "", *, even_so: bool = False) -> Self:
        """Return the operation that carries out `action` on `row`, under a new key if none."""
        return cls(
            action=action,
            row=row,
            key=key or str(uuid.uuid4()),
            connection_id=row.connection_id,
            even_so=even_so,
        )

    @classmethod
    def from_entry(cls, entry: Entry, hierarchy: Hierarchy) -> Self:
        """Return the operation that a journal entry records, unknown without a final outcome.

        Entities that the hierarchy does not hold are called as they were then.
        """

        def find_entity(party: Party) -> Entity:
            if party.id in hierarchy:
                return hierarchy.get(party.id)
            return Entity(party.id, "", party.title, None)

        outbound = entry.acting.id == entry.source.id
        living_id, *older_ids = entry.records or (entry.connection_id,)
        row = Row(
            direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
            acting=find_entity(entry.acting),
            counterpart=find_entity(entry.target if outbound else entry.source),
            parent=None,
            connection=Connection(living_id, *entry.ends, entry.status) if entry.status else None,
            other_records=tuple(Connection(id_, *entry.ends, "") for id_ in older_ids),
            missing=entry.missing,
        )
        return cls(
            action=entry.action,
            row=row,
            key=entry.key,
            entry=entry,
            state=State(entry.outcome or State.UNKNOWN.value),
            sentence=entry.sentence,
            success=entry.success,
            request_id=entry.request_id,
            connection_id=entry.connection_id,
        )

    def with_state(self, state: State, sentence: str) -> Self:
        """Return the operation in another state."""
        return replace(self, state=state, sentence=sentence)

    def follow(self, request: "Operation") -> "Operation":
        """Return an accept that acts on the record that the request before it has made."""
        snapshot = request.snapshot
        if request.state in (State.PLANNED, State.UNKNOWN):
            return self  # the run is over
        if request.state is not State.CONFIRMED or snapshot is None:
            sentence = f"Its request was {request.state.value}: there was nothing to accept."
            return replace(self, snapshot=snapshot).with_state(State.NOT_SENT, sentence)
        row = snapshot.find_row(self.row)
        accept = replace(self, row=row, connection_id=row.connection_id)
        if row.status == CONNECTED:  # Zuora may accept by itself (contract L10)
            sentence = f"{row.pair} is Connected already: nothing had to be accepted."
            accept = replace(accept, snapshot=snapshot, success=request.success)
            return accept.with_state(State.CONFIRMED, sentence)
        if request.connection_id not in ("", request.row.connection_id, row.connection_id):
            reason = f"{row.pair} is another {row.status} connection than the one requested."
            return accept.refuse(State.STALE, reason, snapshot)
        return accept

    def refuse(self, state: State, reason: str, snapshot: Snapshot | None = None) -> Self:
        """Return the operation ended without being sent, for a reason given as a sentence."""
        what = f"{self.action.label} was not sent" if self.follows else "Nothing was sent"
        ended = self.with_state(state, f"{reason} {what}.")
        return replace(ended, snapshot=snapshot)

    @property
    def id(self) -> str:
        """The id of the journal entry, "" while there is none."""
        return self.entry.id if self.entry else ""

    @property
    def is_already_so(self) -> bool:
        """Whether a list shows its effect, which it did not have: it was not sent, or refused."""
        if self.state is not State.CONFIRMED or self.success:
            return False
        return self.entry is None or (self.error is not None and not self.error.maybe_applied)

    @property
    def is_unsent(self) -> bool:
        """Whether it is still to be sent: its run did not come to it, or Zuora could not do it."""
        if self.state is State.REFUSED and self.error is not None:
            return isinstance(self.error, RateLimited) or self.error.is_temporary
        if self.state is State.NOT_SENT:
            return self.error is not None
        return self.state is State.PLANNED

    @property
    def ends(self) -> Ends:
        """The ids of source and target."""
        return self.row.ends

    @property
    def acting_id(self) -> str:
        """The id of the entity it is carried out in."""
        return self.row.acting.id

    @property
    def pair(self) -> str:
        """The titles of source and target, in the direction of sharing."""
        return self.row.pair
