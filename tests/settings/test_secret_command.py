"""The secret_command of a profile; no error repeats its arguments or its output."""

import os
import select
import shlex
import subprocess
import sys
from pathlib import Path

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

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such processes")


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
    command = python("import sys; print('read: ' + sys.stdin.read())")
    code = f"""
from entity_connections.settings.secrets.secret_command import run_secret_command
print(run_secret_command({command!r}).get_secret_value())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input="typed", capture_output=True, text=True, check=True
    )
    assert done.stdout == "read:\n"


@posix
def test_the_command_can_ask_on_the_terminal() -> None:
    with run_on_terminal("sh -c 'echo question >/dev/tty; read -r x </dev/tty; echo $x'") as screen:
        screen.wait_for("question")
        screen.send("answer", "enter")
        screen.wait_for("secret: answer")
        assert screen.wait_exit() == 0


@posix
def test_ctrl_c_during_the_command_interrupts_the_program() -> None:
    with run_on_terminal("sh -c 'echo question >/dev/tty; exec sleep 600'") as screen:
        screen.wait_for("question")
        screen.wait_quiet()
        os.write(screen.child.child_fd, b"\x03")
        screen.wait_for("interrupted")
        assert screen.wait_exit() == 0


def run_on_terminal(command: str) -> Terminal:
    """Run a secret_command from a program on a terminal of its own."""
    code = f"""
from entity_connections.settings.secrets.secret_command import run_secret_command
try:
    print("secret:", run_secret_command({command!r}).get_secret_value())
except KeyboardInterrupt:
    print("interrupted")
"""
    env = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return Terminal([sys.executable, "-c", code], env=env)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (f"import sys; print('{VALUE}'); sys.exit('no {VALUE}')", "failed with exit status 1"),
        ("pass", "holds no secret"),
        ("print()", "holds no secret"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "holds no secret"),
        (f"print('{VALUE}' * 999_999)", "printed more than 4,096 bytes"),
        ("while True: print('y')", "printed more than 4,096 bytes"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "failed with signal 9", marks=posix),
    ],
)
def test_a_command_that_fails_is_reported(
    code: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as raised:
        run_secret_command(python(code))
    report = check_report(raised.value, VALUE)
    assert sentence in report
    assert "secret_command" in report
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (f"/no/such/program {VALUE}", "(/no/such/program …) cannot be run: No such file"),
        (f"/ {VALUE}", "cannot be run: Permission denied"),
        (f"'{VALUE}", "is not a command: a quote is missing"),
        ("  ", "is not a command"),
        (f"'' {VALUE}", "is not a command"),
        (f"a\0b {VALUE}", "cannot be run: not a command"),
    ],
)
def test_a_command_that_cannot_be_run_is_reported(command: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        run_secret_command(command)
    assert sentence in check_report(raised.value, VALUE)


def test_no_other_secret_is_used_when_the_command_fails(memory: MemoryKeyring) -> None:
    """An older secret would be sent, and nobody would know why Zuora refuses it."""
    memory.passwords["entity-connections", "acme"] = "older"
    command = python("raise SystemExit(1)")
    profile = Profile("acme", "https://rest.test.zuora.com", "id", Risk.SANDBOX)
    with pytest.raises(SettingsError, match="failed with exit status 1"):
        find_secret(profile._replace(secret_command=command))


@posix
def test_a_command_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"sh -c '(echo started; exec sleep 600) > {pipe} & wait' {VALUE}"
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(SettingsError) as raised:
            run_secret_command(command, timeout=2)
        assert "took longer than 2 seconds" in check_report(raised.value, VALUE)
        assert os.read(reading, 99) == b"started\n"
        assert select.select([reading], [], [], 10)[0]
        assert os.read(reading, 99) == b""  # nobody has the other end any more
    finally:
        os.close(reading)


@posix
def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    """Some password managers leave an agent behind that inherits the pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import os; print('{VALUE}', flush=True); os.fork() or open({str(pipe)!r}).read()"
    secret = run_secret_command(python(code), timeout=20)
    os.close(os.open(pipe, os.O_WRONLY))  # lets the child end
    assert secret.get_secret_value() == VALUE
