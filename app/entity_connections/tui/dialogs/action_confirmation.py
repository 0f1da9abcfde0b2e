"""The question before an action: the row is captured, named, and checked with each new list."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from entity_connections.domain.actions import Action
from entity_connections.domain.connections import DISCONNECTED
from entity_connections.domain.entities import Entity
from entity_connections.services.operations.execute import Order, overtaken
from entity_connections.services.snapshot import Snapshot
from entity_connections.tui.dialogs.confirmation import Confirmation, TypedName

LONGEST = 40
"""Cells a name may take in a question."""

_ASKS = {
    Action.REQUEST: "Request a connection?",
    Action.ACCEPT: "Accept this request?",
    Action.DENY: "Deny this request?",
    Action.DISCONNECT: "Disconnect for good?",
}


class Question(Confirmation):
    """Asks before an order is carried out.

    Args:
        order: the action, on the row as the person saw it.
        tenant: the tenant and its environment, as the top line shows them.
    """

    def __init__(self, order: Order, tenant: Content) -> None:
        harmful = order.action is Action.DISCONNECT
        row = order.row
        super().__init__(
            tenant,
            _ASKS[order.action],
            Content.assemble((_short(row.source), "bold"), "  →  ", (_short(row.target), "bold")),
            _consequence(order),
            _yes(order),
            typed_name=typed_name(row.counterpart) if harmful else None,
            harmful=harmful,
        )
        self.order = order

    def revalidate(self, view: Snapshot) -> None:
        """Invalidate the question if a newer list shows the target otherwise than it was named."""
        same_entity = view.acting_id == self.order.row.acting.id
        if same_entity and (sentence := overtaken(self.order, view)):
            self.invalidated = sentence


def typed_name(entity: Entity) -> TypedName:
    """Return what must be typed to name an entity.

    A keyboard may not have the display name: then it is the name, else the end
    of the id, since ids of one tenant begin alike.
    """
    also = frozenset({entity.title, entity.id})
    for name, kind in ((entity.title, ""), (entity.name, ", its name in Zuora,")):
        plain = " ".join(name.split())
        if entity.listed and plain.isascii() and 0 < len(plain) <= LONGEST:
            return TypedName(plain, kind, also)
    return TypedName(entity.id[-8:], ", the end of its id,", also)


def _short(entity: Entity) -> str:
    """Return a title that leaves room for the rest; where it is cut, the id tells which it is."""
    if cell_len(entity.title) <= LONGEST:
        return entity.title
    return f"{set_cell_size(entity.title, LONGEST - 10).rstrip()}… {entity.id[-8:]}"


def _yes(order: Order) -> str:
    row = order.row
    match order.action:
        case Action.REQUEST:
            return f"Request Connection to {_short(row.target)}"
        case Action.ACCEPT:
            return f"Accept request from {_short(row.source)}"
        case Action.DENY:
            return f"Deny request from {_short(row.source)}"
        case Action.DISCONNECT:
            return f"Disconnect {_short(row.counterpart)}"


def _consequence(order: Order) -> str:
    source, target = _short(order.row.source), _short(order.row.target)
    match order.action:
        case Action.REQUEST:
            again = order.row.status == DISCONNECTED
            return (
                f"{source} asks to share to {target}. It is Pending until an administrator "
                f"of {target} accepts."
                + " The mapping of an earlier connection does not come back."
                * again
            )
        case Action.ACCEPT:
            return f"{source} will be able to share products to {target}."
        case Action.DENY:
            return f"{source} will not share to {target}; it would have to request again."
        case Action.DISCONNECT:
            return (
                f"{source} stops sharing to {target}. The mapping of shared objects is broken "
                f"and cannot be recovered; what was shared stays in {target}."
            )
