"""What happens when nobody, or nothing, takes the output."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from entity_connections.cli import main

from tests.cli.all_commands import COMMANDS
from tests.cli.tenant import PROGRAM, environ

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


Run = Callable[..., object]


@pytest.fixture
def run_unread(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a function that runs the program into a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    for name, value in environ(home).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> object:
        monkeypatch.setattr(sys, "argv", ["entity-connections", *arguments])
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    yield run
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def shell(home: Path, line: str) -> "subprocess.CompletedProcess[str]":
    program = " ".join(PROGRAM)
    return subprocess.run(
        ["/bin/sh", "-c", line.format(program)], capture_output=True, text=True, timeout=50,
        stdin=subprocess.DEVNULL, env=environ(home),
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["{} request --to Acme-US --yes --json >&-", "{} --version 0<&- >&- 2>&-"]
)
def test_a_closed_stdout_is_no_error(home: Path, line: str) -> None:
    done = shell(home, line)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


def test_the_exit_code_is_the_same_with_a_closed_stderr(home: Path) -> None:
    assert shell(home, "{} nosuch 2>&-").returncode == 2


@needs_full
def test_output_goes_to_stderr_when_the_disk_is_full(home: Path) -> None:
    done = shell(home, "{} request --to Acme-US --yes --json >/dev/full")
    assert done.returncode == 74
    assert "stdout takes no output (No space left on device)." in done.stderr
    assert "Acme-US" in done.stderr
    assert "Traceback" not in done.stderr


@needs_full
def test_help_on_a_full_disk(home: Path) -> None:
    done = shell(home, "{} --help >/dev/full")
    assert (done.returncode, done.stderr) == (74, "entity-connections: No space left on device.\n")


def test_a_closed_pipe_is_no_error(home: Path) -> None:
    done = shell(home, "({} connections --scenario global-500; echo $? >&2) | head -1")
    assert done.stdout.startswith("SOURCE")
    assert done.stderr == "Acting in Globex.\n0\n"


@pytest.mark.parametrize("names", [names for names, _ in COMMANDS], ids=" ".join)
def test_a_help_text_whose_reader_has_gone_is_no_error(
    names: tuple[str, ...], run_unread: Run
) -> None:
    assert run_unread(*names, "--help") == 0


@pytest.mark.parametrize(
    "line",
    ["--version", "help", "entities --json", "waiting --user bruno", "request --to Acme-US --yes",
     "request --to Acme-US --dry-run", "journal verify", "config schema", "completion zsh",
     "serve --faults", "walkthrough", "scenario show acme", "policy"],
)  # fmt: skip
def test_a_command_whose_reader_has_gone_is_no_error(line: str, run_unread: Run) -> None:
    assert run_unread(*line.split()) == 0
