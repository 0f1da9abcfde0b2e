"""What a list of connections says about a write that was not, or not well, answered.

Nothing is taken from hope: a write is done when the list shows it, and did not
happen when the list does not, asked for so late that Zuora cannot be at it any more.
"""

from datetime import datetime, timedelta

from app.domain.actions import Action
from app.domain.connections import CONNECTED, PENDING
from app.services.orders import Order, Result
from app.services.tenant import View

LATE = timedelta(seconds=130)
"""After this nothing is under way any more: Zuora's gateway gives up after 120 s (contract F2)."""


def judge(order: Order, view: View, sent_by: datetime | None, said: str) -> tuple[Result, str]:
    """Return what became of an order, in a sentence too.

    Args:
        order: what was sent.
        view: what the list says; one of another entity says nothing.
        sent_by: when it had left for the last time at the latest; None while nobody knows.
        said: what was answered, in a sentence; said before what is still unknown.
    """
    status = _status(order, view)
    if status is None and not view.whole:
        gap = f"The list shows no connection for {order.pair}, but a part of it cannot be read."
        return Result.UNKNOWN, f"{said} {gap}".lstrip()
    if _done(order, status):
        return Result.CONFIRMED, _told(order, status)
    shown = status or "no connection"
    if sent_by is not None and view.read_at - sent_by > LATE:
        what = f"{order.action.label} did not happen"
        return Result.NOT_DONE, f"{what}: the list shows {shown} for {order.pair}."
    return Result.UNKNOWN, f"{said} The list still shows {shown} for {order.pair}.".lstrip()


def _status(order: Order, view: View) -> str | None:
    """Return the status of the order's record; for a request, of what the pair has now."""
    if not order.connection_id or order.action is Action.REQUEST:
        row = view.row(order.row.direction, order.row.key)
        return row.status if row else None
    return next((one.status for one in view.connections if one.id == order.connection_id), None)


def _done(order: Order, status: str | None) -> bool:
    match order.action:
        case Action.REQUEST:  # where nothing was, whatever is there now has been asked for
            return status in (PENDING, CONNECTED) or (order.row.status is None is not status)
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
        case Action.DENY:
            return f"Denied: the request {order.pair} is {status or 'gone from the list'}."
        case _:
            return f"{order.pair} is {status or 'gone from the list'}."
