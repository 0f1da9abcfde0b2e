"""The life of a write: checked, sent, and told by what the list says then.

A write acts on the record a person saw, or on nothing. What became of it is
never taken from hope: the list is read again, whatever the answer was, and also
when there was none.
"""

import uuid
from enum import Enum, auto
from typing import NamedTuple

from app.domain.actions import Action, why_not
from app.domain.connections import CONNECTED, PENDING, Row
from app.domain.errors import ZuoraError
from app.services.tenant import Tenant, View


class Result(Enum):
    """What became of a write."""

    CONFIRMED = auto()
    """The list shows it."""
    REFUSED = auto()
    """Zuora said no, or was never reached; nothing changed."""
    OVERTAKEN = auto()
    """The record had changed since the person saw it; nothing was sent."""
    UNKNOWN = auto()
    """It was sent, and neither an answer nor the list tells what became of it."""


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
        return cls(action, row, key or str(uuid.uuid4()))

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
    """

    order: Order
    result: Result
    sentence: str
    error: ZuoraError | None = None
    view: View | None = None


def overtaken(order: Order, view: View) -> str | None:
    """Return a sentence that says how the target changed, or None when it did not."""
    then, now = order.row, view.row(order.row.direction, order.row.key)
    if now is None:
        return f"{order.pair} is not in the list any more."
    same_record = (then.connection and then.connection.id) == (now.connection and now.connection.id)
    if now.status != then.status:
        was, is_ = then.status or "not connected", now.status or "not connected"
        return f"{order.pair} is {is_} now; it was {was} when you asked."
    if not same_record:
        return f"{order.pair} is another {now.status} connection now than the one you saw."
    if refusal := why_not(order.action, now, view.enterable):
        return refusal.reason
    return None


async def perform(tenant: Tenant, order: Order) -> Outcome:
    """Carry out an order and tell what became of it. Never raises a ZuoraError.

    Nothing is sent unless the newest list shows the target as it was seen.
    """
    acting_id = order.row.acting.id
    try:
        view = await tenant.read(acting_id)
    except ZuoraError as error:
        return Outcome(order, Result.REFUSED, "Nothing was sent.", error)
    if sentence := overtaken(order, view):
        return Outcome(order, Result.OVERTAKEN, f"{sentence} Nothing was sent.", view=view)

    failure = await _send(tenant, order)
    view_after = await _read_again(tenant, acting_id)
    if failure is None or not failure.outcome_known:
        return _judge(order, failure, view_after)
    return Outcome(order, Result.REFUSED, failure.sentence, failure, view_after)


async def _send(tenant: Tenant, order: Order) -> ZuoraError | None:
    row, zuora = order.row, tenant.zuora
    acting_id = row.acting.id
    connection_id = row.connection.id if row.connection else ""
    try:
        match order.action:
            case Action.REQUEST:
                await zuora.request_connection(acting_id, row.target.id, order.key)
            case Action.ACCEPT:
                await zuora.accept(acting_id, connection_id)
            case Action.DENY:
                await zuora.deny(acting_id, connection_id)
            case Action.DISCONNECT:
                await zuora.disconnect(acting_id, connection_id)
    except ZuoraError as error:
        return error
    return None


async def _read_again(tenant: Tenant, acting_id: str) -> View | None:
    try:
        return await tenant.read(acting_id)
    except ZuoraError:
        return None  # the outcome says so, and the next refresh shows the error


def _judge(order: Order, failure: ZuoraError | None, view: View | None) -> Outcome:
    """Say what the list shows after a write that was answered well or not at all."""
    if view is None:
        said = failure.sentence if failure else "Zuora said yes."
        sentence = f"{said} The list could not be read since: refresh with ctrl+r."
        return Outcome(order, Result.UNKNOWN, sentence, failure)
    status = _status(order, view)
    if _done(order.action, status):
        return Outcome(order, Result.CONFIRMED, _told(order, status), failure, view)
    shown = status or "no connection"
    said = failure.sentence if failure else "Zuora said yes."
    sentence = f"{said} The list still shows {shown} for {order.pair}."
    return Outcome(order, Result.UNKNOWN, sentence, failure, view)


def _status(order: Order, view: View) -> str | None:
    """Return the status of the order's record; for a request, of what the pair has now."""
    if order.row.connection is None or order.action is Action.REQUEST:
        row = view.row(order.row.direction, order.row.key)
        return row.status if row else None
    id_ = order.row.connection.id
    return next((one.status for one in view.connections if one.id == id_), None)


def _done(action: Action, status: str | None) -> bool:
    match action:
        case Action.REQUEST:
            return status in (PENDING, CONNECTED)
        case Action.ACCEPT:
            return status == CONNECTED
        case Action.DENY:  # what Zuora makes of a denied request is not known (contract L1)
            return status not in (PENDING, CONNECTED)
        case Action.DISCONNECT:
            return status != CONNECTED


def _told(order: Order, status: str | None) -> str:
    match order.action:
        case Action.REQUEST if status == PENDING:
            return f"Requested: {order.pair} is Pending until {order.row.target.title} accepts."
        case Action.REQUEST | Action.ACCEPT:
            return f"{order.pair} is Connected."
        case Action.DENY:
            return f"Denied: the request {order.pair} is {status or 'gone from the list'}."
        case Action.DISCONNECT:
            return f"{order.pair} is {status or 'gone from the list'}."
