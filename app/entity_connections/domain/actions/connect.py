"""Connect: request in the source, accept in the target, for a user who may enter both."""

from entity_connections.domain.actions.accept_and_deny import Accept
from entity_connections.domain.actions.action import Action, DisabledReason, Write, entity_reason
from entity_connections.domain.actions.request import Request
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.domain.rows import Row


class Connect(Action):
    """Requests a connection, if there is no request yet, and accepts it."""

    id = "connect"
    label = "Connect"
    key = "R"
    word = "Connect"
    tooltip = "Request it here and accept it there"
    question = "Connect these two?"
    many_question = "Connect {} pairs?"
    many_consequence = (
        "Each is requested in its source, unless it is Pending, then accepted in its target."
    )
    effect = (
        "It is requested, unless it is Pending, and accepted: {source} will be able to share"
        " products to {target}."
    )
    yes = "Connect to {target}"

    def __init__(self, request: Request, accept: Accept) -> None:
        self._request, self._accept = request, accept

    def _disabled_reason(self, row: Row) -> DisabledReason | None:
        if row.status != PENDING:
            outbound = row if row.direction is Direction.OUTBOUND else row.flip()
            if reason := self._request.disabled_reason(outbound):
                return reason
        elif row.direction is Direction.INBOUND:
            return None
        return entity_reason(row.counterpart)

    def list_writes(self, row: Row) -> tuple[tuple[Write, Row], ...]:
        outbound = row if row.direction is Direction.OUTBOUND else row.flip()
        accept = (self._accept, outbound.flip())
        return (accept,) if row.status == PENDING else ((self._request, outbound), accept)
