"""Disconnect: either end ends a connection (contract D1, D5)."""

from entity_connections.domain.actions.action import DisabledReason, Write, unreadable_reason
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import MayRepeat, Receipt, ZuoraApi


class Disconnect(Write):
    """Ends a connection."""

    id = "disconnect"
    label = "Disconnect"
    key = "x"
    word = "Disconnect"
    tooltip = "End it for good: there is no way back"
    question = "Disconnect for good?"
    many_question = "Disconnect {} pairs for good?"
    many_consequence = (
        "Sharing stops. The mapping of shared objects cannot be recovered. "
        "What was shared stays in the targets."
    )
    effect = (
        "{source} stops sharing to {target}. The mapping of shared objects cannot be recovered. "
        "What was shared stays in {target}."
    )
    yes = "Disconnect {counterpart}"
    directions = (Direction.OUTBOUND, Direction.INBOUND)
    irreversible = True

    def _disabled_reason(self, row: Row) -> DisabledReason | None:
        if row.status == CONNECTED:
            return None
        if row.status == PENDING:
            return DisabledReason(
                f"{row.pair} is not connected yet; a request cannot be taken back.",
                f"An administrator of {row.target.title} can deny it.",
                "not connected yet",
            )
        if row.uncertain:
            return unreadable_reason(row, "is connected")
        return DisabledReason(
            f"{row.pair} is not connected.", "There is nothing to disconnect.", "not connected"
        )

    async def send(
        self, zuora: ZuoraApi, row: Row, key: str, track_id: str, may_repeat: MayRepeat
    ) -> Receipt:
        return await zuora.disconnect(row.acting.id, row.connection_id, track_id, may_repeat)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        return status == DISCONNECTED or (status is None and complete)
