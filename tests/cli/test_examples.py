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

SCREENS = ((), ("walkthrough",), ("walkthrough", "play"))
"""The commands that need a terminal to open a screen on."""
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
    # The servers end at once; the screen and walkthroughs, which take time, are tested elsewhere.
    monkeypatch.setattr("entity_connections.tui.terminal.run.run_app", lambda _: 0)
    monkeypatch.setattr("entity_connections.walkthrough.player.play", lambda *_: 0)
    monkeypatch.setattr("uvicorn.Server.run", lambda _, sockets: sockets[0].close())
    monkeypatch.setattr("entity_connections.web.server.serve_until_stopped", AsyncMock())
    monkeypatch.setattr("entity_connections.walkthrough.recording.record", lambda *_: None)
    lines = [line.replace(SERVER, tenant.url) for line in find_examples(command)]
    if names == ("walkthrough", "new"):
        for line in lines:
            record_keys(line, home, tmp_path)
    elif re.search(r"[|>$]|^export ", "\n".join(lines), re.MULTILINE):
        run_in_shell(lines, home)
    else:
        for line in lines:
            program, *arguments = shlex.split(line)
            assert program == "entity-connections"
            if names in (("serve",), ("web",)):
                arguments += ["--port", "0"]
            typed = "y" if names in SCREENS else ""
            done = run(home, *arguments, typed=typed, TERM="xterm")
            assert done.returncode == 0, done.stderr


def record_keys(line: str, home: Path, cwd: Path) -> None:
    arguments = shlex.split(line)[1:]
    with Terminal([*PROGRAM, *arguments], env=environ(home), cwd=cwd) as terminal:
        terminal.wait_for("Share To")
        terminal.send("i", "ctrl+q")
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
