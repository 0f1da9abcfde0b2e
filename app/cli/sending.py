"""Sending orders one after another, and telling what became of each."""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.cli.exits import ExitCode, Stopped, worst
from app.cli.output import entity_json, narrate, say, say_json
from app.cli.session import Session, code_of, tell
from app.domain.actions import Action, why_not
from app.domain.connections import Row
from app.services.entries import Entry
from app.services.journal import JournalError
from app.services.orders import Order, Outcome, Result
from app.services.writes import perform

KEY_LIVES = timedelta(hours=24)
"""How long Zuora remembers an Idempotency-Key (contract E3)."""


async def settle(session: Session) -> None:
    """Look up what became of earlier writes that were left without an outcome, and say it."""
    from app.services.aftermath import settle as settled

    try:
        for outcome in await settled(session.tenant, session.way.target.journal):
            narrate(f"From an earlier run: {outcome.sentence}")
    except JournalError as error:
        raise Stopped(f"Nothing was sent: {error}", ExitCode.USAGE) from error


def ordered(session: Session, action: Action, row: Row) -> Order:
    """Capture a row as the target of an action.

    A request whose outcome nobody knows is asked for again under its old key, so
    that Zuora does it once. Nothing else is sent again while its outcome is unknown.

    Raises:
        Stopped: the action is impossible, or an earlier one may still be under way.
    """
    if refusal := why_not(action, row, session.tenant.enterable):
        raise Stopped(f"{refusal.reason} Nothing was sent.", ExitCode.REFUSED)
    earlier = _unsettled(session, row)
    if earlier is None:
        return Order.on(action, row)
    journal = session.way.target.journal
    if action is Action.REQUEST and earlier.action is action:
        young = journal.clock() - earlier.at < KEY_LIVES
        return Order.on(action, row, earlier.key if young else None)
    raise Stopped(
        f"{earlier.action.label} of {earlier.source.title} → {earlier.target.title} was sent"
        f" at {earlier.at.astimezone():%H:%M}, and its outcome is not known yet. Nothing was sent;"
        " try again in two minutes.",
        ExitCode.UNKNOWN,
    )


def _unsettled(session: Session, row: Row) -> Entry | None:
    try:
        known = session.way.target.journal.unsettled()
    except JournalError as error:
        raise Stopped(f"Nothing was sent: {error}", ExitCode.USAGE) from error
    pair = (row.source.id, row.target.id)
    return next((one for one in reversed(known) if (one.source.id, one.target.id) == pair), None)


async def send(session: Session, orders: Sequence[Order], *, as_json: bool) -> ExitCode:
    """Carry out orders in turn; stop at the first whose outcome is unknown.

    Ctrl+c says what is known of the one under way before it ends the program.
    """
    codes: list[ExitCode] = []
    told: list[dict[str, Any]] = []
    under_way: Order | None = None
    try:
        for place, order in enumerate(orders):
            under_way = order
            outcome = await perform(
                session.tenant, order, session.way.target.journal, session.access.login,
                session.access.traffic,
            )  # fmt: skip
            under_way = None
            codes.append(_code(outcome))
            told.append(_as_json(outcome))
            _tell(outcome, as_json=as_json)
            if codes[-1] in (ExitCode.UNKNOWN, ExitCode.NO_ACCESS):
                _tell_left(orders[place + 1 :])
                break
    except asyncio.CancelledError:
        if under_way:
            narrate(_interrupted(session, under_way))
            _tell_left(orders[orders.index(under_way) + 1 :])
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


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    error = outcome.error
    if not as_json:
        say(f"{outcome.order.pair}: {outcome.result.value}. {outcome.sentence}")
    if error is not None and outcome.result is not Result.CONFIRMED:
        tell(error, said=not as_json and error.sentence in outcome.sentence)
    if outcome.result is Result.UNKNOWN:
        narrate("It is not sent again by itself; the next write, or the screen, looks it up.")


def _tell_left(orders: Sequence[Order]) -> None:
    for order in orders:
        narrate(f"Not sent: {order.action.label}, {order.pair}.")


def _interrupted(session: Session, order: Order) -> str:
    """Say what is known of an order that was given up by ctrl+c."""
    ours = f":{os.getpid()}"
    try:
        entries = session.way.target.journal.entries()
    except JournalError:
        entries = []
    mine = [one for one in entries if one.process.endswith(ours)]
    pair = (order.row.source.id, order.row.target.id)
    sent = any((one.source.id, one.target.id) == pair and one.outcome is None for one in mine)
    if sent:
        return (
            f"Interrupted: {order.action.label} of {order.pair} had been sent, and what became of"
            " it is not known. The next write, or the screen, looks it up."
        )
    return f"Interrupted: {order.action.label} of {order.pair} was not sent."


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
