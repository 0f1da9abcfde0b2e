"""`walkthrough`: plays scripted tours to an audience, records them, checks them, makes them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.completers import THEMES, CompletedText, Words, filter_completions
from entity_connections.cli.exit_codes import CliError, ExitCode, usage_errors
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions, parent_options
from entity_connections.cli.terminal import check_terminal
from entity_connections.cli.walkthrough.new import new
from entity_connections.domain.text import clean
from entity_connections.walkthrough.fixed_environment import fixed_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from entity_connections.services.workspace import Workspace
    from entity_connections.walkthrough.recording import Recording
    from entity_connections.walkthrough.script_models import Walkthrough


class _WalkthroughGroup(Group):
    """Treats `walkthrough NAME` as `walkthrough play NAME`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the command `play` where there is none."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["play", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of walkthroughs, and those of commands."""
        names = filter_completions(incomplete, _list_scripts(ctx))
        return [*names, *super().shell_complete(ctx, incomplete)]


def _list_scripts(_ctx: click.Context) -> Words:
    from entity_connections.walkthrough.script_file import list_shipped_scripts

    return ((name, "") for name in list_shipped_scripts())


SCRIPT = CompletedText("walkthrough", _list_scripts, or_file=True)


@click.group(
    cls=_WalkthroughGroup, invoke_without_command=True, subcommand_metavar="[NAME|COMMAND] ...",
    epilog=examples("entity-connections walkthrough disconnect"),
)  # fmt: skip
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
    from entity_connections.walkthrough.script_file import list_shipped_scripts, read_script

    for name, path in list_shipped_scripts().items():
        echo(f"{name:<24}{read_script(path).title}")
    return ExitCode.DONE


walkthrough.add_command(new)


@walkthrough.command(epilog=examples("entity-connections walkthrough play disconnect --speed 2"))
@argument("name", type=SCRIPT)
@option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help="Colours.")
@option(
    "--speed", type=click.FloatRange(0.25, 8), default=1.0, show_default=True,
    help="How fast it plays: 2 is twice as fast.",
)  # fmt: skip
@option(
    "--export", "folder", metavar="DIR",
    help="Play to nobody, and write pictures, a page and a terminal recording there.",
)  # fmt: skip
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
    if sys.platform == "win32":
        raise click.UsageError(
            "on Windows no captions can be shown below the screen; --export DIR records it."
        )
    check_terminal("without one, --export DIR records it.")
    from entity_connections.walkthrough import player

    status = player.play(script, open_workspace, theme, speed)
    return ExitCode.CRASHED if status == 1 else status


@walkthrough.command(epilog=examples("entity-connections walkthrough check disconnect"))
@argument("name", type=SCRIPT)
@fixed_environment()
def check(name: str) -> ExitCode:
    """Perform a walkthrough unseen; say at which step it does not come about."""
    _record(name)
    echo(f"{clean(name)}: every step worked.")
    return ExitCode.DONE


@fixed_environment()
def _export(name: str, theme: str, folder: Path, *, png: bool, force: bool) -> ExitCode:
    from entity_connections.walkthrough.export.exporter import ExportError, export, prepare_folder

    with usage_errors(ExportError):
        prepare_folder(folder, force=force)
        paths = export(_record(name, theme), folder, with_png=png)
    for path in paths:
        echo(str(path))
    return ExitCode.DONE


def _record(name: str, theme: str = "dark") -> "Recording":
    from entity_connections.walkthrough.recording import record
    from entity_connections.walkthrough.step_runner import StepFailed

    script, open_workspace = _read(name)
    try:
        return record(Path(name).stem, script, open_workspace, theme)
    except StepFailed as error:
        raise CliError(f"{clean(name)}: {error}", ExitCode.REFUSED) from error


def _read(name: str) -> "tuple[Walkthrough, Callable[[], Workspace]]":
    """Return a script, and a function that opens a new tenant for it."""
    from entity_connections.walkthrough.script_file import ScriptError, find_script, read_script

    with usage_errors(ScriptError):
        script = read_script(find_script(name))
    os.environ.pop("ZUORA_ENTITY_ID", None)  # the script says where it begins
    options = TenantOptions(scenario=script.scenario, user=script.user)

    def open_workspace() -> "Workspace":
        return make_fake_workspace(options, seed=0)._replace(is_walkthrough=True)

    workspace = open_workspace()
    for number, step in enumerate(script.steps, 1):
        if step.user not in (None, *dict(workspace.users)):
            sentence = f"step {number}, user: there is no {step.user} in {workspace.name}."
            raise CliError(sentence, ExitCode.USAGE)
    return script, open_workspace
