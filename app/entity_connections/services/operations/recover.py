"""The morning after: what became of writes that nobody saw the end of.

A program may be killed, or its network lost, between the intent in the journal
and the outcome. Nothing is sent again for that: the list is read and tells.
"""

import asyncio
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.execute import record
from entity_connections.services.operations.operation import Order, Outcome, Result
from entity_connections.services.operations.resolve import judge
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant


async def settle(
    tenant: Tenant, journal: Journal, besides: AbstractSet[str] = frozenset()
) -> list[Outcome]:
    """Look up every write to this tenant whose outcome is not known, and record what is found.

    Entries whose ids are in `besides` are left to whoever else looks them up.

    Those that are unknown still are returned too, for `Desk.restore`; they stay
    unsettled, and carry the error where their list could not be read.

    Raises:
        JournalError: the journal cannot be read.
    """
    found = await asyncio.to_thread(journal.read_unresolved)
    entries = [entry for entry in found if entry.id not in besides]
    acting = list(dict.fromkeys(entry.acting.id for entry in entries))
    lists = dict(
        zip(acting, await asyncio.gather(*(_read(tenant, id_) for id_ in acting)), strict=True)
    )
    return await conclude(journal, await asyncio.to_thread(_outcomes, entries, lists))


async def conclude(journal: Journal, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Record what is known by now; where the journal fails, the sentence says so."""
    return [
        one if one.result is Result.UNKNOWN else await asyncio.to_thread(record, journal, one)
        for one in outcomes
    ]


async def _read(tenant: Tenant, acting_id: str) -> Snapshot | ZuoraError:
    try:
        return await tenant.read(acting_id)
    except ZuoraError as error:
        return error


def _outcomes(entries: list[Entry], lists: Mapping[str, Snapshot | ZuoraError]) -> list[Outcome]:
    return [_outcome(entry, lists[entry.acting.id]) for entry in entries]


def _outcome(entry: Entry, found: Snapshot | ZuoraError) -> Outcome:
    order = Order.again(entry)
    then = f"{entry.action.label} of {entry.at.astimezone():%Y-%m-%d %H:%M}, not answered then"
    if isinstance(found, ZuoraError):
        sentence = f"{then}: {order.pair} cannot be looked up. {found.sentence}"
        return Outcome(order, Result.UNKNOWN, sentence, found, entry=entry)
    result, sentence = judge(order, found, entry.sent_by, "")
    return Outcome(order, result, f"{then}: {sentence}", view=found, entry=entry)
