"""The screen: opened on a target before anything heavy of the tenant is loaded."""

import os
import sys

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.tenant.resolve import resolve_tenant
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.services.storage.journal import Journal, JournalError


def open_screen(chosen: TenantOptions, theme: str | None) -> int:
    """Run the screen and return how it ended.

    Raises:
        click.UsageError: there is no terminal, or no such theme.
    """
    if os.environ.get("TEXTUAL_DRIVER"):  # another front end than a terminal: a browser
        if not chosen.fake:
            raise click.UsageError("a browser gets at no tenant but the fake one.")
    elif not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(
            "the screen needs a terminal as its input and its error output;"
            " without one, use a command: see --help."
        )
    wanted = resolve_tenant(chosen).workspace
    from entity_connections.tui.app import ConnectionsApp
    from entity_connections.tui.terminal.run import run_app

    app = ConnectionsApp(wanted)
    name = (os.environ.get("TEXTUAL_THEME") or "dark") if theme is None else theme
    if name not in app.available_themes:
        raise click.UsageError(
            f"there is no theme {name!r}; the themes are: {', '.join(app.available_themes)}."
        )
    app.theme = name
    status = run_app(app)
    if status == ExitCode.DONE and (left := _left_open(wanted.journal)):
        info(f"entity-connections: {left}")
        return ExitCode.UNKNOWN
    return ExitCode.CRASHED if status == 1 else status


def _left_open(journal: Journal) -> str:
    """Say which write was left without an outcome by who quit all the same; "" for none."""
    last = journal.last
    if last is None or journal.path is None:
        return ""
    try:
        open_ = any(one.id == last.id for one in journal.read_open())
    except JournalError:
        open_ = True
    what = f"{last.action.label} of {last.pair}"
    known = "had been sent, and what became of it is not known. The next start looks it up."
    return f"{what} {known}" if open_ else ""
