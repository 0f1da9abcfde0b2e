"""The README's tables, made of the program itself: `make tables` writes them anew."""

import ast
import inspect
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.program import COMMANDS as SHELL_COMMANDS
from entity_connections.tui.commands import COMMANDS

README = Path(__file__).parents[1] / "README.md"


def with_tables(readme: str) -> str:
    """Return the README with its tables of keys, commands and exit codes as they are."""
    keys = [(f"`{one.key_name}`", one.label, one.tooltip) for one in COMMANDS]
    commands = [(f"`{name}`", line) for name, (_, line) in SHELL_COMMANDS.items()]
    codes = [(f"{code.value}", meaning) for code, meaning in _meanings().items()]
    readme = _with_table(readme, "keys", ("key", "command", "what it does"), keys)
    readme = _with_table(readme, "commands", ("command", "what it does"), commands)
    return _with_table(readme, "exit codes", ("exit code", "meaning"), codes)


def _with_table(
    readme: str, name: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> str:
    lines = [head, ("---",) * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return place.sub(lambda match: f"{match[1]}{table}\n{match[2]}", readme)


def _meanings() -> dict[ExitCode, str]:
    """Return what stands below each exit code in its class: an enum keeps no docstrings."""
    members = ast.parse(inspect.getsource(ExitCode)).body[0].body  # type: ignore[attr-defined]
    found: dict[ExitCode, str] = {}
    for code, below in pairwise(members):
        match code, below:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(
                value=ast.Constant(value=str(said))
            ):
                found[ExitCode[name]] = " ".join(said.split())
    return found


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
