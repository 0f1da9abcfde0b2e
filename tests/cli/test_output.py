"""What happens when nobody, or nothing, takes the output."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.tenant import PROGRAM, environ

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def shell(home: Path, line: str) -> "subprocess.CompletedProcess[str]":
    program = " ".join(PROGRAM)
    return subprocess.run(
        ["/bin/sh", "-c", line.format(program)], capture_output=True, text=True, timeout=50,
        stdin=subprocess.DEVNULL, env=environ(home),
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["{} entities >&-", "{} request --to Acme-US --yes --json >&-", "{} --version 0<&- >&- 2>&-"],
)
def test_a_closed_stdout_is_no_error(home: Path, line: str) -> None:
    done = shell(home, line)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


def test_the_exit_code_is_the_same_with_a_closed_stderr(home: Path) -> None:
    assert shell(home, "{} nosuch 2>&-").returncode == 2


@needs_full
@pytest.mark.parametrize("command", ["entities", "request --to Acme-US --yes --json"])
def test_output_goes_to_stderr_when_the_disk_is_full(home: Path, command: str) -> None:
    done = shell(home, f"{{}} {command} >/dev/full")
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
