"""A client secret printed by a command, such as that of a password manager."""

import shlex
import subprocess

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.secrets.parsing import parse_secret

TIMEOUT = 30.0
"""Seconds the command may take: the user may have to type a password or touch a key first."""


def get_program(command: str) -> str:
    """Return the program of a command, without the arguments, which may be secret."""
    return clean(shlex.split(command)[0], 64)


def run_secret_command(command: str, timeout: float = TIMEOUT) -> Secret:
    """Run a command and return the first line it prints.

    It runs without a shell and without input, but can ask the user on the terminal. What it
    prints on stderr is discarded, because that might hold the secret. After `timeout` seconds
    it is killed.
    """
    name = f"secret_command ({get_program(command)} …)"
    try:
        done = subprocess.run(  # noqa: S603 - the command is in the user's own file
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"took longer than {timeout:g} seconds"
    except OSError as error:
        problem = f"cannot be run: {error.strerror}"
    else:
        if done.returncode == 0:
            return parse_secret(done.stdout, f"The output of the {name}")
        problem = f"failed with exit status {done.returncode}"
    # Raised outside the handlers: the exceptions there hold the arguments and the output.
    raise SettingsError(f"The {name} {problem}. Run it by hand to see why.")
