"""The question before an action: the row is captured, named, and checked with each new list."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from entity_connections.domain.entities import Entity
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.preconditions import find_change
from entity_connections.services.snapshot import Snapshot
from entity_connections.tui.dialogs.confirmation import Confirmation, TypedName

LONGEST = 40
"""Cells a name may take in a question."""


class Question(Confirmation):
    """Asks before an operation is carried out.

    Args:
        operation: the action, on the row as the person saw it.
        tenant: the tenant and its environment, as the top line shows them.
    """

    def __init__(self, operation: Operation, tenant: Content) -> None:
        action, row = operation.action, operation.row
        source, target = _short(row.source), _short(row.target)
        super().__init__(
            tenant,
            action.question,
            Content.assemble((source, "bold"), "  →  ", (target, "bold")),
            action.consequence(row, source, target),
            action.yes_label(row, source, target),
            typed_name=typed_name(row.counterpart) if action.irreversible else None,
            harmful=action.irreversible,
        )
        self.operation = operation

    def revalidate(self, snapshot: Snapshot) -> None:
        """Invalidate the question if a newer list shows that the row has changed."""
        same_entity = snapshot.acting_id == self.operation.acting_id
        if same_entity and (sentence := find_change(self.operation, snapshot)):
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
