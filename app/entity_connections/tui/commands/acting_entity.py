"""The commands that choose the acting entity: the entity switcher, and the other side of a row."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.actions.action import entity_reason
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.tui.commands.command import Command, CommandContext

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def switch_entity(screen: "ConnectionsScreen") -> None:
    """Go to the filter of the tree, or open the switcher where there is no tree."""
    from entity_connections.tui.dialogs.entity_switcher import make_entity_switcher

    if screen.view.entity_tree is not None:
        screen.view.entity_tree.open_filter()
    elif screen.state is not None:
        screen.app.push_screen(make_entity_switcher(screen.state), screen.act_in)


def get_other_side_reason(context: CommandContext) -> DisabledReason | None:
    if context.can_go_back and not context.loaded:
        return None
    reason = context.get_row_reason()
    if reason is not None or context.row is None:
        return reason
    return entity_reason(context.row.counterpart)


class OtherSideCommand(Command):
    """The command that goes to the other side of a row, and back."""

    def get_short(self, context: CommandContext) -> str:
        if context.can_go_back:
            return "Back"
        return "Accept there" if self.leads_on(context) else self.short

    def leads_on(self, context: CommandContext) -> bool:
        row = context.row
        waits = row is not None and row.direction is Direction.OUTBOUND and row.status == PENDING
        return waits and get_other_side_reason(context) is None


def go_to_other_side(screen: "ConnectionsScreen") -> None:
    """Act as the counterpart, with the same connection under the cursor, or go back."""
    state, row = screen.state, screen.view.context.row
    if state is None:
        return
    if state.can_go_back:
        marks = state.count_marks()  # of the entity that is left
        state.go_back()
        screen.show_acting_entity(marks)
    elif row is not None:  # the marks are kept for the way back
        state.go_to_other_side(row)
        screen.show_acting_entity()
