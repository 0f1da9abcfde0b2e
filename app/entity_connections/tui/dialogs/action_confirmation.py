"""The question before an action: about one row, checked against every new list."""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.entities import Entity
from entity_connections.domain.typed_name import make_typed_name
from entity_connections.services.operations.conflicts import find_change
from entity_connections.services.operations.operation import Operation
from entity_connections.services.snapshot import Snapshot
from entity_connections.tui.dialogs.confirmation import Confirmation, Question
from entity_connections.tui.widgets.grid.layout import cut_text

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

MAX_NAME_WIDTH = 40
"""Cells that a name may take."""
MAX_LABEL_WIDTH, CELLS_BESIDE_LABEL = 50, 23
"""Cells that the label of the yes button may take, and those at its sides; see dialogs.tcss."""


class ActionConfirmation(Confirmation):
    """Asks before an operation is carried out, on the row as the user saw it.

    `is_open`: whether an earlier operation on the pair has no known outcome.
    """

    def __init__(
        self, main_screen: "ConnectionsScreen", operation: Operation, *, is_open: bool = False
    ) -> None:
        question = _make_question(operation, main_screen.size.width, is_open=is_open)
        super().__init__(main_screen, question)
        self.operation = operation

    def revalidate(self, snapshot: Snapshot) -> None:
        """Take no yes any more if a newer list shows that the row has changed."""
        same_entity = snapshot.acting_id == self.operation.acting_id
        if same_entity and (change := find_change(self.operation, snapshot)):
            self.invalidated = change


def _make_question(operation: Operation, width: int, *, is_open: bool) -> Question:
    action, row = operation.action, operation.row
    source, target = (_cut_title(entity, MAX_NAME_WIDTH) for entity in (row.source, row.target))
    room = min(MAX_LABEL_WIDTH, width - CELLS_BESIDE_LABEL) - cell_len(
        action.yes_label(row, "", "")
    )
    warning = " The outcome of an earlier operation here is unknown." if is_open else ""
    label_names = (_cut_title(entity, room) for entity in (row.source, row.target))
    return Question(
        action.question,
        action.consequence(row, source, target) + warning,
        action.yes_label(row, *label_names),
        Content.assemble((source, "bold"), "  →  ", (target, "bold")),
        make_typed_name(row.counterpart) if action.irreversible else None,
        harmful=action.irreversible,
    )


def _cut_title(entity: Entity, width: int) -> str:
    """Return the title; a long one is cut, and the end of the id is added."""
    # A question names its entities in full, whatever the others are called.
    return entity._replace(shared=len(entity.title)).cut_title(width, cut_text)
