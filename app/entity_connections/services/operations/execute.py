"""The life of a write: checked, recorded, sent, and told by what the list says then.

A write acts on the record a person saw, or on nothing. What became of it is
never taken from hope: the list is read again, whatever the answer was, and also
when there was none.
"""

import asyncio
import random
from functools import partial

from entity_connections.domain.actions import Action, disabled_reason
from entity_connections.domain.errors import (
    RateLimited,
    ReadOnlyError,
    ServerError,
    TokenUnavailable,
    Unreachable,
    ZuoraError,
)
from entity_connections.domain.ids import new_uuid
from entity_connections.services.operations.conflicts import InTheWayError, admit
from entity_connections.services.operations.operation import Order, Outcome, Result
from entity_connections.services.operations.resolve import judge
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.tenant import Tenant
from entity_connections.services.zuora_api import Receipt

__all__ = ["Order", "Outcome", "Result", "overtaken", "perform"]

TRIES = 3
"""How often a request is asked for while Zuora states a trouble that passes."""
PASSING = ("50", "61", "70")
"""Zuora's categories of trouble after which a request is asked for anew (contract F3, F4)."""
LONGEST_PAUSE = 60.0
"""Seconds between two of them at most; where Zuora asks for more, it is given up."""


def overtaken(order: Order, view: Snapshot) -> str | None:
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
    if refusal := disabled_reason(order.action, now, view.accessible_ids):
        return refusal.reason
    return None


async def perform(
    tenant: Tenant, order: Order, journal: Journal, user: str, traffic: RequestLog | None = None
) -> Outcome:
    """Carry out an order and tell what became of it. Never raises a ZuoraError or JournalError.

    Nothing is sent unless the newest list shows the target as it was seen, no earlier
    write is in the way (`gate.admit`), and the journal holds the intent. A request that
    Zuora refused for a trouble that passes is asked for again under a new key, since its
    old one would bring the same refusal for a day (contract E3, F4); `traffic` shows the
    pauses between.
    """
    outcome = await _once(tenant, order, journal, user, "Nothing was sent.")
    for tried in range(1, TRIES):
        if not _passes(outcome):
            break
        asked = outcome.error.retry_after if outcome.error else None
        asked = asked or 0.0
        if asked > LONGEST_PAUSE:
            break
        pause = max(asked, random.uniform(0, min(LONGEST_PAUSE, 2.0**tried)))  # noqa: S311
        wait = RetryDelay("Zuora has trouble", asyncio.get_running_loop().time() + pause)
        if not await (traffic or RequestLog()).wait(wait):
            break
        again = Order.on(order.action, order.row)
        outcome = await _once(tenant, again, journal, user, "It was not sent again.")
    return outcome


def _passes(outcome: Outcome) -> bool:
    """Whether Zuora itself refused a request, and asking anew may help."""
    view, error = outcome.view, outcome.error
    return (
        outcome.result is Result.REFUSED
        and outcome.order.action is Action.REQUEST
        and error is not None
        and _stated_trouble(error)
        and bool(error.reasons)
        and all(reason.code[-2:] in PASSING for reason in error.reasons)
        and view is not None
        and overtaken(outcome.order, view) is None
    )


def _stated_trouble(error: ZuoraError) -> bool:
    return isinstance(error, RateLimited | ServerError) and error.stated


async def _once(
    tenant: Tenant, order: Order, journal: Journal, user: str, nothing_sent: str
) -> Outcome:
    """Check, record, send, look, record."""
    acting_id = order.row.acting.id
    try:
        view = await tenant.read(acting_id)
    except ZuoraError as error:
        return Outcome(order, Result.REFUSED, nothing_sent, error)
    if sentence := overtaken(order, view):
        return Outcome(order, Result.OVERTAKEN, f"{sentence} {nothing_sent}", view=view)
    track_id = new_uuid()
    gate = partial(admit, view=view, now=journal.clock(), tenant=journal.tenant)
    try:
        entry = await asyncio.to_thread(journal.intend, order, user, track_id, gate)
    except (JournalError, InTheWayError) as error:
        return Outcome(order, Result.REFUSED, f"{error} {nothing_sent}", view=view)
    order = order._replace(key=entry.key or order.key)

    failure, receipt = None, Receipt("")
    try:
        receipt = await _send(tenant, order, track_id)
    except ZuoraError as error:
        failure = error
    sent_by, sent = journal.clock(), tenant.steady()
    after = None if _never_left(failure) else await _read_again(tenant, acting_id)
    result, sentence = _judged(order, failure, after)
    outcome = Outcome(
        order=order,
        result=result,
        sentence=sentence,
        error=failure,
        view=after,
        request_id=failure.request_id if failure else receipt.request_id,
        entry=entry._replace(outcome=result.value, concluded_at=sent_by),
        connection_id=receipt.connection_id,
        sent=sent,
    )
    return await asyncio.to_thread(record, journal, outcome)


def _never_left(failure: ZuoraError | None) -> bool:
    return (
        isinstance(failure, Unreachable | ReadOnlyError | TokenUnavailable)
        and failure.outcome_known
    )


def record(journal: Journal, outcome: Outcome) -> Outcome:
    """Write an outcome into the journal; where that fails, the sentence says so. Blocks."""
    if outcome.entry is None:
        return outcome
    codes = outcome.error.codes if outcome.error else ""
    try:
        journal.conclude(
            outcome.entry.id,
            outcome.result,
            outcome.sentence,
            codes,
            outcome.request_id,
            outcome.connection_id,
        )
    except JournalError as error:
        return outcome._replace(sentence=f"{outcome.sentence} {error}")
    return outcome


async def _send(tenant: Tenant, order: Order, track_id: str) -> Receipt:
    row, zuora = order.row, tenant.zuora
    acting_id, connection_id = row.acting.id, order.connection_id
    match order.action:
        case Action.REQUEST:
            target_id = row.target.id
            return await zuora.request_connection(acting_id, target_id, order.key, track_id)
        case Action.ACCEPT:
            return await zuora.accept(acting_id, connection_id, track_id)
        case Action.DENY:
            return await zuora.deny(acting_id, connection_id, track_id)
        case Action.DISCONNECT:
            return await zuora.disconnect(acting_id, connection_id, track_id)


async def _read_again(tenant: Tenant, acting_id: str) -> Snapshot | None:
    try:
        return await tenant.read(acting_id)
    except ZuoraError:
        return None  # the outcome says so, and the next refresh shows the error


def _judged(order: Order, failure: ZuoraError | None, view: Snapshot | None) -> tuple[Result, str]:
    """Say what the answer and the list make of a write."""
    if failure is not None and failure.outcome_known:
        if view is not None and _stated_trouble(failure):  # it may have worked all the same
            result, sentence = judge(order, view, None, "")
            if result is Result.CONFIRMED:
                return result, sentence
        return Result.REFUSED, failure.sentence
    said = failure.sentence if failure else "Zuora said yes."
    if view is None:
        return Result.UNKNOWN, f"{said} The list could not be read since: read it again."
    return judge(order, view, None, said)
