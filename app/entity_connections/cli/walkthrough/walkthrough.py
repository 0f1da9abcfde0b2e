"""`walkthrough`: scripted journeys, played to an audience, recorded, checked, and made."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entity_connections.cli.completion.completers import filter_completions
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.resolve import resolve_tenant
from entity_connections.cli.tenant_options import THEMES, TenantOptions, parent_options
from entity_connections.cli.walkthrough.walkthrough_new import new
from entity_connections.domain.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from entity_connections.services.workspace import Workspace
    from entity_connections.walkthrough.script import Walkthrough


class _Group(click.Group):
    """Takes what is no command of its own for the name of a walkthrough to play."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command that is meant before its arguments."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the walkthroughs and commands that begin like this."""
        return [*_completed(incomplete), *super().shell_complete(ctx, incomplete)]


def _completed(incomplete: str) -> "list[CompletionItem]":
    from entity_connections.walkthrough.script import read, shipped

    titles = [(name, read(path).title) for name, path in shipped().items()]
    return filter_completions(incomplete, titles)


class _Script(click.ParamType[str]):
    """A walkthrough of ours, or a file that holds one."""

    name = "walkthrough"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the walkthroughs that begin like this, or leave it to the shell's own files."""
        from click.shell_completion import CompletionItem

        return _completed(incomplete) or [CompletionItem(incomplete, type="file")]


@click.group(cls=_Group, invoke_without_command=True, subcommand_metavar="[NAME|COMMAND] …")
@click.pass_context
def walkthrough(ctx: click.Context) -> ExitCode | None:
    """Play a walkthrough; without a name, list them.

    A walkthrough is a script: captions, keys, clicks, and what must be seen
    then. It plays on a fake tenant of its own. One that is yours is a file
    NAME.toml: `new` makes one by watching you, `check` performs it unseen.
    """
    if parent_options() != TenantOptions():
        raise click.UsageError("a walkthrough brings its own tenant: no option chooses another.")
    if ctx.invoked_subcommand is not None:
        return None
    from entity_connections.walkthrough.script import read, shipped

    scripts = {name: read(path) for name, path in shipped().items()}
    width = max(map(len, scripts))
    for name, script in scripts.items():
        echo(f"{name:<{width}}  {script.title}: {_steps(script)}")
    return ExitCode.DONE


walkthrough.add_command(new)


@walkthrough.command()
@argument("name", type=_Script())
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
@option("--gif", is_flag=True, help="With --export: an animated GIF, too.")
def play(name: str, theme: str, speed: float, folder: str | None, *, png: bool, gif: bool) -> int:
    """Play a walkthrough to an audience, or record it with --export.

    The presenter's keys: space goes on, or hurries what is under way; left
    goes back; p plays by itself, + and - change how fast; escape hands over
    the screen, and ctrl+g takes it back; q leaves.
    """
    script, open_target = _read(name)
    if folder is not None:
        into, stem = Path(folder), Path(name).stem
        return _export(stem, script, open_target, theme, into, png=png, gif=gif)
    if png or gif:
        raise click.UsageError("--png and --gif belong to --export DIR.")
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or "TEXTUAL_DRIVER" in os.environ:
        raise click.UsageError("to play it takes a terminal; without one, --export DIR records it.")
    from entity_connections.walkthrough.player import play as before_an_audience

    status = before_an_audience(script, open_target, theme, speed)
    return ExitCode.CRASHED if status == 1 else status


@walkthrough.command()
@argument("names", type=_Script(), nargs=-1, required=True)
def check(names: tuple[str, ...]) -> ExitCode:
    """Perform walkthroughs unseen; say at which step one does not come about."""
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.step_runner import Missed

    missed = False
    for name in names:
        script, open_target = _read(name)
        try:
            record(Path(name).stem, script, open_target)
        except Missed as error:
            missed = True
            click.echo(f"{clean(name)}: {error}", err=True)
        else:
            echo(f"{clean(name)}: {_steps(script)}, and each came about.")
    return ExitCode.REFUSED if missed else ExitCode.DONE


def _steps(script: "Walkthrough") -> str:
    number = len(script.steps)
    return f"{number} step{'s' * (number != 1)}"


def _read(name: str) -> "tuple[Walkthrough, Callable[[], Workspace]]":
    """Return a script, and what makes a fresh tenant for it.

    Raises:
        CliError: it cannot be played.
    """
    from entity_connections.walkthrough.script import ScriptError, found, read

    try:
        path = found(name)
        script = read(path)
    except ScriptError as error:
        raise CliError(str(error), ExitCode.USAGE) from error
    os.environ.pop("ZUORA_ENTITY_ID", None)  # a script says where it begins
    chosen = TenantOptions(scenario=script.scenario, user=script.user)

    def open_target() -> "Workspace":
        return resolve_tenant(chosen).workspace

    try:
        target = open_target()
    except CliError as error:
        raise CliError(f"{clean(path.name)}: {error.message}", error.code) from error
    users = dict(target.users)
    for number, step in enumerate(script.steps, 1):
        if step.user is not None and step.user not in users:
            raise CliError(
                f"{clean(path.name)}: step {number}, user: there is no {step.user} in"
                f" {target.name}; there are {', '.join(users)}.",
                ExitCode.USAGE,
            )
    return script, open_target


def _export(
    name: str,
    script: "Walkthrough",
    open_target: "Callable[[], Workspace]",
    theme: str,
    folder: Path,
    *,
    png: bool,
    gif: bool,
) -> ExitCode:
    from entity_connections.walkthrough.export import ExportError, export, try_out
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.step_runner import Missed

    try:
        try_out(name, folder, png=png, gif=gif)
        take = record(name, script, open_target, theme)
        for path in export(take, folder, png=png, gif=gif):
            echo(str(path))
    except Missed as error:
        raise CliError(f"{name}: {error}", ExitCode.REFUSED) from error
    except ExportError as error:
        raise CliError(str(error), ExitCode.USAGE) from error
    return ExitCode.DONE
