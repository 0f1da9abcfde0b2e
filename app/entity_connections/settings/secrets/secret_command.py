"""A client secret printed by a command, such as that of a password manager."""

import sys
from subprocess import SubprocessError

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.split_command import split_command_line

if sys.platform == "win32":
    from entity_connections.settings.secrets.windows_command import run_command
else:
    from entity_connections.settings.secrets.posix_command import run_command

TIMEOUT = 30.0
"""Seconds the command may take: the user may have to type a password or touch a key first."""


def get_program(command: str) -> str:
    """Return the program of a command, without the arguments, which may be secret."""
    return clean(split_command_line(command)[0], 64)


def run_secret_command(command: str, timeout: float = TIMEOUT) -> Secret:
    """Run a command and return the first line it prints.

    It runs without a shell and without input, but can ask the user on the terminal. What it
    prints on stderr is discarded, because that might hold the secret. After `timeout` seconds,
    and when this program ends, it is killed together with the processes that it has started.
    """
    name = f"secret_command ({get_program(command)} …)"
    try:
        output = run_command(split_command_line(command), timeout)
    except SubprocessError as error:
        problem = str(error)
    except TimeoutError:
        problem = f"took longer than {timeout:g} seconds"
    except OSError as error:
        problem = f"cannot be run: {error.strerror}"
    else:
        return parse_secret(output, f"The output of the {name}")
    # Raised outside the handlers: the exceptions there hold the arguments.
    raise SettingsError(f"The {name} {problem}. Run it by hand to see why.")
