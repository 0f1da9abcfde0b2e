"""The secret_command of a profile; no error repeats its arguments or its output."""

import os
import shlex
import subprocess
import sys

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.client_secret import find_secret
from entity_connections.settings.secrets.secret_command import run_secret_command

from tests.settings.keyring_backends import MemoryKeyring
from tests.settings.reports import check_report
from tests.terminal.pty import Terminal

VALUE = "s3cr3t-Of-Acme+42="
RUN = """
from entity_connections.settings.secrets.secret_command import run_secret_command
try:
    print("secret:", run_secret_command({command!r}).get_secret_value())
except KeyboardInterrupt:
    print("interrupted")
"""


def python(code: str, *arguments: str) -> str:
    """Return a secret_command that runs Python code."""
    return shlex.join([sys.executable, "-SIc", code, *arguments])


def test_the_secret_is_the_first_line_printed() -> None:
    secret = run_secret_command(python(f"print('{VALUE}  \\nand more')"))
    assert secret.get_secret_value() == VALUE


def test_the_command_runs_without_a_shell() -> None:
    command = python("import sys; print(sys.argv[1])", "$HOME; echo `id`")
    assert run_secret_command(command).get_secret_value() == "$HOME; echo `id`"


def test_the_command_does_not_read_the_input_of_the_program() -> None:
    code = RUN.format(command=python("import sys; print('read: ' + sys.stdin.read())"))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input="typed", capture_output=True, text=True, check=True)
    assert done.stdout == "secret: read:\n"


@pytest.mark.parametrize(
    ("command", "typed", "result"),
    [
        (
            "sh -c 'echo question >/dev/tty; read -r x </dev/tty; echo $x'",
            b"hush\r",
            "secret: hush",
        ),
        ("sh -c 'echo question >/dev/tty; exec sleep 600'", b"\x03", "interrupted"),
    ],
)
def test_the_command_can_ask_on_the_terminal(command: str, typed: bytes, result: str) -> None:
    env = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    with Terminal([sys.executable, "-c", RUN.format(command=command)], env=env) as screen:
        screen.wait_for("question")
        screen.wait_quiet()
        os.write(screen.child.child_fd, typed)
        screen.wait_for(result)
        assert screen.wait_exit() == 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (python(f"print('{VALUE}'); raise SystemExit('no {VALUE}')"), "exit status 1"),
        (python("print()"), "holds no secret"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff')"), "holds no secret"),
        (python(f"import time; print('{VALUE}'); time.sleep(600)"), "took longer than 2 seconds"),
        (f"/no/such/program {VALUE}", "(/no/such/program …) cannot be run: No such file"),
        (f"/ {VALUE}", "cannot be run: Permission denied"),
        (f"'' {VALUE}", "cannot be run"),
    ],
)  # fmt: skip
def test_a_command_that_fails_is_reported(
    command: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as raised:
        run_secret_command(command, timeout=2)
    report = check_report(raised.value, VALUE)
    assert sentence in report
    assert "secret_command" in report
    assert capfd.readouterr() == ("", "")


def test_no_other_secret_is_used_when_the_command_fails(memory: MemoryKeyring) -> None:
    """An older secret would be sent, and nobody would know why Zuora refuses it."""
    memory.passwords["entity-connections", "acme"] = "older"
    command = python("raise SystemExit(1)")
    profile = Profile("acme", "https://rest.test.zuora.com", "id", Risk.SANDBOX)
    with pytest.raises(SettingsError, match="failed with exit status 1"):
        find_secret(profile._replace(secret_command=command))
