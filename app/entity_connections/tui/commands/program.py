"""The commands that concern the program: help, palette, logs, colours, quitting."""

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.text import format_count
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.rendering.frame import MIN_THREE_PANES
from entity_connections.tui.rendering.notices import Kind, Notice, make_notice
from entity_connections.tui.themes import THEMES

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


_LOST = make_notice(
    Kind.INFO,
    "This demo forgets what you did when it ends.",
    "q again quits; --tenant FILE keeps it.",
)
_BEING_SENT = make_notice(
    Kind.INFO, "A write is being sent.", "Wait for its outcome, or quit again."
)


def show_help(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.help_dialog import HelpDialog

    def run(command_id: str | None) -> None:
        if command_id is not None:
            screen.call_later(screen.action_run_command, command_id)

    screen.app.push_screen(HelpDialog(screen.workspace), run)


def show_palette(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.command_palette import COMMAND, ENTITY, CommandPalette

    def handle_choice(choice: str | None) -> None:
        if choice is None:
            return
        if choice.startswith(COMMAND):
            # Later, when the palette is closed and the screen is on top again.
            screen.call_later(screen.action_run_command, choice.removeprefix(COMMAND))
        else:
            screen.act_in(choice.removeprefix(ENTITY))

    screen.app.push_screen(CommandPalette(screen.view), handle_choice)


def show_calls(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.calls_dialog import CallsDialog

    screen.app.push_screen(CallsDialog(screen.view, screen.workspace))


def show_journal(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.journal_dialog import JournalDialog

    screen.app.push_screen(JournalDialog(screen.workspace.journal))


def has_walkthroughs(workspace: Workspace) -> bool:
    return workspace.walkthroughs is not None


def get_walkthrough_reason(context: CommandContext) -> DisabledReason | None:
    if has_walkthroughs(context.workspace):
        return None
    return DisabledReason(
        "No walkthrough can be played from here.",
        "The command `entity-connections walkthrough` plays and records them.",
    )


def show_walkthroughs(screen: "ConnectionsScreen") -> None:
    """Play a walkthrough in place of the screen, which is then as it was."""
    from entity_connections.tui.dialogs.picker import Choice, Picker

    walkthroughs, app = screen.workspace.walkthroughs, screen.app
    if walkthroughs is None:
        return

    def play(name: str | None) -> None:
        if name is None:
            return
        notice_bar = screen.view.notice_bar
        if screen.is_started and screen.writer.writing:
            notice_bar.show_notice(
                Kind.INFO, "Walkthroughs: a write is being sent.", "Wait for its outcome."
            )
            return
        try:
            with app.suspend():
                status = walkthroughs.play(name, app.theme)
        except SuspendNotSupported:
            notice_bar.show_notice(Kind.ERROR, "A walkthrough plays only in a terminal.")
        else:
            if status:
                notice_bar.show_notice(Kind.ERROR, f"The walkthrough failed: exit code {status}.")

    choices = []
    for name, title, (columns, lines) in walkthroughs.list_all(app.size.width):
        fits = app.size.width >= columns and app.size.height >= lines
        choices.append(Choice(name, title, name if fits else f"takes {columns}x{lines}"))
    app.push_screen(Picker("Walkthroughs, on a fake tenant of their own", choices), play)


def change_theme(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.picker import Choice, Picker

    app = screen.app
    own = [theme.name for theme in THEMES]
    choices = [Choice(name, name) for name in own]
    choices += [
        Choice(name, name, "of Textual") for name in app.available_themes if name not in own
    ]

    def set_theme(name: str | None) -> None:
        if name is not None:
            app.theme = name
            screen.remember("theme", name)

    app.push_screen(Picker("Theme", choices, app.theme), set_theme)


def toggle_panes(screen: "ConnectionsScreen") -> None:
    if screen.view.size.width < MIN_THREE_PANES:
        sentence = f"Three panes take {MIN_THREE_PANES} columns: make the terminal wider."
        screen.view.notice_bar.show_notice(Kind.INFO, sentence)
    else:
        screen.show_three_panes(screen.view.entity_tree is None)


def quit_program(screen: "ConnectionsScreen") -> None:
    """Leave; before that, say once what would be lost with a tenant in memory."""
    workspace = screen.workspace
    matters = workspace.is_in_memory and not workspace.is_walkthrough
    lost = matters and workspace.journal.last is not None
    if lost and not (screen.is_started and screen.writer.writing):
        _leave_after(screen, _LOST)
    else:
        leave(screen)


def leave(screen: "ConnectionsScreen") -> None:
    """Leave at once; say first that writes are being sent, where they are."""
    run = screen.state.runs.last if screen.state is not None else None
    if run is not None and not run.ended:
        sentence = f"A run on {format_count(run.plan.pairs, 'pair')} is under way."
        hint = "Quit again to stop it: the next start offers to resume it."
        if screen.workspace.is_in_memory:
            hint = "Quit again to stop it: this demo forgets it."
        _leave_after(screen, make_notice(Kind.INFO, sentence, hint))
    elif screen.is_started and screen.writer.writing:
        _leave_after(screen, _BEING_SENT)
    else:
        screen.app.exit()


def _leave_after(screen: "ConnectionsScreen", notice: Notice) -> None:
    """Show a notice, or leave if it is on the screen already."""
    if screen.view.notice_bar.notice == notice:
        screen.app.exit()
    else:
        screen.view.notice_bar.notice = notice
