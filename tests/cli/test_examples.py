"""The examples in the help of each command work as they stand, in a folder without files."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from unittest.mock import AsyncMock

import click
import pytest

from tests.cli.all_commands import COMMANDS
from tests.cli.tenant import PROGRAM, Served, environ, run
from tests.terminal.pty import Terminal

KEYS = {
    (): ["ctrl+q"],
    ("walkthrough",): ["q"],
    ("walkthrough", "play"): ["q"],
    ("walkthrough", "new"): ["i", "ctrl+q"],
}
"""The commands that open a screen, and the keys that end it."""
SERVER = "http://localhost:8040"
"""Where `serve` listens unless told."""

commands = pytest.mark.parametrize(
    ("names", "command"), COMMANDS, ids=[" ".join(names) for names, _ in COMMANDS]
)


def find_examples(command: click.Command) -> list[str]:
    """Return the lines of the examples of a command, where each continued one is whole."""
    _, _, text = (command.epilog or "").partition("Examples")
    lines = text.replace("\\\n", "").splitlines()[1:]
    return [" ".join(line.split()) for line in lines]


@commands
def test_every_help_ends_with_examples_of_the_command(
    names: tuple[str, ...], command: click.Command, home: Path
) -> None:
    shown = run(home, *names, "--help").stdout
    _, _, text = shown.partition("\n  Examples")
    assert " ".join(("entity-connections", *names)) in text
    assert max(map(len, text.splitlines())) <= 80


@commands
def test_the_examples_work(
    names: tuple[str, ...],
    command: click.Command,
    home: Path,
    tmp_path: Path,
    tenant: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    # The servers end at once, and a walkthrough, which takes its time, is tested elsewhere.
    monkeypatch.setattr("uvicorn.Server.run", lambda _, sockets: sockets[0].close())
    monkeypatch.setattr("entity_connections.web.server.serve_until_stopped", AsyncMock())
    monkeypatch.setattr("entity_connections.walkthrough.recording.record", lambda *_: None)
    lines = [line.replace(SERVER, tenant.url) for line in find_examples(command)]
    if names in KEYS:
        for line in lines:
            show(line, KEYS[names], home, tmp_path)
    elif re.search(r"[|>$]|^export ", "\n".join(lines), re.MULTILINE):
        run_in_shell(lines, home)
    else:
        for line in lines:
            program, *arguments = shlex.split(line)
            assert program == "entity-connections"
            if names in (("serve",), ("web",)):
                arguments += ["--port", "0"]
            done = run(home, *arguments)
            assert done.returncode == 0, done.stderr


def show(line: str, keys: list[str], home: Path, cwd: Path) -> None:
    arguments = shlex.split(line)[1:]
    with Terminal([*PROGRAM, *arguments], env=environ(home), cwd=cwd) as terminal:
        terminal.wait_for("Share To")
        for key in keys:
            terminal.send(key)
        assert terminal.wait_exit() == 0


def run_in_shell(lines: list[str], home: Path) -> None:
    """Run lines in bash, where a function stands for the installed program."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    program = f'entity-connections() {{ {shlex.join(PROGRAM)} "$@"; }}'
    done = subprocess.run(
        [bash, "-e", "-o", "pipefail", "-c", "\n".join((program, *lines))],
        capture_output=True, text=True, env=environ(home),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
