"""Opens the screen, before anything heavy of the tenant is imported."""

import os
import sys
from collections.abc import Collection
from functools import partial

import click

from entity_connections.cli.command_group import COMMANDS
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.heavy_imports import pause_garbage_collection
from entity_connections.cli.output import info
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.cli.terminal import check_terminal
from entity_connections.domain.text import format_count
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.ui_settings import (
    CHOSEN,
    DEFAULT,
    UiSetting,
    UiSettings,
    load_ui_settings,
    save_choice,
)


def open_screen(options: TenantOptions, theme: str | None) -> int:
    """Run the screen and return the exit code."""
    if in_browser := bool(os.environ.get("TEXTUAL_DRIVER")):
        if not options.fake:
            raise click.UsageError("a browser reaches only the fake tenant.")
    else:
        check_terminal(f"without one, use a command: {', '.join(COMMANDS)}; see --help.")
    ui = load_ui_settings()
    workspace = make_workspace(options, keyring_later=True)
    if sys.platform != "win32" and not in_browser:
        from entity_connections.cli.walkthrough.play_from_screen import make_walkthroughs

        workspace = workspace._replace(walkthroughs=make_walkthroughs())
    with pause_garbage_collection():
        from entity_connections.tui.app import ConnectionsApp

        if sys.platform != "win32":
            from entity_connections.tui.terminal.run import run_app
        app = ConnectionsApp(
            workspace,
            three_panes={"always": True, "never": False}.get(ui.panes.value),
            save_choice=None if in_browser else partial(_save_choice, ui),
        )
    app.theme = _choose_theme(theme, ui.theme, app.available_themes)
    if sys.platform == "win32":  # ctrl+c is a key there, and Textual restores the console
        app.run()
        status = app.return_code or 0
    else:
        status = run_app(app)
    if status == ExitCode.DONE:
        return _report_unfinished(workspace.journal)
    return ExitCode.CRASHED if status == 1 else status


def _choose_theme(option: str | None, setting: UiSetting, available: Collection[str]) -> str:
    """Return the theme that `--theme`, TEXTUAL_THEME or a setting names: of a list the first."""
    names, origin = option, "--theme"
    if names is None:
        names, origin = os.environ.get("TEXTUAL_THEME"), "TEXTUAL_THEME"
    if not names:
        names, origin = setting.value, f"theme, {setting.origin}"
        if setting.origin == CHOSEN and names not in available:  # another version had it
            names = "dark"
    for name in names.split(","):
        if name.strip() in available:
            return name.strip()
    raise click.UsageError(
        f"{origin}: there is no theme {names!r}; the themes are: {', '.join(available)}."
    )


def _save_choice(ui: UiSettings, key: str, value: str) -> str:
    """Remember a choice; return why the next start will not have it, or ""."""
    origin = ui._asdict()[key].origin
    if origin not in (CHOSEN, DEFAULT):
        return f"[ui] in {origin} names the {key} for every start."
    try:
        save_choice(key, value)
    except SettingsError as error:
        return str(error)
    return ""


def _report_unfinished(journal: Journal) -> ExitCode:
    """Tell what this program has sent without an outcome, and what its runs have not sent."""
    last, process = journal.last, journal.process_id
    if last is None or journal.path is None:
        return ExitCode.DONE
    unsent = set[tuple[str, str]]()
    try:
        entries = [entry for entry in journal.read_open() if entry.process == process]
        runs = [run for run in journal.read_runs() if run.entries[0].entry.process == process]
        unsent = {planned.entry.ends for run in runs for planned in run.entries}
        unsent -= {entry.ends for entry in entries}
    except JournalError:
        entries = [last]
    problems = []
    if entries:
        more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
        problems.append(
            f"{entries[0].action.label} of {entries[0].pair}{more} had been sent, and what became"
            " of it is not known. The next start looks it up."
        )
    if unsent:
        problems.append(
            f"Not sent: {format_count(len(unsent), 'pair')}. The next start offers to resume."
        )
    if problems:
        info(f"entity-connections: {' '.join(problems)}")
    return ExitCode.UNKNOWN if entries else ExitCode.DONE
