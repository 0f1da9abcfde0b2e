"""Writes the tables of the READMEs from the program itself (`make tables`)."""

import inspect
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from entity_connections.cli.command_group import COMMANDS as SHELL_COMMANDS
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.fake.faults.catalogue import CALLS, FAULTS
from entity_connections.fake.policy import list_policies
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.tui.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "app" / "entity_connections"
Tables = Mapping[str, Iterable[tuple[str, ...]]]


def exit_codes() -> list[tuple[str, str]]:
    """Return each exit code with the docstring below it, which an enum does not keep."""
    documented = re.findall(r'(\w+) = \d+\s+"""(.*?)"""', inspect.getsource(ExitCode), re.DOTALL)
    assert len(documented) == len(ExitCode)
    return [(f"{ExitCode[name].value}", " ".join(text.split())) for name, text in documented]


TABLES: Mapping[Path, Tables] = {
    ROOT / "README.md": {
        "keys": [
            (f"`{command.key_name}`", command.label, command.tooltip)
            for command in COMMANDS
            if command.short  # the help and the man page have all
        ],
        "commands": [(f"`{name}`", summary) for name, (_, summary) in SHELL_COMMANDS.items()],
        "exit codes": exit_codes(),
    },
    PACKAGE / "fake" / "README.md": {
        "scenarios": [(f"`{name}`", description) for name, description in SCENARIOS.items()],
        "faults": [
            (f"`{name}`", fault.sentence, f"`{fault.calls}`") for name, fault in FAULTS.items()
        ],
        "calls": [(f"`{name}`", meaning) for name, meaning in CALLS.items()],
        "policies": [
            (
                row.question,
                row.choice,
                "; ".join(row.others.values()),
                f"`{'`, `'.join(row.others)}`",
            )
            for row in list_policies()
            if row.others
        ],
    },
}
"""The rows of each table, by the name in the comments around it; the head is in the document."""


def update_tables(text: str, tables: Tables) -> str:
    """Return the text of a document with current tables."""
    for name, rows in tables.items():
        body = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        pattern = rf"(<!-- {name} -->\n[^\n]+\n[^\n]+\n).*?(<!-- end of {name} -->)"
        match = re.search(pattern, text, re.DOTALL)
        assert match is not None, name
        text = f"{text[: match.start()]}{match[1]}{body}{match[2]}{text[match.end() :]}"
    return text


if __name__ == "__main__":
    for document, tables in TABLES.items():
        document.write_text(update_tables(document.read_text(), tables))
