"""What a list of connections says about a write that was not, or not well, answered.

Nothing is taken from hope: a write is done when the list shows it, and did not
happen when the list shows everything as it was before, asked for so late that Zuora
cannot be at it any more. What a list does not show is gone only from a whole list.
"""

from datetime import datetime, timedelta

from entity_connections.domain.actions import Action
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.services.operations.operation import Order, Result
from entity_connections.services.snapshot import Snapshot

LATE = timedelta(seconds=130)
"""After this nothing is under way any more: Zuora's gateway gives up after 120 s (contract F2)."""


def judge(
    order: Order, view: Snapshot, sent_by: datetime | None, said: str, sent: float | None = None
) -> tuple[Result, str]:
    """Return what became of an order, in a sentence too.

    Args:
        order: what was sent.
        view: what the list of either end says; one of another entity says nothing.
        sent_by: when it had left for the last time at the latest; None while nobody knows.
        said: what was answered, in a sentence; said before what is still unknown.
        sent: the same as `sent_by` on the clock of `View.asked`, where this program sent it.
    """
    if view.acting_id not in order.ends:
        return Result.UNKNOWN, f"{said} Another list than that of {order.pair} was read.".lstrip()
    records = _records(order, view)
    status = _shown(records)
    new = {one.id for one in records} - {one.id for one in order.row.records}
    if _done(order, status, new=bool(new), whole=view.whole):
        return Result.CONFIRMED, _told(order, status)
    if not view.whole and (status is None or order.action is Action.REQUEST):
        gap = f"The list shows {status or 'no connection'} for {order.pair}"
        return Result.UNKNOWN, f"{said} {gap}, but a part of it cannot be read.".lstrip()
    shown, as_before = status or "no connection", status == order.row.status
    if _late(view, sent_by, sent):
        if as_before:
            what = f"{order.action.label} did not happen"
            return Result.NOT_DONE, f"{what}: the list shows {shown} for {order.pair}."
        what = f"Nobody can tell whether {order.action.label} happened"
        return Result.SUPERSEDED, f"{what}: the list shows {shown} for {order.pair} now."
    shows = "still shows" if as_before else "shows"
    return Result.UNKNOWN, f"{said} The list {shows} {shown} for {order.pair}.".lstrip()


def _late(view: Snapshot, sent_by: datetime | None, sent: float | None) -> bool:
    """Whether nothing can be under way, by every clock that knows: people set the one of a day."""
    by_day = sent_by is not None and view.read_at - sent_by > LATE
    return by_day and (sent is None or view.asked - sent > LATE.total_seconds())


def _records(order: Order, view: Snapshot) -> list[Connection]:
    """Return the order's record; for a request, what the pair has now."""
    if order.action is not Action.REQUEST and order.connection_id:
        return [one for one in view.connections if one.id == order.connection_id]
    return [one for one in view.connections if (one.source_id, one.target_id) == order.ends]


def _shown(records: list[Connection]) -> str | None:
    """Return the status of the living record, as a row shows it."""
    found = [one.status for one in records]
    living = next((status for status in (CONNECTED, PENDING) if status in found), None)
    return living or (found[-1] if found else None)


def _done(order: Order, status: str | None, *, new: bool, whole: bool) -> bool:
    match order.action:
        case Action.REQUEST:  # a record that was not there has been asked for, whatever it is now
            return new or status in (PENDING, CONNECTED)
        case Action.ACCEPT:
            return status == CONNECTED
        case (
            Action.DENY | Action.DISCONNECT
        ):  # some tenants may remove what is denied (contract L1)
            return status == DISCONNECTED or (status is None and whole)


def _told(order: Order, status: str | None) -> str:
    match order.action:
        case Action.REQUEST if status == PENDING:
            return f"Requested: {order.pair} is Pending until {order.row.target.title} accepts."
        case Action.DENY:
            return f"Denied: the request {order.pair} is {status or 'gone from the list'}."
        case _:
            return f"{order.pair} is {status or 'gone from the list'}."
