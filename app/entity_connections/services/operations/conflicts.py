"""Whether a write may leave while nobody knows what became of an earlier one on the same pair."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from entity_connections.domain.actions import Action
from entity_connections.services.operations.operation import Order, Result
from entity_connections.services.operations.resolve import LATE, judge
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal_entry import SENDING, Entry

KEY_LIVES = timedelta(hours=24)
"""How long Zuora remembers an Idempotency-Key (contract E3)."""


class InTheWayError(Exception):
    """An earlier write may still be under way; the message is a sentence for people."""


def admit(
    order: Order, earlier: Iterable[Entry], view: Snapshot | None, now: datetime, tenant: str
) -> Order:
    """Return an order as it may leave.

    A request whose outcome nobody knows goes out again under its old key, so that
    Zuora does it once, and under a new one when Zuora has forgotten that. Nothing
    else is sent while an earlier write on the pair is open.

    Args:
        order: what is to be sent.
        earlier: the open writes, oldest first, of whatever program to whatever tenant.
        view: the newest list: what it shows done is open no more.
        now: the present moment.
        tenant: where it is to be sent, as the journal calls it.

    Raises:
        InTheWayError: nothing is to be sent.
    """
    open_ = [one for one in earlier if _concerns(one, order, tenant, now) and not _done(one, view)]
    for one in reversed(open_):
        if not (order.action is one.action is Action.REQUEST):
            raise InTheWayError(
                f"{one.action.label} of {one.pair} is under way or unknown since"
                f" {_when(one.at, now)}: read the list until it is known."
            )
    young = [one.key for one in open_ if one.key and now - one.at < KEY_LIVES]
    return order._replace(key=young[-1]) if young else order


def _concerns(one: Entry, order: Order, tenant: str, now: datetime) -> bool:
    """Whether an open write is on what an order is on.

    Another user, or another spelling of the address, is another tenant to the
    journal; the record is the same, as long as the write may be under way.
    """
    if one.tenant == tenant:
        return one.ends == order.ends
    same = bool(order.connection_id) and one.connection_id == order.connection_id
    return same and now - one.at < SENDING + LATE


def _done(entry: Entry, view: Snapshot | None) -> bool:
    return view is not None and judge(Order.again(entry), view, None, "")[0] is Result.CONFIRMED


def _when(at: datetime, now: datetime) -> str:
    today = at.astimezone().date() == now.astimezone().date()
    return f"{at.astimezone():{'%H:%M' if today else '%Y-%m-%d %H:%M'}}"
