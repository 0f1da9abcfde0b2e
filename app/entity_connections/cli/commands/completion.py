"""`completion`: prints the script that completes commands and names in a shell."""

import os
import re
import shlex
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
)

from entity_connections.cli.completers import VARIABLE
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import argument

_SPECIAL = re.compile(r"([^A-Za-z0-9_./:=@%+,-])")
"""Characters that bash would interpret."""


@add_completion_class
class QuotingBashComplete(BashComplete):
    """Completion in bash; a space in a name stays part of the word."""

    source_template = BashComplete.source_template.replace(" read type", " read -r type")

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion with a backslash before each special character."""
        try:
            shlex.split(os.environ.get("COMP_WORDS", ""))
        except ValueError:  # the typed word began with a quote, where a backslash is literal
            return f"{item.type},{item.value}"
        return f"{item.type}," + _SPECIAL.sub(r"\\\1", item.value)


_SHELLS = {
    "bash": (QuotingBashComplete, "~/.local/share/bash-completion/completions/entity-connections"),
    "zsh": (ZshComplete, '"${fpath[1]}/_entity-connections"'),
    "fish": (FishComplete, "~/.config/fish/completions/entity-connections.fish"),
}
"""For each shell the class that makes its script, and the file to keep it in."""


@click.command()
@argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Print the script that completes commands, options and names in your shell.

    Entities complete from what was last read of the tenant; nothing is asked of
    Zuora for it.
    """
    shell_class, path = _SHELLS[shell]
    complete = shell_class(ctx.find_root().command, {}, "entity-connections", VARIABLE)
    echo(complete.source_template % complete.source_vars())
    info(f"# To have it always: entity-connections completion {shell} > {path}")
    return ExitCode.DONE
