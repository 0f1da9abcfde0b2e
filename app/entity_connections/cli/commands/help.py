"""`help`: the help of the program, or of a command."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import CompletedText, Words
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo
from entity_connections.cli.parameters import argument


def _list_names(ctx: click.Context) -> Words:
    """Return the commands of the group that is named so far."""
    context = _find_command(ctx, ctx.params["names"] or ())
    command = context.command
    names = command.list_commands(context) if isinstance(command, click.Group) else []
    return ((name, "") for name in names)


@click.command(
    epilog=examples("entity-connections help request", "entity-connections help journal verify")
)
@argument("names", metavar="[COMMAND]...", type=CompletedText("command", _list_names), nargs=-1)
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
        # While the shell completes, an unknown command is None.
        context = click.Context(command or click.Command(name), parent=context, info_name=name)
    return context
