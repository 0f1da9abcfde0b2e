"""Sending orders one after another, and telling what became of each."""

import asyncio
from collections.abc import Sequence
from typing import Any

from entity_connections.cli.exit_codes import ExitCode, Stopped, worst
from entity_connections.cli.output import entity_json, narrate, say, say_json
from entity_connections.cli.tenant.session import Session, code_of, tell
from entity_connections.domain.actions import Action, disabled_reason
from entity_connections.domain.connections import Row
from entity_connections.services.operations.conflicts import InTheWayError, admit
from entity_connections.services.operations.execute import perform
from entity_connections.services.operations.operation import Order, Outcome, Result
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry


async def settle(session: Session) -> None:
    """Look up what became of earlier writes that were left without an outcome, and say it."""
    from entity_connections.services.operations.recover import settle as settled

    try:
        for outcome in await settled(session.tenant, session.way.target.journal):
            narrate(f"From an earlier run: {outcome.sentence}")
    except JournalError as error:
        raise Stopped(f"Nothing was sent: {error}", ExitCode.USAGE) from error


async def ordered(session: Session, action: Action, rows: Sequence[Row]) -> list[Order]:
    """Capture rows as the targets of an action, before anybody is asked about it.

    Raises:
        Stopped: the action is impossible, or an earlier one may still be under way.
    """
    tenant, journal = session.tenant, session.way.target.journal
    for row in rows:
        if refusal := disabled_reason(action, row, tenant.accessible_ids):
            raise Stopped(f"{refusal.reason} Nothing was sent.", ExitCode.REFUSED)
    try:
        earlier = await asyncio.to_thread(journal.read_open)
        return [
            admit(
                Order.on(action, row),
                earlier,
                tenant.seen(row.acting.id),
                journal.clock(),
                journal.tenant,
            )
            for row in rows
        ]
    except JournalError as error:
        raise Stopped(f"Nothing was sent: {error}", ExitCode.USAGE) from error
    except InTheWayError as error:
        raise Stopped(f"{error} Nothing was sent.", ExitCode.UNKNOWN) from error


async def send(session: Session, orders: Sequence[Order], *, as_json: bool) -> ExitCode:
    """Carry out orders in turn; stop at the first whose outcome is unknown.

    Ctrl+c says what is known of the one under way before it ends the program.
    """
    codes: list[ExitCode] = []
    told: list[dict[str, Any]] = []
    journal = session.way.target.journal
    under_way: Order | None = None
    try:
        for place, order in enumerate(orders):
            under_way, before = order, journal.last
            outcome = await perform(
                session.tenant, order, journal, session.access.login, session.access.traffic
            )
            under_way = None
            codes.append(_code(outcome))
            told.append(_as_json(outcome))
            _tell(outcome, as_json=as_json, lasting=journal.path is not None)
            if codes[-1] in (ExitCode.UNKNOWN, ExitCode.NO_ACCESS):
                told += _left(orders[place + 1 :])
                break
    except asyncio.CancelledError:
        if under_way:
            sent = None if journal.last is before else journal.last
            outcome = await asyncio.to_thread(_interrupted, journal, under_way, sent)
            narrate(f"Interrupted: {outcome.sentence}")
            told += [_as_json(outcome), *_left(orders[orders.index(under_way) + 1 :])]
        raise
    finally:
        if as_json:
            say_json(told)
    return worst(codes)


def _code(outcome: Outcome) -> ExitCode:
    match outcome.result:
        case Result.CONFIRMED:
            return ExitCode.DONE
        case Result.UNKNOWN:
            return ExitCode.UNKNOWN
        case _:
            return code_of(outcome.error) if outcome.error else ExitCode.REFUSED


def _tell(outcome: Outcome, *, as_json: bool, lasting: bool) -> None:
    error = outcome.error
    if not as_json:
        say(f"{outcome.order.pair}: {outcome.result.value}. {outcome.sentence}")
    if error is not None and outcome.result is not Result.CONFIRMED:
        tell(error, said=not as_json and error.sentence in outcome.sentence)
    if outcome.result is Result.UNKNOWN and lasting:
        narrate("It is not sent again by itself; the next write, or the screen, looks it up.")


def _left(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Say which orders were not sent, and return them for machines."""
    for order in orders:
        narrate(f"Not sent: {order.action.label}, {order.pair}.")
    return [_as_json(Outcome(order, Result.NOT_DONE, "Not sent.")) for order in orders]


def _interrupted(journal: Journal, order: Order, sent: Entry | None) -> Outcome:
    """Return what is known of an order that was given up by ctrl+c; `sent` is its last intent."""
    what = f"{order.action.label} of {order.pair}"
    if sent is None:
        return Outcome(order, Result.NOT_DONE, f"{what} was not sent.")
    try:
        now = next((one for one in journal.read_entries() if one.id == sent.id), sent)
    except JournalError:
        now = sent
    if now.outcome and not now.open:
        sentence = f"{what} had been sent: {now.outcome}. {now.sentence}"
        return Outcome(order, Result(now.outcome), sentence)
    sentence = f"{what} had been sent, and what became of it is not known."
    if journal.path is not None:
        sentence += " The next write, or the screen, looks it up."
    return Outcome(order, Result.UNKNOWN, sentence)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    order = outcome.order
    made = outcome.connection_id or order.connection_id
    return {
        "action": order.action.name.lower(),
        "source": entity_json(order.row.source),
        "target": entity_json(order.row.target),
        "result": outcome.result.value,
        "sentence": outcome.sentence,
        "connectionId": made or None,
        "requestId": outcome.request_id or None,
        "codes": [reason.code for reason in outcome.error.reasons] if outcome.error else [],
    }
