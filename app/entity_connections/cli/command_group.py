"""The commands, which are imported when they are run, so that help starts fast."""

from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from entity_connections.cli.completers import filter_completions

COMMANDS = {
    "entities": ("commands.entities", "The entities, and which you have access to"),
    "connections": ("commands.connections", "The connections of an entity, or of all"),
    "waiting": ("commands.waiting", "Requests that wait in any entity you have access to"),
    "request": ("commands.actions", "Ask other entities for a connection"),
    "connect": ("commands.actions", "Request connections and accept them, in one go"),
    "accept": ("commands.actions", "Accept requests that wait"),
    "deny": ("commands.actions", "Deny requests that wait"),
    "disconnect": ("commands.actions", "End connections for good"),
    "resume": ("commands.resume", "Finish a run that ended before everything was done"),
    "journal": ("commands.journal", "What was sent, and what became of it"),
    "profiles": ("commands.profiles", "The tenants of your config file"),
    "login": ("commands.login", "Make a profile: ask, test, and keep the secret"),
    "logout": ("commands.logout", "Remove the secret and the tokens of a profile"),
    "config": ("commands.profiles", "Where each setting comes from; the schema"),
    "doctor": ("commands.doctor", "What works on the way to Zuora, and what to do"),
    "help": ("commands.help", "The help of the program, or of a command"),
    "completion": ("commands.completion", "The script that completes in your shell"),
    "serve": ("fake.serve", "The fake tenant on a socket of this machine"),
    "web": ("commands.web", "The screen in a browser, on the fake tenant"),
    "walkthrough": ("walkthrough.walkthrough", "A scripted journey: play, record, make one"),
    "tenant": ("fake.tenant", "A fake tenant in a file: look, start anew, export"),
    "scenario": ("fake.scenario", "What a fake tenant can start from, as data"),
    "policy": ("fake.policy", "What the fake tenant does where Zuora is silent"),
}
"""Every command, the module below `entity_connections.cli` that holds it, and its line in help."""


def examples(*lines: str, needs: str = "") -> str:
    """Return the epilog of a command: lines that can be typed as they stand, in this order.

    They may need something before, such as "with `serve` in another terminal".
    """
    head = f"Examples, {needs}:" if needs else "Examples:"
    return "\n\n\b\n" + "\n  ".join((head, *lines))


class Group(click.Group):
    """A group of commands, which prints its help where no name follows."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options before the name of a command."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            args = ["--help"]
        return super().parse_args(ctx, args)


class CommandGroup(Group):
    """The group of all `COMMANDS`; click suggests names out of its `commands`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(commands={name: click.Command(name) for name in COMMANDS}, **attributes)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"entity_connections.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands and options that begin like this, importing nothing."""
        lines = ((name, line) for name, (_, line) in COMMANDS.items())
        options = click.Command.shell_complete(self, ctx, incomplete)
        return filter_completions(incomplete, lines) + options

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])
        formatter.write_paragraph()
        formatter.write_text(f"Each tells more: {ctx.command_path} help request")
