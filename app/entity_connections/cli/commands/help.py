"""`help`: the help of the program, or of a command."""

import click
from click.shell_completion import CompletionItem

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import filter_completions
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument


class _CommandName(click.ParamType[str]):
    """The name of a command, behind those of the groups that hold it."""

    name = "command"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete as if the names stood without `help`."""
        context = _find_command(ctx, ctx.params["names"] or ())
        if not isinstance(context.command, click.Group):
            return []
        names = context.command.list_commands(context)
        return filter_completions(incomplete, ((name, "") for name in names))


@click.command(
    epilog=examples("entity-connections help request", "entity-connections help journal verify")
)
@argument("names", metavar="[COMMAND]...", type=_CommandName(), nargs=-1)
@click.pass_context
def help(ctx: click.Context, names: tuple[str, ...]) -> ExitCode:
    """Show the help of the program, or of a command."""
    echo(_find_command(ctx, names).get_help())
    return ExitCode.DONE


def _find_command(ctx: click.Context, names: tuple[str, ...]) -> click.Context:
    """Return the context of a command.

    Raises:
        click.UsageError: there is no such command.
    """
    context = ctx.find_root()
    for name in names:
        if not isinstance(context.command, click.Group):
            raise click.UsageError(f"{context.command_path} has no commands, so no {name!r}.")
        _, command, _ = context.command.resolve_command(context, [name])
        # While the shell completes, an unknown command is None.
        context = click.Context(command or click.Command(name), parent=context, info_name=name)
    return context
