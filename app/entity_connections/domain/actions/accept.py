"""Accept: the target agrees to a request (contract D1)."""

from entity_connections.domain.actions.answer import Answer
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import Receipt, ZuoraApi


class Accept(Answer):
    """Accepts a Pending request."""

    id = "accept"
    label = "Accept"
    key = "a"
    word = "Accept"
    tooltip = "Accept the request that waits here"
    key_hint = "it waits for you: a accepts, d denies"
    question = "Accept this request?"
    default_in = frozenset({Direction.INBOUND})

    def consequence(self, row: Row, source: str, target: str) -> str:
        """See `Action.consequence`."""
        return f"{source} will be able to share products to {target}."

    async def send(self, zuora: ZuoraApi, row: Row, key: str, track_id: str) -> Receipt:
        """See `Action.send`."""
        return await zuora.accept(row.acting.id, row.connection_id, track_id)

    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        """See `Action.is_applied`."""
        return status == CONNECTED
