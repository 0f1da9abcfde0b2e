"""Writes the tables of README.md from the program itself (`make tables`)."""

import inspect
import re
from collections.abc import Sequence
from pathlib import Path

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.program import COMMANDS as SHELL_COMMANDS
from entity_connections.tui.commands import COMMANDS

README = Path(__file__).parents[1] / "README.md"


def replace_tables(text: str) -> str:
    """Replace the tables of keys, commands and exit codes in the text of README.md."""
    keys = [(f"`{command.key_name}`", command.label, command.tooltip) for command in COMMANDS]
    commands = [(f"`{name}`", summary) for name, (_, summary) in SHELL_COMMANDS.items()]
    text = _replace_table(text, "keys", ("key", "command", "what it does"), keys)
    text = _replace_table(text, "commands", ("command", "what it does"), commands)
    return _replace_table(text, "exit codes", ("exit code", "meaning"), _exit_codes())


def _replace_table(
    text: str, name: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> str:
    lines = [head, ("---",) * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return between.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


def _exit_codes() -> list[tuple[str, str]]:
    """Return each exit code with the docstring below it, which an enum does not keep."""
    documented = re.findall(r'(\w+) = \d+\s+"""(.*?)"""', inspect.getsource(ExitCode), re.DOTALL)
    assert len(documented) == len(ExitCode)
    return [(f"{ExitCode[name].value}", " ".join(text.split())) for name, text in documented]


if __name__ == "__main__":
    README.write_text(replace_tables(README.read_text()))
