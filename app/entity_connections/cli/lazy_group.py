"""A group of commands that are imported when they are run, so that help starts fast."""

from importlib import import_module

import click


class LazyGroup(click.Group):
    """A group whose commands are a table.

    Args:
        table: for each command its module below `entity_connections.cli` and its
            attribute ("fake.serve:serve"), and the line that the help shows of it.
    """

    def __init__(self, *args: object, table: dict[str, tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None when there is none of this name."""
        if cmd_name not in self.table:
            return None
        module, attribute = self.table[cmd_name][0].split(":")
        command: click.Command = getattr(
            import_module(f"entity_connections.cli.{module}"), attribute
        )
        return command

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> "list[click.shell_completion.CompletionItem]":
        """Return commands and options that begin like this, importing nothing."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in self.table.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])
        names = list(self.table)
        if ctx.parent is None and names:
            formatter.write_paragraph()
            formatter.write_text(f"Each tells more: {ctx.command_path} {names[0]} --help")
