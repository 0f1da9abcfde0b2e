"""`walkthrough new`: a script made by watching somebody use the screen."""

import os
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entity_connections.cli.completion.completers import complete_users
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.resolve import resolve_tenant
from entity_connections.cli.tenant_options import THEMES, ScenarioName, TenantOptions
from entity_connections.domain.text import clean
from entity_connections.fake.scenarios.catalogue import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entity_connections.services.workspace import Workspace
    from entity_connections.walkthrough.making.moments import Moment
    from entity_connections.walkthrough.script import Walkthrough

TEACHES = "Say here in a sentence what it teaches."


@click.command()
@argument("file", metavar="FILE", type=click.Path(path_type=Path))
@option(
    "--scenario", type=ScenarioName(), metavar="NAME",
    help="What the tenant holds at the start: acme unless told; or a scenario file.",
)  # fmt: skip
@option(
    "--user", metavar="NAME", shell_complete=complete_users, help="Who begins: alice unless told."
)
@option("--title", metavar="TEXT", help="What it is called: as the file unless told.")
@option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help="Colours.")
@option("--force", is_flag=True, help="Replace the file if there is one.")
def new(
    file: Path,
    scenario: str | None,
    user: str | None,
    title: str | None,
    theme: str,
    *,
    force: bool,
) -> int:
    """Make a walkthrough by using the screen; FILE is written when you quit.

    What you press, type and click on the fake tenant becomes the steps of a script, each with
    what was to be seen after it. Take your time: whoever waits for an outcome ends a step. Then
    the script is played back unseen; ends with 1 when it does not come out as you saw it.
    """
    chosen = TenantOptions(scenario=scenario, user=user).checked()
    title = _title(title, file)
    _check_file(file, force=force)
    _check_terminal()
    os.environ.pop("ZUORA_ENTITY_ID", None)  # or the script would begin elsewhere for others
    target = resolve_tenant(chosen).workspace
    moments, status = _watched(target, theme)
    ended = ExitCode.CRASHED if status == 1 else status
    if ended != ExitCode.DONE and not moments:
        return ended
    script, lost = _script(moments, title, _beside(chosen.scenario, file), target.user)
    where = _saved(file, script, force=force)
    info("\n".join([f"{where}: {len(script.steps)} steps.", *lost]))
    if ended != ExitCode.DONE:
        return ended
    if not _plays(where):
        return ExitCode.REFUSED
    info(
        "It plays back. Its captions say what is done: write there what your audience should"
        f" know, then show it:\n  entity-connections walkthrough {shlex.quote(str(where))}"
    )
    return ExitCode.DONE


def _title(given: str | None, file: Path) -> str:
    """Return the title that was given, or one made of the file's name."""
    from entity_connections.walkthrough.script import LONGEST_TITLE

    if given is None:
        words = clean(file.stem.replace("-", " ").replace("_", " "), LONGEST_TITLE).strip()
        return f"{words[:1].upper()}{words[1:]}" or "A walkthrough"
    if clean(given) != given or len(given) > LONGEST_TITLE:
        raise click.UsageError(f"--title takes a line of 1 to {LONGEST_TITLE} characters.")
    return given


def _check_file(file: Path, *, force: bool) -> None:
    from entity_connections.walkthrough.making.writing import try_out
    from entity_connections.walkthrough.script import SUFFIX

    if file.suffix != SUFFIX:
        raise click.UsageError(f"a walkthrough's file ends in {SUFFIX}: {file.name}{SUFFIX}")
    if os.path.lexists(file) and not force:
        raise click.UsageError(f"{file} is there already; --force replaces it.")
    try:
        if file.exists() and not file.is_file():
            raise click.UsageError(f"{file} is no plain file.")
        try_out(file)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from error


def _check_terminal() -> None:
    if os.environ.get("TEXTUAL_DRIVER") or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("to watch you, the screen needs a terminal.")
    from entity_connections.tui.widgets.too_small import MIN_SIZE

    size = shutil.get_terminal_size()
    if size.columns < MIN_SIZE.width or size.lines < MIN_SIZE.height:
        raise click.UsageError(
            f"this terminal has {size.columns} columns and {size.lines} rows;"
            f" a walkthrough takes {MIN_SIZE.width} by {MIN_SIZE.height} at least: make it larger."
        )


def _watched(target: "Workspace", theme: str) -> "tuple[list[Moment], int]":
    from entity_connections.tui.terminal.run import run_app
    from entity_connections.walkthrough.making.watching import WatchedApp

    app = WatchedApp(target, theme)
    status = run_app(app)
    return app.moments, status


def _script(
    moments: "Sequence[Moment]", title: str, scenario: str, user: str
) -> "tuple[Walkthrough, list[str]]":
    from entity_connections.walkthrough.making.composing import composed
    from entity_connections.walkthrough.script import MOST, Walkthrough

    steps, lost = composed(moments)
    if not any(step.do for step in steps):
        raise CliError(
            "nothing was done on the screen that a script could say; no file is written.",
            ExitCode.REFUSED,
        )
    first = moments[0].size
    if any(one.size != first for one in moments):
        shown = f"{first.width}x{first.height}"
        lost.append(f"The terminal became another size; the script has the first, {shown}.")
    size = list(map(min, first, MOST))
    script = Walkthrough(
        title=title, teaches=TEACHES, scenario=scenario, user=user, size=size, steps=steps
    )
    return script, lost


def _beside(scenario: str | None, file: Path) -> str:
    """Return a scenario as a script in this file names it."""
    if scenario is None:
        return "acme"
    if scenario in SCENARIOS:
        return scenario
    return os.path.relpath(Path(scenario).resolve(), file.parent.resolve())


def _saved(file: Path, script: "Walkthrough", *, force: bool) -> Path:
    """Write the script, beside a file that came there meanwhile; return where."""
    from entity_connections.walkthrough.making.writing import as_toml, save

    text = as_toml(script)
    places = [file, *(file.with_stem(f"{file.stem}-{number}") for number in range(2, 100))]
    try:
        for place in places:
            with suppress(FileExistsError):
                save(place, text, replace=force)
                return place
        raise FileExistsError(17, "File exists")
    except OSError as error:
        echo(text)
        raise CliError(
            f"{file} cannot be written: {error.strerror}. The script is on stdout instead.",
            ExitCode.NO_OUTPUT,
        ) from error


def _plays(file: Path) -> bool:
    """Play the script in a file back, and tell where it does not come out as it was seen."""
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.script import read
    from entity_connections.walkthrough.step_runner import Missed

    info("Playing it back, unseen …")
    script = read(file)
    chosen = TenantOptions(scenario=script.scenario, user=script.user)
    try:
        record(file.stem, script, lambda: resolve_tenant(chosen).workspace)
    except Missed as missed:
        again = f"entity-connections walkthrough check {shlex.quote(str(file))}"
        info(f"{missed}\nIt does not play back as it was seen. Mend it there, and try: {again}")
        return False
    return True
