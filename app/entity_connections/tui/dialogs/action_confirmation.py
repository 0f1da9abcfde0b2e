"""The question before an action: about one row, checked against every new list."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from entity_connections.domain.actions import Action
from entity_connections.domain.connections import DISCONNECTED
from entity_connections.domain.entities import Entity
from entity_connections.services.operations.execute import Order, overtaken
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.confirmation import Confirmation, TypedName
from entity_connections.tui.timing import Timing

MAX_NAME_WIDTH = 40
"""Cells that a name may take."""

_TITLES = {
    Action.REQUEST: "Request a connection?",
    Action.ACCEPT: "Accept this request?",
    Action.DENY: "Deny this request?",
    Action.DISCONNECT: "Disconnect for good?",
}


class ActionConfirmation(Confirmation):
    """Asks before a write.

    Args:
        order: the write, on the row as the user saw it.
        workspace: the tenant.
        timing: the delays of the screen.
    """

    def __init__(self, order: Order, workspace: Workspace, timing: Timing) -> None:
        harmful = order.action is Action.DISCONNECT
        row = order.row
        super().__init__(
            workspace,
            timing,
            _TITLES[order.action],
            Content.assemble((_shorten_name(row.source), "bold"), "  →  ", (_shorten_name(row.target), "bold")),
            _describe_consequence(order),
            _make_yes_label(order),
            typed_name=make_typed_name(row.counterpart) if harmful else None,
            harmful=harmful,
        )
        self.order = order

    def revalidate(self, view: Snapshot) -> None:
        """Take no yes any more if a newer list shows that the connection has changed."""
        same_entity = view.acting_id == self.order.row.acting.id
        if same_entity and (sentence := overtaken(self.order, view)):
            self.invalidated = sentence


def make_typed_name(entity: Entity) -> TypedName:
    """Return what must be typed to name an entity.

    A display name that not every keyboard can type is replaced by the name in Zuora, else by
    the end of the id: the ids of one tenant have the same beginning.
    """
    also = frozenset({entity.title, entity.id})
    for name, kind in ((entity.title, ""), (entity.name, ", its name in Zuora,")):
        plain = " ".join(name.split())
        if entity.listed and plain.isascii() and 0 < len(plain) <= MAX_NAME_WIDTH:
            return TypedName(plain, kind, also)
    return TypedName(entity.id[-8:], ", the end of its id,", also)


def _shorten_name(entity: Entity) -> str:
    """Return the display name; a long one is cut, and the end of the id is added."""
    if cell_len(entity.title) <= MAX_NAME_WIDTH:
        return entity.title
    return f"{set_cell_size(entity.title, MAX_NAME_WIDTH - 10).rstrip()}… {entity.id[-8:]}"


def _make_yes_label(order: Order) -> str:
    row = order.row
    match order.action:
        case Action.REQUEST:
            return f"Request Connection to {_shorten_name(row.target)}"
        case Action.ACCEPT:
            return f"Accept request from {_shorten_name(row.source)}"
        case Action.DENY:
            return f"Deny request from {_shorten_name(row.source)}"
        case Action.DISCONNECT:
            return f"Disconnect {_shorten_name(row.counterpart)}"


def _describe_consequence(order: Order) -> str:
    source, target = _shorten_name(order.row.source), _shorten_name(order.row.target)
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
