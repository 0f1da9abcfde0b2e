"""The commands that mark rows, so that an action is carried out on all of them."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import DisabledReason
from entity_connections.services.workspace import STANDARD_USER
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.commands.row_actions import get_write_reason
from entity_connections.tui.rendering.notices import Kind, Lifetime

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def mark_row(screen: "ConnectionsScreen") -> None:
    """Mark the row under the cursor, or no longer, and go to the next one."""
    if (state := screen.state) is not None and state.tab.cursor is not None:
        state.tab.mark_and_move(state.tab.cursor)
        screen.view.show_cursor()


def mark_range(step: int, screen: "ConnectionsScreen") -> None:
    """Move the cursor, and mark the rows from where this began to where it is."""
    if screen.state is not None:
        screen.state.tab.mark_range(step)
        screen.view.show_cursor()


def get_mark_all_reason(context: CommandContext) -> DisabledReason | None:
    """Return why no row here allows an action, whatever its state; None where one may."""
    if context.row is None:
        return context.get_row_reason()
    allowed = context.role != STANDARD_USER and not context.workspace.lock.permanent
    return None if allowed else get_write_reason(context.row, context)


def mark_all(screen: "ConnectionsScreen") -> None:
    """Mark every visible row that allows an action, or none if they are marked."""
    if screen.state is not None and not screen.state.tab.mark_all():
        lines = "Mark all: no row here allows an action.", "The Action column says why."
        screen.view.notice_bar.show_notice(Kind.INFO, *lines, lifetime=Lifetime.UNTIL_LIST_CHANGES)
