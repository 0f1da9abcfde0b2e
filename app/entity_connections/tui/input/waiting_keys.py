"""Which keys of the main screen must wait, and what the user is told about it."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Event, Key

from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.commands.command import CommandContext, Need
from entity_connections.tui.rendering.notices import Kind, format_keys
from entity_connections.tui.screens.connections import ConnectionsScreen
from entity_connections.tui.widgets.grid.grid import Grid

KEY_NEEDS: dict[str, Need] = {
    **{binding.key: Need.ROWS for binding in Binding.make_bindings(Grid.BINDINGS)},
    **{command.key: command.needs for command in COMMANDS if command.needs is not None},
    "enter": Need.FRESH_ROW,
}
"""By the name of the key; a key that is not here needs nothing."""


class WaitingKeys:
    """Decides for the input queue which events must wait for the main screen."""

    def __init__(self, screen: ConnectionsScreen) -> None:
        self._screen = screen

    def must_wait(self, event: Event) -> bool:
        """Return whether an event needs rows that are being read, or a row being written to."""
        screen = self._screen
        if not screen.is_started:
            return True
        if not isinstance(event, Key) or event.key not in KEY_NEEDS:
            return False
        view = screen.view
        if not view.reading and not screen.tenant_workers.writing:
            return False
        if screen.app.screen is not screen or screen.focused is view.filter_input:
            return False
        return _is_missing(KEY_NEEDS[event.key], view.context, reading=view.reading)

    def show_waiting(self, keys: Sequence[str]) -> None:
        """Show that keys wait for Zuora; no keys clear that notice."""
        notice_bar = self._screen.view.notice_bar
        if keys:
            sentence = f"{format_keys(keys)}: waiting for Zuora."
            notice_bar.show_notice(Kind.INFO, sentence, "escape forgets it.")
        else:
            notice_bar.clear_notice()

    def show_dropped(self, keys: Sequence[str], *, too_many: bool) -> None:
        """Show that keys were dropped: too many were waiting, or escape was pressed."""
        why = "too many keys at once" if too_many else "escape came"
        sentence = f"Not used, because {why}: {format_keys(keys)}."
        self._screen.view.notice_bar.show_notice(Kind.INFO, sentence)


def _is_missing(need: Need, context: CommandContext, *, reading: bool) -> bool:
    """Return whether a need is not met yet, but will be by what is being read or sent.

    Args:
        need: what a key needs.
        context: the state of the screen.
        reading: whether something that the user asked for is being read.
    """
    if need in (Need.ROW, Need.FRESH_ROW) and context.sending:
        return True
    if not reading or need is Need.FRESH_ROW:
        return reading
    if need is Need.ENTITIES:
        return not context.entered
    can_go_back = need is Need.ROW and context.can_go_back
    return not context.loaded and not can_go_back
