"""Runs the command line, and serves the fake tenant on a socket."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from entity_connections.cli import main

PROGRAM = (sys.executable, "-m", "entity_connections")
SECRETS = ("not/a+secret=alice", "not/a+secret=bruno", "not/a+secret=carol")


class Served(NamedTuple):
    """A fake tenant that listens on this machine.

    Attributes:
        url: its REST root.
        users: client id and client secret by user name.
    """

    url: str
    users: Mapping[str, tuple[str, str]]

    def environ(self, user: str = "alice") -> dict[str, str]:
        """Return the variables that make the program that user."""
        client_id, secret = self.users[user]
        return {"ZUORA_CLIENT_ID": client_id, "ZUORA_CLIENT_SECRET": secret}


def environ(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of the developer's own settings."""
    names = [name for name in os.environ if not name.startswith(("ZUORA_", "ENTITY_"))]
    kept = {name: os.environ[name] for name in names if not name.lower().endswith("_proxy")}
    return {
        **kept,
        "ENTITY_CONNECTIONS_CONFIG_DIR": str(home / "config"),
        "ENTITY_CONNECTIONS_STATE_DIR": str(home / "state"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONUTF8": "1",
        **more,
    }


def run(
    home: Path, *arguments: str, stdin: str = "", typed: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, in the process of the test.

    A process of its own takes several times as long; tests of signals, pipes and imports
    start one.

    Args:
        home: holds its folders.
        arguments: of the command line.
        stdin: what it reads; there is no terminal.
        typed: what a user answers at a terminal.
        more: environment variables.
    """
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(3)]
    streams[0].write(stdin or typed)
    streams[0].seek(0)
    for stream in streams if typed else ():
        stream.isatty = lambda: True  # type: ignore[method-assign]
    environment = environ(home, **more)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["entity-connections", *arguments])
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
    output, errors = (stream.buffer.getvalue().decode() for stream in streams[1:])
    return subprocess.CompletedProcess(arguments, ended.value.code, output, errors)


@contextmanager
def served(*arguments: str) -> Iterator[Served]:
    """Serve the fake tenant on a free port of this machine."""
    command = [*PROGRAM, "serve", "--port", "0", "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            started = json.loads(process.stdout.readline())
            users = {
                user["name"]: (user["client_id"], user["client_secret"])
                for user in started["users"]
            }
            yield Served(started["base_url"], users)
        finally:
            process.terminate()
            assert process.wait(10) == 0


def edit_state(home: Path, statement: str) -> None:
    """Change the program's SQLite file, as a person may do."""
    path = home / "state" / "state.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
