"""The secret_command of a profile; no error repeats its arguments or its output."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import SubprocessError

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.client_secret import find_secret
from entity_connections.settings.secrets.secret_command import run_secret_command
from entity_connections.settings.secrets.split_command import split_command_line
from entity_connections.settings.secrets.windows_command import run_command as run_windows_command

from tests.settings.keyring_backends import MemoryKeyring
from tests.settings.reports import check_report
from tests.terminal.pty import Terminal

VALUE = "s3cr3t-Of-Acme+42="
RUN = """
from entity_connections.settings.secrets.secret_command import run_secret_command
try:
    print("secret:", run_secret_command({command!r}, {timeout}).get_secret_value())
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


@pytest.mark.parametrize(
    ("platform", "command", "arguments"),
    [
        ("win32", r'"C:\Program Files\op.exe" C:\x.txt', [r"C:\Program Files\op.exe", r"C:\x.txt"]),
        ("linux", r"/opt/a\ b read 'C:\x.txt'", ["/opt/a b", "read", r"C:\x.txt"]),
        ("linux", "~/secret --to=~/x '~/a b'", ["/home/ada/secret", "--to=~/x", "/home/ada/a b"]),
    ],
)  # fmt: skip
def test_a_command_is_split_as_paths_are_written_on_its_platform(
    platform: str, command: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert split_command_line(command, platform) == arguments


def test_the_command_does_not_read_the_input_of_the_program() -> None:
    code = RUN.format(command=python("import sys; print('read: ' + sys.stdin.read())"), timeout=20)
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
        (
            "sh -c 'trap \"\" INT; stty -echo; echo question >/dev/tty; sleep 600' </dev/tty",
            b"\x1a\x03",
            "interrupted",
        ),
    ],
)
def test_the_command_can_ask_on_the_terminal(command: str, typed: bytes, result: str) -> None:
    with Terminal([sys.executable, "-c", RUN.format(command=command, timeout=20)]) as screen:
        screen.wait_for("question")
        screen.wait_quiet()
        os.write(screen.child.child_fd, typed)
        screen.wait_for(result)
        assert screen.wait_exit() == 0
        assert screen.leftovers() == []


def test_the_terminal_is_the_program_s_again_after_the_command() -> None:
    code = RUN.format(command="sh -c 'read -r x </dev/tty; echo $x'", timeout=20)
    code += "print('then:', input())"
    with Terminal([sys.executable, "-c", code]) as screen:
        screen.send("hush", "enter")
        screen.wait_for("secret: hush")
        screen.send("more", "enter")
        screen.wait_for("then: more")
        assert screen.wait_exit() == 0


GROUP = "import os; os.setpgid(0, 0); os.execvp('sh', ['sh', *os.sys.argv[1:]])"
SESSION = shlex.join([sys.executable, "-SIc", "import os, time; os.setsid(); time.sleep(600)"])


@pytest.mark.parametrize(
    ("shell", "child", "number", "status"),
    [
        (("sh",), "sleep 600", None, 1),
        (("sh",), SESSION, None, 1),
        ((sys.executable, "-Sc", GROUP), "sleep 600", None, 1),
        (("sh",), SESSION, signal.SIGINT, 0),
        (("sh",), SESSION, signal.SIGTERM, 128 + signal.SIGTERM),
        (("sh",), "sleep 600", signal.SIGHUP, 128 + signal.SIGHUP),
        (("sh",), "sleep 600", signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_command_that_hangs_is_ended_with_its_children(
    tmp_path: Path, shell: tuple[str, ...], child: str, number: signal.Signals | None, status: int
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    script = f"trap '' INT TERM HUP; exec 3>{pipe}; {child} & echo >&3; sleep 600"
    command = shlex.join([*shell, "-c", script])
    timeout = 1 if number is None else 600
    code = RUN.format(command=command, timeout=timeout)
    with (
        subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as program,
        pipe.open() as end_of_all,
    ):
        end_of_all.readline()  # the child has started
        if number is not None:
            program.send_signal(number)
        end_of_all.read()
        assert program.wait() == status


def test_a_process_left_behind_does_not_delay_the_secret() -> None:
    secret = run_secret_command(f"sh -c 'sleep 600 & echo {VALUE}'", timeout=20)
    assert secret.get_secret_value() == VALUE


def test_ctrl_c_ends_also_children_that_ignore_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"sh -c 'trap \"\" INT HUP; exec 3>{pipe}; sleep 600 & echo >&3; sleep 600'"
    code = RUN.format(command=command, timeout=600)
    with Terminal([sys.executable, "-c", code]) as screen, pipe.open() as end_of_all:
        end_of_all.readline()  # the child has started
        screen.send("ctrl+c")
        screen.wait_for("interrupted")
        end_of_all.read()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (python(f"print('{VALUE}'); raise SystemExit('no {VALUE}')"), "exit status 1"),
        (python("print()"), "holds no secret"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff')"), "holds no secret"),
        (python(f"import time; print('{VALUE}'); time.sleep(600)"), "took longer than 2 seconds"),
        (python("import os; os.close(1); os.close(2); import time; time.sleep(600)"),
         "took longer than 2 seconds"),
        (f"sh -c 'echo {VALUE}; kill 0; sleep 9'", "ended its process group"),
        ("yes", "printed more than 65,536 bytes"),
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


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (python("raise SystemExit(3)"), SubprocessError),
        ("yes", SubprocessError),
        ("/no/such/program", OSError),
        ("sh -c 'exec 3>{pipe}; sleep 600 & wait'", TimeoutError),
        ("sh -c 'exec 3>{pipe} >&-; sleep 600 & wait'", TimeoutError),
    ],
)
def test_what_runs_a_command_on_windows_ends_it_with_its_children(
    command: str, problem: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is called there works here, too, with a program in the place of taskkill."""
    taskkill = tmp_path / "taskkill"
    taskkill.write_text("#!/bin/sh\nkill -9 $4 $(pgrep -P $4)\n")  # after /F /T /PID
    taskkill.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert run_windows_command(shlex.split(python("print('secret')")), 20) == b"secret\n"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as end_of_all:
        with pytest.raises(problem):
            run_windows_command(shlex.split(command.format(pipe=pipe)), 0.5)
        os.set_blocking(end_of_all.fileno(), True)
        assert end_of_all.read() == b""


def test_no_other_secret_is_used_when_the_command_fails(memory: MemoryKeyring) -> None:
    """An older secret would be sent, and nobody would know why Zuora refuses it."""
    memory.passwords["entity-connections", "acme"] = "older"
    command = python("raise SystemExit(1)")
    profile = Profile("acme", "https://rest.test.zuora.com", "id", Risk.SANDBOX)
    with pytest.raises(SettingsError, match="failed with exit status 1"):
        find_secret(profile._replace(secret_command=command))
