"""Request Connection: the source asks the target (contract D1)."""

from entity_connections.domain.actions.action import (
    DisabledReason,
    Write,
    entity_hint,
    entity_reason,
    unreadable_reason,
)
from entity_connections.domain.connections import CONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import MayRepeat, Receipt, ZuoraApi


class Request(Write):
    """Asks the target of a row for a connection."""

    id = "request"
    label = "Request Connection"
    key = "r"
    word = "Request"
    tooltip = "Ask the target for a connection"
    question = "Request a connection?"
    many_question = "Request {} pairs?"
    many_consequence = "Each is Pending until an administrator of its target accepts."
    effect = (
        "{source} asks to share to {target}. It is Pending until an administrator "
        "of {target} accepts."
    )
    yes = "Request Connection to {target}"
    directions = (Direction.OUTBOUND,)
    idempotent = True

    def _disabled_reason(self, row: Row) -> DisabledReason | None:
        source, target = row.source.title, row.target.title
        if row.direction is Direction.INBOUND:
            return DisabledReason(
                f"A connection is requested from its source, here {source}.",
                entity_hint(row.counterpart),
                "source requests",
            )
        if row.counterpart.id == row.acting.id:
            return DisabledReason(
                "An entity cannot be connected to itself.", "Choose another entity.", "same entity"
            )
        if row.status == CONNECTED:
            return DisabledReason(
                f"{row.pair} is Connected already.",
                "Nothing has to be done.",
                "connected already",
            )
        if row.status == PENDING:
            return DisabledReason(
                f"The request to {target} waits for an answer already.",
                f"An administrator of {target} accepts it. {entity_hint(row.counterpart)}",
                "waiting for them",
            )
        if row.uncertain:
            return unreadable_reason(row, "is connected already", "not all read")
        return entity_reason(row.counterpart)

    async def send(
        self, zuora: ZuoraApi, row: Row, key: str, track_id: str, may_repeat: MayRepeat
    ) -> Receipt:
        return await zuora.request_connection(row.acting.id, row.target.id, key, track_id)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        # A new record proves a request, whatever its status is now.
        return new_record or status in (PENDING, CONNECTED)

    def describe_applied(self, row: Row, status: str | None) -> str:
        if status == PENDING:
            return f"Requested: {row.pair} is Pending until {row.target.title} accepts."
        return super().describe_applied(row, status)
