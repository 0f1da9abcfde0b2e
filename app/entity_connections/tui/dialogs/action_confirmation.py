"""The question before an action: about one row, checked against every new list."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from entity_connections.domain.entities import Entity
from entity_connections.services.operations.conflicts import find_change
from entity_connections.services.operations.operation import Operation
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.confirmation import Confirmation, Question, TypedName
from entity_connections.tui.timing import Timing

MAX_NAME_WIDTH = 40
"""Cells that a name may take."""


class ActionConfirmation(Confirmation):
    """Asks before an operation is carried out, on the row as the user saw it."""

    def __init__(self, operation: Operation, workspace: Workspace, timing: Timing) -> None:
        super().__init__(workspace, timing, _make_question(operation))
        self.operation = operation

    def revalidate(self, snapshot: Snapshot) -> None:
        """Take no yes any more if a newer list shows that the row has changed."""
        same_entity = snapshot.acting_id == self.operation.acting_id
        if same_entity and (change := find_change(self.operation, snapshot)):
            self.invalidated = change


def _make_question(operation: Operation) -> Question:
    action, row = operation.action, operation.row
    source, target = _shorten_title(row.source), _shorten_title(row.target)
    return Question(
        action.question,
        action.consequence(row, source, target),
        action.yes_label(row, source, target),
        Content.assemble((source, "bold"), "  →  ", (target, "bold")),
        make_typed_name(row.counterpart) if action.irreversible else None,
    )


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


def _shorten_title(entity: Entity) -> str:
    """Return the title; a long one is cut, and the end of the id is added."""
    if cell_len(entity.title) <= MAX_NAME_WIDTH:
        return entity.title
    return f"{set_cell_size(entity.title, MAX_NAME_WIDTH - 10).rstrip()}… {entity.id[-8:]}"
