"""The commands that change which rows are shown, or read or copy them."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.connections import Direction
from entity_connections.domain.row_sort import SortColumn
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.rendering.notices import Kind
from entity_connections.tui.terminal.clipboard import get_copy_hint

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def open_filter(screen: "ConnectionsScreen") -> None:
    screen.view.open_filter()


def show_tab(direction: Direction, screen: "ConnectionsScreen") -> None:
    if screen.state is not None and screen.state.direction is not direction:
        screen.state.switch_tab(direction)
        screen.view.show_new_rows()


def show_next_tab(screen: "ConnectionsScreen") -> None:
    if screen.state is not None:
        show_tab(screen.state.direction.opposite, screen)


def show_next_status(screen: "ConnectionsScreen") -> None:
    if screen.state is not None:
        screen.state.tab.show_next_status()


def sort(screen: "ConnectionsScreen") -> None:
    """Sort by the next visible column, and after the last by none."""
    if screen.state is not None:
        visible = {slot.column.key for slot in screen.view.rows.slots}
        screen.state.tab.sort_next([column for column in SortColumn if column.value in visible])


def refresh(screen: "ConnectionsScreen") -> None:
    view = screen.view
    view.reading = True
    view.notice_bar.clear_notice()
    if view.state is None or not view.entered:
        screen.reader.enter(view.user)
    else:
        screen.reader.read(view.state, entities=True)


def get_copy_reason(context: CommandContext) -> DisabledReason | None:
    if reason := context.get_row_reason():
        return reason
    if context.row is not None and context.row.connection is None:
        return DisabledReason(
            "There is no connection in this row yet.", "It has an id once it is requested."
        )
    return None


def copy_id(screen: "ConnectionsScreen") -> None:
    """Copy the connection's id, and show it: not every terminal allows copying."""
    row = screen.view.context.row
    if row is not None and row.connection is not None:
        screen.app.copy_to_clipboard(row.connection.id)
        screen.view.notice_bar.show_notice(
            Kind.SUCCESS,
            f"Sent to the terminal's clipboard: {row.connection.id}",
            get_copy_hint(),
        )
