"""`completion`: prints the script that completes commands and names in a shell."""

import click
from click.shell_completion import FishComplete, ZshComplete

from entity_connections.cli.completion.bash import QuotingBashComplete
from entity_connections.cli.completion.completers import SHELLS, VARIABLE
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import argument

_SHELL_CLASSES = {"bash": QuotingBashComplete, "zsh": ZshComplete, "fish": FishComplete}
_INSTALL_COMMANDS = {
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
    shell_class = _SHELL_CLASSES[shell](ctx.find_root().command, {}, "entity-connections", VARIABLE)
    echo(shell_class.source_template % shell_class.source_vars())
    info(f"# To have it always: {_INSTALL_COMMANDS[shell]}")
    return ExitCode.DONE
