"""What an operation conflicts with: a changed record, or an earlier operation on the pair."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT, find_outcome
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal_entry import SENDING, Entry

KEY_LIFETIME = timedelta(hours=24)
"""How long Zuora remembers an Idempotency-Key (contract E3)."""


class OperationInProgressError(Exception):
    """An earlier operation may still be under way; the message is a sentence for people."""


def find_change(operation: Operation, snapshot: Snapshot) -> str:
    """Return how the row has changed since the person saw it, in a sentence, or "".

    A row on which the action has become impossible counts as changed.
    """
    before = operation.row
    now = snapshot.row(before.direction, before.key)
    if now is None:
        return f"{operation.pair} is not in the list any more."
    if now.status != before.status:
        return (
            f"{operation.pair} is {now.status or 'not connected'} now;"
            f" it was {before.status or 'not connected'} when you asked."
        )
    if now.connection_id != before.connection_id:
        return f"{operation.pair} is another {now.status} connection now than the one you saw."
    disabled = operation.action.disabled_reason(now, snapshot.accessible_ids)
    return disabled.reason if disabled else ""


def check_open_entries(
    operation: Operation,
    entries: Iterable[Entry],
    snapshot: Snapshot | None,
    now: datetime,
    tenant: str,
) -> Operation:
    """Return the operation as it may be sent while earlier ones have no known outcome.

    An idempotent action goes out again under the key of the earlier one, so that Zuora
    carries it out once; under a new key when Zuora has forgotten the earlier one.
    Nothing else is sent while an earlier operation on the same pair is open.

    Args:
        operation: what is to be sent.
        entries: journal entries without a final outcome, oldest first, of any program
            and any tenant.
        snapshot: the newest list; an entry that it proves applied is not open.
        now: the present moment.
        tenant: where the operation is to be sent, as the journal calls it.

    Raises:
        OperationInProgressError: nothing is to be sent.
    """
    open_entries = [
        entry
        for entry in entries
        if _concerns(entry, operation, tenant, now) and not _is_applied(entry, snapshot)
    ]
    for entry in reversed(open_entries):
        if not (operation.action is entry.action and operation.action.idempotent):
            raise OperationInProgressError(
                f"{entry.action.label} of {entry.pair} is under way or unknown since"
                f" {_format_moment(entry.at, now)}: read the list until it is known."
            )
    keys = [entry.key for entry in open_entries if entry.key and now - entry.at < KEY_LIFETIME]
    return replace(operation, key=keys[-1]) if keys else operation


def _concerns(entry: Entry, operation: Operation, tenant: str, now: datetime) -> bool:
    """Return whether an open entry is about the record of an operation.

    Another user or another spelling of the address is another tenant to the journal, but
    the record is the same for as long as the earlier request may be under way.
    """
    if entry.tenant == tenant:
        return entry.ends == operation.ends
    record_id = operation.row.connection_id
    same_record = bool(record_id) and entry.connection_id == record_id
    return same_record and now - entry.at < SENDING + GATEWAY_TIMEOUT


def _is_applied(entry: Entry, snapshot: Snapshot | None) -> bool:
    if snapshot is None:
        return False
    return find_outcome(Operation.from_entry(entry), snapshot).state is State.CONFIRMED


def _format_moment(moment: datetime, now: datetime) -> str:
    local = moment.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"
