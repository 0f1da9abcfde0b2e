"""The Textual App: themes, palette, and a crash that tells no secrets."""

import os
from collections.abc import Iterable
from pathlib import Path

from textual.actions import SkipAction
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import Provider
from textual.screen import ModalScreen, Screen
from textual.widgets import Input
from textual.worker import get_current_worker

from app.services.target import Target
from app.tui.screens.connections import Connections
from app.tui.terminal.driver import crash_report
from app.tui.themes import THEMES

_PACKAGED = Path(__file__).parents[1] / "styles"
_STYLES = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "styles"


def _palette() -> type[Provider]:
    from app.tui.palette import Palette

    return Palette


class ConnectionsApp(App[None]):
    """Opens the main screen on a target.

    Args:
        target: the tenant to work in.
        theme: name of a theme of ours, or of Textual's.
    """

    TITLE = "Manage Entity Connections"
    CSS_PATH = sorted(_STYLES.glob("*.tcss"))
    COMMANDS = {_palette}
    BINDINGS = [
        Binding("ctrl+z", "suspend_process", id="suspend", tooltip="To the shell", priority=True),
        Binding("ctrl+c,ctrl+q", "quit", id="app.quit", tooltip="Leave", priority=True),
    ]

    def __init__(self, target: Target, theme: str = "dark") -> None:
        super().__init__()
        self._connections = Connections(target)
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    async def open_tenant(self, target: Target) -> None:
        """Leave whatever is on the screen, finished or not, and open a tenant.

        To be called by a worker, which goes on; all others are ended.
        """
        asks = get_current_worker()
        for worker in self.workers:
            if worker is not asks:
                worker.cancel()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self._connections.open_tenant(target)

    @property
    def native_ansi_color(self) -> bool:
        """Whether colours are left to the terminal; with NO_COLOR there are none at all."""
        return "NO_COLOR" in os.environ or super().native_ansi_color

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self._connections

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return none of Textual's own: the registry has them, under our words."""
        return ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the palette away from dialogs: a question is answered first."""
        if action == "command_palette" and isinstance(self.screen, ModalScreen):
            return False
        return super().check_action(action, parameters)

    async def action_quit(self) -> None:
        """Leave the program; ctrl+c copies first, where a text is selected."""
        if isinstance(field := self.focused, Input) and not field.selection.is_empty:
            raise SkipAction
        self._connections.do_quit()

    def _fatal_error(self) -> None:
        self.panic(crash_report())
