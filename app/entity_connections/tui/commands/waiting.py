"""The command that shows what waits for an answer in all entities."""

from typing import TYPE_CHECKING

from entity_connections.domain.rows import Row
from entity_connections.services.all_lists import list_stale_ids
from entity_connections.services.refresh_interval import NORMAL

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def show_waiting(screen: "ConnectionsScreen") -> None:
    """Show what is known at once, and read the lists that are not new."""
    from entity_connections.tui.dialogs.waiting_dialog import WaitingDialog

    state = screen.state
    if state is None:
        return

    def go_to(row: Row | None) -> None:
        marks = len(dialog.marks)
        if row is not None and state is screen.state:
            before = state.count_marks()
            state.show_row(row)
            screen.show_acting_entity(marks + before - state.count_marks())
        else:
            screen.view.show_cleared_marks(marks)

    screen.view.notice_bar.clear_notice()
    screen.reader.read_lists(state, list_stale_ids(state.session.tenant, NORMAL))
    dialog = WaitingDialog(screen, state)
    screen.app.push_screen(dialog, go_to)
