"""The commands that change which rows are shown, or read or copy them."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.connections import Direction
from entity_connections.domain.row_sort import SortColumn
from entity_connections.tui.commands.command import Command, CommandContext, Need
from entity_connections.tui.rendering.notices import Kind

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


class Filter(Command):
    """Opens the filter."""

    id, key, label, short = "filter", "slash", "Filter", "Filter"
    tooltip = "Show only rows that hold your words"
    needs = Need.ROWS
    takes_following_keys = True
    needs_tenant = True

    def run(self, screen: "ConnectionsScreen") -> None:
        screen.view.open_filter()


class ShowTab(Command):
    """Shows one of the two tabs."""

    needs = Need.ENTITIES
    needs_tenant = True

    def __init__(self, direction: Direction, key: str, label: str, tooltip: str) -> None:
        self.id = direction.value
        self.direction = direction
        self.key = key
        self.label = label
        self.tooltip = tooltip

    def run(self, screen: "ConnectionsScreen") -> None:
        if screen.state is not None and screen.state.direction is not self.direction:
            screen.state.switch_tab(self.direction)
            screen.view.show_new_rows()


class Sort(Command):
    """Sorts by the next visible column, and after the last by none."""

    id, key, label = "sort", "s", "Sort"
    tooltip = "Sort by the next column"
    needs = Need.ROWS
    needs_tenant = True

    def run(self, screen: "ConnectionsScreen") -> None:
        if screen.state is not None:
            visible = {slot.column.key for slot in screen.view.rows.slots}
            screen.state.sort_next([column for column in SortColumn if column.value in visible])


class Refresh(Command):
    """Reads the hierarchy and the list again."""

    id, key, label = "refresh", "ctrl+r", "Refresh"
    tooltip = "Read everything from Zuora again"

    def run(self, screen: "ConnectionsScreen") -> None:
        view = screen.view
        view.reading = True
        view.notice_bar.clear_notice()
        if view.state is None or not view.entered:
            screen.tenant_workers.enter(view.user)
        else:
            screen.tenant_workers.read(view.state, entities=True)


class CopyId(Command):
    """Copies the connection's id, and shows it: not every terminal allows copying."""

    id, key, label = "copy_id", "c", "Copy connection id"
    tooltip = "Send its id to the clipboard"
    needs = Need.ROWS

    def get_disabled_reason(self, context: CommandContext) -> DisabledReason | None:
        if reason := context.get_row_reason():
            return reason
        if context.row is not None and context.row.connection is None:
            return DisabledReason(
                "There is no connection in this row yet.", "It has an id once it is requested."
            )
        return None

    def run(self, screen: "ConnectionsScreen") -> None:
        row = screen.view.context.row
        if row is not None and row.connection is not None:
            screen.app.copy_to_clipboard(row.connection.id)
            screen.view.notice_bar.show_notice(
                Kind.SUCCESS, f"Sent to the terminal's clipboard: {row.connection.id}"
            )
