"""`walkthrough`: plays scripted tours to an audience, records them, checks them, makes them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entity_connections.cli.completers import filter_completions
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import THEMES, TenantOptions, parent_options
from entity_connections.cli.walkthrough.new import new
from entity_connections.domain.text import clean
from entity_connections.walkthrough.fixed_environment import fixed_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from entity_connections.services.workspace import Workspace
    from entity_connections.walkthrough.script import Walkthrough


class _WalkthroughGroup(click.Group):
    """Treats `walkthrough NAME` as `walkthrough play NAME`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the command `play` where there is none."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the names of walkthroughs, and those of commands."""
        return [*_complete_names(incomplete), *super().shell_complete(ctx, incomplete)]


class _ScriptName(click.ParamType[str]):
    """The name of a shipped walkthrough, or the path of a script."""

    name = "walkthrough"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Complete names; where none matches, the shell completes paths."""
        from click.shell_completion import CompletionItem

        return _complete_names(incomplete) or [CompletionItem(incomplete, type="file")]


def _complete_names(incomplete: str) -> "list[CompletionItem]":
    from entity_connections.walkthrough.script_file import read_script, shipped_scripts

    titles = [(name, read_script(path).title) for name, path in shipped_scripts().items()]
    return filter_completions(incomplete, titles)


@click.group(
    cls=_WalkthroughGroup, invoke_without_command=True, subcommand_metavar="[NAME|COMMAND] …"
)
@click.pass_context
def walkthrough(ctx: click.Context) -> ExitCode | None:
    """Play a walkthrough; without a name, list them.

    A walkthrough is a script: captions, keys, clicks, and what must be seen
    then. It plays on a fake tenant of its own. One that is yours is a file
    NAME.toml: `new` records one while you use the screen, `check` runs it unseen.
    """
    if parent_options() != TenantOptions():
        raise click.UsageError("a walkthrough brings its own tenant: no option chooses another.")
    if ctx.invoked_subcommand is not None:
        return None
    from entity_connections.walkthrough.script_file import read_script, shipped_scripts

    scripts = {name: read_script(path) for name, path in shipped_scripts().items()}
    width = max(map(len, scripts))
    for name, script in scripts.items():
        echo(f"{name:<{width}}  {script.title}: {_count_steps(script)}")
    return ExitCode.DONE


walkthrough.add_command(new)


@walkthrough.command()
@argument("name", type=_ScriptName())
@option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help="Colours.")
@option(
    "--speed",
    type=click.FloatRange(0.25, 8),
    default=1.0,
    show_default=True,
    help="How fast it plays: 2 is twice as fast.",
)
@option(
    "--export",
    "folder",
    metavar="DIR",
    help="Play to nobody, and write pictures, a page and a terminal recording there.",
)
@option("--png", is_flag=True, help="With --export: each picture as PNG, too.")
@option("--force", is_flag=True, help="With --export: write into a folder that is not empty.")
def play(name: str, theme: str, speed: float, folder: str | None, *, png: bool, force: bool) -> int:
    """Play a walkthrough to an audience, or record it with --export.

    The presenter's keys: space goes on, or hurries what is under way; left
    goes back; p plays by itself, + and - change how fast; escape hands over
    the screen, and ctrl+g takes it back; q leaves.
    """
    if folder is not None:
        return _export(name, theme, Path(folder), png=png, force=force)
    script, open_workspace = _read(name)
    if png or force:
        raise click.UsageError("--png and --force belong to --export DIR.")
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or "TEXTUAL_DRIVER" in os.environ:
        raise click.UsageError("to play it takes a terminal; without one, --export DIR records it.")
    from entity_connections.walkthrough import player

    status = player.play(script, open_workspace, theme, speed)
    return ExitCode.CRASHED if status == 1 else status


@walkthrough.command()
@argument("names", type=_ScriptName(), nargs=-1, required=True)
@fixed_environment()
def check(names: tuple[str, ...]) -> ExitCode:
    """Perform walkthroughs unseen; say at which step one does not come about."""
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.step_runner import StepFailed

    code = ExitCode.DONE
    for name in names:
        script, open_workspace = _read(name)
        try:
            record(Path(name).stem, script, open_workspace)
        except StepFailed as error:
            code = ExitCode.REFUSED
            click.echo(f"{clean(name)}: {error}", err=True)
        else:
            echo(f"{clean(name)}: {_count_steps(script)}, and each came about.")
    return code


@fixed_environment()
def _export(name: str, theme: str, folder: Path, *, png: bool, force: bool) -> ExitCode:
    from entity_connections.walkthrough.export.exporter import export
    from entity_connections.walkthrough.export.folder import ExportError, prepare_folder
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.step_runner import StepFailed

    script, open_workspace = _read(name)
    stem = Path(name).stem
    try:
        prepare_folder(folder, force=force)
        recording = record(stem, script, open_workspace, theme)
        paths = export(recording, folder, with_png=png)
    except StepFailed as error:
        raise CliError(f"{stem}: {error}", ExitCode.REFUSED) from error
    except ExportError as error:
        raise CliError(str(error), ExitCode.USAGE) from error
    for path in paths:
        echo(str(path))
    return ExitCode.DONE


def _count_steps(script: "Walkthrough") -> str:
    number = len(script.steps)
    return f"{number} step{'s' * (number != 1)}"


def _read(name: str) -> "tuple[Walkthrough, Callable[[], Workspace]]":
    """Return a script, and a function that opens a new tenant for it.

    Raises:
        CliError: the script is invalid, or its tenant cannot be opened.
    """
    from entity_connections.walkthrough.script_file import ScriptError, find_script, read_script

    try:
        path = find_script(name)
        script = read_script(path)
    except ScriptError as error:
        raise CliError(str(error), ExitCode.USAGE) from error
    os.environ.pop("ZUORA_ENTITY_ID", None)  # the script says where it begins

    options = TenantOptions(scenario=script.scenario, user=script.user)

    def open_workspace() -> "Workspace":
        return make_fake_workspace(options, seed=0)

    try:
        workspace = open_workspace()
    except CliError as error:
        raise CliError(f"{clean(path.name)}: {error.message}", error.code) from error
    users = dict(workspace.users)
    for number, step in enumerate(script.steps, 1):
        if step.user is not None and step.user not in users:
            raise CliError(
                f"{clean(path.name)}: step {number}, user: there is no {step.user} in"
                f" {workspace.name}; there are {', '.join(users)}.",
                ExitCode.USAGE,
            )
    return script, open_workspace
