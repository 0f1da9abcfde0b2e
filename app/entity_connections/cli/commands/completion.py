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
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import VARIABLE
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import argument

_CURSOR = "\0"
"""Stands behind the line, so that the last word is the one to complete, even if it is empty."""
_SPECIAL = re.compile(r"([^A-Za-z0-9_./:=@%+,-])")
"""Characters that bash would interpret."""


class _LineComplete(ShellComplete):
    """Completes a line as it stands before the cursor.

    The words that shells split it into differ: bash splits at "=" and ":", too.
    """

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the whole words behind the name of the program, and the one to complete."""
        *args, incomplete = split_arg_string(os.environ["COMP_LINE"] + _CURSOR)
        return args[1:], incomplete.removesuffix(_CURSOR)


@add_completion_class
class _BashComplete(_LineComplete, BashComplete):
    source_template = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o default -F %(complete_func)s %(prog_name)s  # before bash 4.4, such as on macOS
"""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion of what bash takes for the word, with special characters escaped."""
        value = item.value
        try:
            shlex.split(os.environ["COMP_LINE"])
        except ValueError:  # a quote is open, in which a backslash is literal and "=" no end
            return f"{item.type},{value}"
        _, incomplete = self.get_completion_args()
        if incomplete.startswith("--"):  # --option=value
            _, _, incomplete = incomplete.partition("=")
        before_value, equals, _ = incomplete.rpartition("=")
        value = value.removeprefix(before_value + equals)
        return f"{item.type}," + _SPECIAL.sub(r"\\\1", value)


@add_completion_class
class _ZshComplete(_LineComplete, ZshComplete):
    source_template = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain described
    local type value about
    for type value about in "${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT]}" \
%(complete_var)s=zsh_complete $words[1] 2>/dev/null)}"; do
        # Of --option=value only the value is completed.
        [[ $PREFIX == --*=* ]] && compset -P 1 '*='
        case $type in
            dir) _path_files -/ ;;
            file) _path_files ;;
            plain) [[ $about == _ ]] && plain+=("$value") || described+=("$value:$about") ;;
        esac
    done
    # Case does not count.
    (( $#described )) && _describe -V unsorted described -M 'm:{a-zA-Z}={A-Za-z}'
    (( $#plain )) && compadd -V unsorted -M 'm:{a-zA-Z}={A-Za-z}' -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


@add_completion_class
class _FishComplete(_LineComplete, FishComplete):
    source_template = """\
function %(complete_func)s
    # Of --option=value only the value is completed.
    set -l before_value (commandline -ct | string match -r -- '^--[^=]+=')
    test -n "$before_value"; or set before_value ""
    for completion in (COMP_LINE=(commandline -cp) %(complete_var)s=fish_complete \
%(prog_name)s 2>/dev/null)
        set -l item (string split -m 1 -- , $completion)
        switch $item[1]
            case dir
                printf '%%s\\n' $before_value(__fish_complete_directories $item[2])
            case file
                printf '%%s\\n' $before_value(__fish_complete_path $item[2])
            case plain
                printf '%%s\\n' $before_value$item[2]
        end
    end
end

complete --no-files --keep-order --command %(prog_name)s --arguments '(%(complete_func)s)'
"""


_SHELLS: dict[str, tuple[type[ShellComplete], str]] = {
    "bash": (_BashComplete, "~/.local/share/bash-completion/completions/entity-connections"),
    "zsh": (_ZshComplete, '"${fpath[1]}/_entity-connections"'),
    "fish": (_FishComplete, "~/.config/fish/completions/entity-connections.fish"),
}
"""By shell, the class that makes the script, and the file to keep it in."""


@click.command(epilog=examples('eval "$(entity-connections completion bash)"', needs="in bash"))
@argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Print the script that completes commands, options and their values in your shell.

    Entities and connections complete from what was last read of the tenant; nothing
    is asked of Zuora for it.
    """
    complete, path = _SHELLS[shell]
    script = complete(ctx.find_root().command, {}, "entity-connections", VARIABLE)
    echo(script.source_template % script.source_vars())
    info(f"# To have it always: entity-connections completion {shell} > {path}")
    return ExitCode.DONE
