"""Completion in the shells themselves: what is typed on a terminal, then tab, then enter."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.tenant import PROGRAM, environ, run
from tests.terminal.pty import Terminal

STUB = f"""\
#!/bin/sh
[ -n "$_ENTITY_CONNECTIONS_COMPLETE" ] && exec {shlex.join(PROGRAM)}
printf '<%s>' "$@"
echo " end of the arguments"
"""
"""Stands for the program: completes as it does, and prints its arguments instead of running."""
START = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
PREPARE = {
    "bash": "source ./script; PS1='ready> '",
    "zsh": "autoload -Uz compinit; compinit -u -D; source ./script; PS1='ready> '",
    "fish": "source ./script; function fish_prompt; echo 'ready> '; end",
}


@pytest.fixture
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the name of a shell, with the program and the script of completion at hand."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "entity-connections"
    program.write_text(STUB)
    program.chmod(0o755)
    (tmp_path / "script").write_text(run(tmp_path, "completion", name).stdout)
    (tmp_path / "mine.toml").touch()
    return name


def environment(tmp_path: Path) -> dict[str, str]:
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return environ(tmp_path, PATH=path, HOME=str(tmp_path))


@pytest.mark.parametrize("shell", ["fish"], indirect=True)
def test_fish_shows_a_description_with_commas_whole(shell: str, tmp_path: Path) -> None:
    code = "source ./script; complete --do-complete 'entity-connections --fault time'"
    done = subprocess.run(
        [shell, "--no-config", "-c", code], cwd=tmp_path, env=environment(tmp_path),
        capture_output=True, text=True,
    )  # fmt: skip
    sentence = "Nothing is carried out, and no answer comes for 120 seconds, then HTTP 504."
    assert done.stdout == f"time-out\t{sentence}\n"


@pytest.mark.parametrize("shell", START, indirect=True)
def test_a_line_is_completed(shell: str, tmp_path: Path) -> None:
    command = [shell, *START[shell]]
    with Terminal(command, env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.send(PREPARE[shell], "enter")
        for typed, arguments in {
            "connections --entity=Acme-Eu": "<connections><--entity=Acme-Europe>",
            "connections --entity 'Acme C": "<connections><--entity><Acme Corporation>",
            "serve --policy=denied=rem": "<serve><--policy=denied=removed>",
            "--base-url http://localhost:1 --theme hi": "<http://localhost:1><--theme><high-contrast>",
            "serve --scenario=mi": "<serve><--scenario=mine.toml>",
            "accept 8a8082555b3c70de015b44a1": "<accept><8a8082555b3c70de015b44a1c07e2b01>",
        }.items():
            terminal.wait_for(lambda: terminal.text().rstrip().endswith("\nready>"))
            terminal.send(f"entity-connections {typed}", "tab", "enter")
            terminal.wait_for(f"{arguments} end of the arguments")
