"""Accept and Deny: the target answers a request (contract D1)."""

from entity_connections.domain.actions.action import (
    DisabledReason,
    Write,
    entity_hint,
    unreadable_reason,
)
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import MayRepeat, Receipt, ZuoraApi


class _Answer(Write):
    """Answers a Pending request; only the target can."""

    directions = (Direction.INBOUND,)

    def _disabled_reason(self, row: Row) -> DisabledReason | None:
        if row.uncertain:
            return unreadable_reason(row, "has a request that waits for an answer")
        if row.status != PENDING:
            remedy = f"{self.label} answers a Pending request on Share From (Inbound)."
            if row.direction is Direction.INBOUND and row.status == DISCONNECTED:
                remedy = f"Only {row.source.title} can request again."
            status = f"is {row.status}: it " if row.status else ""
            sentence = f"{row.pair} {status}has no request that waits for an answer."
            return DisabledReason(sentence, remedy, "no request")
        if row.direction is Direction.OUTBOUND:
            return DisabledReason(
                f"Only the target answers a request, here {row.target.title}.",
                entity_hint(row.counterpart),
                "target answers",
            )
        return None


class Accept(_Answer):
    """Accepts a Pending request."""

    id = "accept"
    label = "Accept"
    key = "a"
    word = "Accept"
    tooltip = "Accept the request that waits here"
    question = "Accept this request?"
    many_question = "Accept the requests of {} pairs?"
    many_consequence = "Each source will be able to share products to its target."
    effect = "{source} will be able to share products to {target}."
    yes = "Accept request from {source}"

    async def send(
        self, zuora: ZuoraApi, row: Row, key: str, track_id: str, may_repeat: MayRepeat
    ) -> Receipt:
        return await zuora.accept(row.acting.id, row.connection_id, track_id, may_repeat)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        return status == CONNECTED


class Deny(_Answer):
    """Denies a Pending request."""

    id = "deny"
    label = "Deny"
    key = "d"
    word = "Deny"
    tooltip = "Deny the request that waits here"
    question = "Deny this request?"
    many_question = "Deny the requests of {} pairs?"
    many_consequence = "No source will share to its target; each would have to request again."
    effect = "{source} will not share to {target}; it would have to request again."
    yes = "Deny request from {source}"

    async def send(
        self, zuora: ZuoraApi, row: Row, key: str, track_id: str, may_repeat: MayRepeat
    ) -> Receipt:
        return await zuora.deny(row.acting.id, row.connection_id, track_id, may_repeat)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        # Some tenants may remove what is denied (contract L1).
        return status == DISCONNECTED or (status is None and complete)

    def describe_applied(self, row: Row, status: str | None) -> str:
        return f"Denied: the request {row.pair} is {status or 'gone from the list'}."
