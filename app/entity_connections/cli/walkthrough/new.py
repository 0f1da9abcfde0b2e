"""`walkthrough new`: records a person's keys and clicks as a script."""

import os
import shlex
import sys
from pathlib import Path

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.cli.terminal import check_terminal
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.files import replace_file


@click.command(epilog=examples("entity-connections walkthrough new mine.toml"))
@argument("file", metavar="FILE", type=click.Path(path_type=Path))
@some_tenant_options(
    scenario="What the tenant holds at the start: acme unless told; or a scenario file.",
    user="Who begins: alice unless told.",
)
@option("--force", is_flag=True, help="Replace the file if there is one.")
def new(options: TenantOptions, file: Path, *, force: bool) -> int:
    """Make a walkthrough by using the screen; FILE is written when you quit.

    What you press, type and click on the fake tenant becomes the steps of a script. Their
    captions, and what must be seen after each, you write into the file.
    """
    if sys.platform == "win32":
        raise click.UsageError(
            "on Windows nothing can be recorded: write a script like one that is shipped."
        )
    options.check()
    _check_file(file, force=force)
    size = _terminal_size()
    os.environ.pop("ZUORA_ENTITY_ID", None)  # others who play the script do not have it
    workspace = make_workspace(options)
    from entity_connections.tui.terminal.run import run_app
    from entity_connections.walkthrough.script_recorder import (
        RecordedApp,
        RecordedAppDriver,
        format_script,
    )

    app = RecordedApp(workspace)
    status = run_app(app, RecordedAppDriver)
    exit_code = ExitCode.CRASHED if status == 1 else status
    if not app.acts:
        if exit_code != ExitCode.DONE:
            return exit_code
        raise CliError("nothing was pressed or clicked; no file is written.", ExitCode.REFUSED)
    name = options.scenario or "acme"
    if name not in SCENARIOS:
        name = os.path.relpath(Path(name).resolve(), file.parent.resolve())
    text = format_script(app.acts, name, workspace.user, size)
    try:
        replace_file(file, text.encode())
    except OSError as error:
        echo(text)
        raise CliError(
            f"{file} cannot be written: {error.strerror}. The script is on stdout instead.",
            ExitCode.NO_OUTPUT,
        ) from error
    info("\n".join([
        f"{file}: {text.count('[[steps]]')} steps.", *app.remarks,
        "Write its captions, and what must be seen after each step; then try it:",
        f"  entity-connections walkthrough check {shlex.quote(str(file))}",
    ]))  # fmt: skip
    return exit_code


def _check_file(file: Path, *, force: bool) -> None:
    from entity_connections.walkthrough.script_file import SUFFIX

    if file.suffix != SUFFIX:
        raise click.UsageError(f"a walkthrough's file ends in {SUFFIX}: {file.name}{SUFFIX}")
    if os.path.lexists(file) and not force:
        raise click.UsageError(f"{file} is there already; --force replaces it.")
    if not os.access(file.parent, os.W_OK):
        raise click.UsageError(f"{file} cannot be written: no access to its folder.")


def _terminal_size() -> tuple[int, int]:
    """Return the size of the terminal, or the nearest that a script may have."""
    from entity_connections.walkthrough.script_models import MAX_SIZE, MIN_SIZE

    check_terminal("without one, write the script by hand.")
    columns, lines = os.get_terminal_size(sys.stdin.fileno())
    (min_columns, min_lines), (max_columns, max_lines) = MIN_SIZE, MAX_SIZE
    return min(max(columns, min_columns), max_columns), min(max(lines, min_lines), max_lines)
