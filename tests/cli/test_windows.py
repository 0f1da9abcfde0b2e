"""The program without what Windows does not have. The parts of POSIX are taken away here."""

import subprocess
import sys
from pathlib import Path

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
for line in sys.argv[1:]:
    sys.argv = ["entity-connections", *line.split()]
    try:
        main()
    except SystemExit as end:
        print(f"exit code {int(end.code)} of:", line, flush=True)
"""
COMMANDS = (
    ("request --from Acme-Americas --to Acme-Europe --yes --tenant {home}/t", 0, "Pending"),
    ("config explain --base-url https://rest.test.zuora.com", 0, "rest.test.zuora.com"),
    ("walkthrough check {home}/tour.toml", 0, "every step worked"),
    ("walkthrough new {home}/new.toml", 2, "on Windows nothing can be recorded"),
)
"""Commands, their exit codes, and a part of what each prints."""

SCRIPT = """
title = "A step"
teaches = "Nothing."
[[steps]]
caption = "The rows are there."
see = ["Acme-US"]
"""


def test_commands_need_nothing_of_posix(tmp_path: Path) -> None:
    (tmp_path / "tour.toml").write_text(SCRIPT)
    lines = [line.format(home=tmp_path) for line, _, _ in COMMANDS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *lines], env=environ(tmp_path), check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output = done.stdout
    for line, (_, status, answer) in zip(lines, COMMANDS, strict=True):
        printed, end, output = output.partition(f"exit code {status} of: {line}\n")
        assert end, output
        assert answer in printed
