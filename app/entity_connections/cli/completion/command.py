"""`completion`: the script by which a shell asks us what could come next."""

import os
import re
import shlex
from typing import Any

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete

from entity_connections.cli.completion.completers import SHELLS, VARIABLE
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import narrate, say
from entity_connections.cli.parameters import argument

_BASHS_OWN, _ESCAPED = re.compile(r"([^A-Za-z0-9_./:=@%+,-])"), r"\\\1"


class SafeBash(BashComplete):
    """Bash's way, but a space in a name stays in the word."""

    source_template = BashComplete.source_template.replace(" read type", " read -r type")

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return one answer, with a backslash before what bash would see as its own."""
        value = item.value if _in_quotes() else _BASHS_OWN.sub(_ESCAPED, item.value)
        return f"{item.type},{value}"


def _in_quotes() -> bool:
    """Whether the word that is typed began with a quote, in which a backslash is one."""
    try:
        shlex.split(os.environ.get("COMP_WORDS", ""))
    except ValueError:
        return True
    return False


_KINDS = {"bash": SafeBash, "zsh": ZshComplete, "fish": FishComplete}
_PLACES = {
    "bash": "entity-connections completion bash >"
    " ~/.local/share/bash-completion/completions/entity-connections",
    "zsh": 'entity-connections completion zsh > "${fpath[1]}/_entity-connections"',
    "fish": "entity-connections completion fish >"
    " ~/.config/fish/completions/entity-connections.fish",
}


@click.command()
@argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Print the script that completes commands, options and names in your shell.

    Entities complete from what was last read of the tenant; nothing is asked of
    Zuora for it.
    """
    kind = _KINDS[shell](ctx.find_root().command, {}, "entity-connections", VARIABLE)
    say(kind.source_template % kind.source_vars())
    narrate(f"# To have it always: {_PLACES[shell]}")
    return ExitCode.DONE
