"""The commands that concern the program: help, palette, logs, colours, quitting."""

from typing import TYPE_CHECKING

from entity_connections.tui.dialogs.picker import Choice, Picker
from entity_connections.tui.rendering.notices import Kind
from entity_connections.tui.themes import THEMES

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def show_help(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.help_dialog import HelpDialog

    screen.app.push_screen(HelpDialog())


def show_palette(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.command_palette import COMMAND, ENTITY, make_command_palette

    def handle_choice(choice: str | None) -> None:
        if choice is None:
            return
        if choice.startswith(COMMAND):
            # Later, when the palette is closed and the screen is on top again.
            screen.call_later(screen.action_run_command, choice.removeprefix(COMMAND))
        else:
            screen.act_in(choice.removeprefix(ENTITY))

    palette = make_command_palette(screen.view.context, screen.state)
    screen.app.push_screen(palette, handle_choice)


def show_requests(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.requests_dialog import RequestsDialog

    screen.app.push_screen(RequestsDialog(screen.view, screen.workspace))


def show_journal(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.journal_dialog import JournalDialog

    screen.app.push_screen(JournalDialog(screen.workspace.journal))


def change_theme(screen: "ConnectionsScreen") -> None:
    app = screen.app
    own = [theme.name for theme in THEMES]
    choices = [Choice(name, name) for name in own]
    choices += [
        Choice(name, name, "of Textual") for name in app.available_themes if name not in own
    ]

    def set_theme(name: str | None) -> None:
        if name is not None:
            app.theme = name

    app.push_screen(Picker("Theme", choices, app.theme), set_theme)


def quit_program(screen: "ConnectionsScreen") -> None:
    if screen.is_started and screen.tenant_workers.writing and not screen.quit_refused:
        screen.quit_refused = True
        screen.view.notice_bar.show_notice(
            Kind.INFO, "A write is being sent.", "Wait for its outcome, or quit again."
        )
    else:
        screen.app.exit()
