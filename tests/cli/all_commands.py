"""Every command of the program, so that a new one is tested without anybody remembering it."""

from collections.abc import Iterator

import click
from entity_connections.cli.program import program

Named = tuple[tuple[str, ...], click.Command]
"""A command, and the names with which it is called; () for the program itself."""


def walk(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[Named]:
    """Return a command, and every command below it."""
    yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, (*names, name))


COMMANDS = list(walk(program))
