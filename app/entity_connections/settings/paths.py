"""Which folders and files the program uses on this machine.

The platform's own folders, unless `ENTITY_CONNECTIONS_CONFIG_DIR` and
`ENTITY_CONNECTIONS_STATE_DIR` name others, as tests and containers do.
Nothing here looks at the disk.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from entity_connections.settings.environment_variables import read_variable
from entity_connections.settings.errors import SettingsError

APP = "entity-connections"
CONFIG_DIR = "ENTITY_CONNECTIONS_CONFIG_DIR"
STATE_DIR = "ENTITY_CONNECTIONS_STATE_DIR"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a profile may be called; also a safe name of a file."""


def config_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of what the user writes: config.toml and, at worst, secrets."""
    return _dir(CONFIG_DIR, environ) or _platform("user_config_path")


def config_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return the file of the profiles."""
    return config_dir(environ) / "config.toml"


def secrets_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of secrets for which there is no keyring, a file each."""
    return config_dir(environ) / "secrets"


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of what the program writes: the journal and the lists last read."""
    return _dir(STATE_DIR, environ) or _platform("user_state_path")


def state_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return the SQLite file of the journal and the lists last read; all profiles share it."""
    return state_dir(environ) / "state.sqlite3"


def _dir(variable: str, environ: Mapping[str, str] | None) -> Path | None:
    named = read_variable(variable, environ)
    if named is None:
        return None
    with suppress(RuntimeError):  # nobody knows where the home directory is
        return Path(named).expanduser().absolute()
    raise SettingsError(
        f"{variable} begins with ~, and there is no such home directory: name the whole path."
    )


def _platform(kind: str) -> Path:
    import platformdirs  # not needed where a container names the folders

    read_variable("HOME")
    with suppress(RuntimeError):
        found: Path = getattr(platformdirs, kind)(APP, appauthor=False)
        if found.is_absolute():
            return found
    raise SettingsError(
        "There is no home directory to keep files in: set HOME to the whole path of a folder,"
        f" or {CONFIG_DIR} and {STATE_DIR}."
    )
