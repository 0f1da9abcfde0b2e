"""`help`: the help of the program, or of a command."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument


@click.command(
    epilog=examples("entity-connections help request", "entity-connections help journal verify")
)
@argument("names", metavar="[COMMAND]...", nargs=-1)
@click.pass_context
def help(ctx: click.Context, names: tuple[str, ...]) -> ExitCode:
    """Show the help of the program, or of a command."""
    echo(_find_command(ctx, names).get_help())
    return ExitCode.DONE


def _find_command(ctx: click.Context, names: tuple[str, ...]) -> click.Context:
    """Return the context of a command; click.UsageError if there is none."""
    context = ctx.find_root()
    for name in names:
        if not isinstance(context.command, click.Group):
            raise click.UsageError(f"{context.command_path} has no commands, so no {name!r}.")
        _, command, _ = context.command.resolve_command(context, [name])
        assert command is not None  # noqa: S101 - for mypy
        context = click.Context(command, parent=context, info_name=name)
    return context
