"""The program without what Windows does not have. The parts of POSIX are taken away here."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tenant import environ

PROGRAM = """
import asyncio, os, signal, sys, sysconfig
import click, httpx, keyring, platformdirs, pydantic, starlette.applications, textual.app, tomlkit
import textual.drivers.linux_driver

sysconfig.get_config_vars()  # it and these packages have chosen their platform
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("getuid", "getpgrp", "tcgetpgrp", "killpg", "fork", "O_NONBLOCK", "O_NOFOLLOW"):
    delattr(os, name)
for name in ("SIGHUP", "SIGQUIT", "SIGKILL", "SIGTSTP", "SIGCONT", "pthread_sigmask"):
    delattr(signal, name)
sys.platform = "win32"
from entity_connections.cli import main
main()
"""


@pytest.mark.parametrize(
    ("arguments", "status", "answer"),
    [
        ("request --from Acme-Americas --to Acme-Europe --yes --tenant {home}/t", 0, "Pending"),
        ("config explain --base-url https://rest.test.zuora.com", 0, "rest.test.zuora.com"),
        ("walkthrough check disconnect", 0, "every step came about"),
        ("walkthrough new {home}/new.toml", 2, "on Windows nothing can be recorded"),
    ],
)
def test_commands_need_nothing_of_posix(
    arguments: str, status: int, answer: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, *arguments.format(home=tmp_path).split()]
    done = subprocess.run(
        command, env=environ(tmp_path), capture_output=True, text=True, check=False
    )
    assert answer in done.stdout + done.stderr
    assert done.returncode == status
