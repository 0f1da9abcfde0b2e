"""What Accept and Deny have in common: they answer a request (contract D1)."""

from collections.abc import Set as AbstractSet

from entity_connections.domain.actions.action import Action, DisabledReason, End, entity_hint
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.domain.rows import Row


class Answer(Action):
    """Answers a Pending request; only the target can."""

    acting_ends = (End.TARGET,)

    def _disabled_reason(
        self, row: Row, accessible_ids: AbstractSet[str] | None
    ) -> DisabledReason | None:
        if row.status != PENDING:
            return DisabledReason(
                f"{row.pair} has no request that waits for an answer.",
                f"{self.label} answers a Pending request on Share From (Inbound).",
            )
        if row.direction is Direction.OUTBOUND:
            return DisabledReason(
                f"Only the target answers a request, here {row.target.title}.",
                entity_hint(row, accessible_ids),
            )
        return None

    def yes_label(self, row: Row, source: str, target: str) -> str:
        """See `Action.yes_label`."""
        return f"{self.label} request from {source}"
