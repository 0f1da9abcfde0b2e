"""Deny: the target refuses a request (contract D1)."""

from entity_connections.domain.actions.answer import Answer
from entity_connections.domain.connections import DISCONNECTED
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import Receipt, ZuoraApi


class Deny(Answer):
    """Denies a Pending request."""

    id = "deny"
    label = "Deny"
    key = "d"
    word = "Deny"
    tooltip = "Deny the request that waits here"
    key_hint = "d denies the request"
    question = "Deny this request?"

    def consequence(self, row: Row, source: str, target: str) -> str:
        """See `Action.consequence`."""
        return f"{source} will not share to {target}; it would have to request again."

    async def send(self, zuora: ZuoraApi, row: Row, key: str, track_id: str) -> Receipt:
        """See `Action.send`."""
        return await zuora.deny(row.acting.id, row.connection_id, track_id)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        """See `Action.is_applied`: some tenants may remove what is denied (contract L1)."""
        return status == DISCONNECTED or (status is None and complete)

    def describe_applied(self, row: Row, status: str | None) -> str:
        """See `Action.describe_applied`."""
        return f"Denied: the request {row.pair} is {status or 'gone from the list'}."
