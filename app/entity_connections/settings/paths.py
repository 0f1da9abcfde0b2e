"""Which folders and files the program uses on this machine. Nothing here looks at the disk.

They are in the platform's own folders, unless `ENTITY_CONNECTIONS_CONFIG_DIR` and
`ENTITY_CONNECTIONS_STATE_DIR` name others, as tests and containers do.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

from entity_connections.settings.environment_variables import read_variable
from entity_connections.settings.errors import SettingsError

APP = "entity-connections"
CONFIG_DIR = "ENTITY_CONNECTIONS_CONFIG_DIR"
STATE_DIR = "ENTITY_CONNECTIONS_STATE_DIR"

PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a profile may be called. Such a name is also a safe file name."""


def config_dir() -> Path:
    """Return the folder of config.toml and of the secret files."""
    return _read_folder(CONFIG_DIR) or _find_platform_folder("user_config_path")


def config_file() -> Path:
    """Return config.toml."""
    return config_dir() / "config.toml"


def secrets_dir() -> Path:
    """Return the folder of the secret files, one for each profile without a keyring."""
    return config_dir() / "secrets"


def state_dir() -> Path:
    """Return the folder of what the program writes: the journal and the lists last read."""
    return _read_folder(STATE_DIR) or _find_platform_folder("user_state_path")


def state_file() -> Path:
    """Return the SQLite file of the journal and of the lists last read; all profiles share it."""
    return state_dir() / "state.sqlite3"


def _read_folder(variable: str) -> Path | None:
    folder = read_variable(variable)
    if folder is None:
        return None
    with suppress(RuntimeError):  # there is no such home directory
        return Path(folder).expanduser().absolute()
    raise SettingsError(
        f"{variable} begins with ~, and there is no such home directory: name the whole path."
    )


def _find_platform_folder(kind: Literal["user_config_path", "user_state_path"]) -> Path:
    import platformdirs  # not needed where the variables name the folders

    read_variable("HOME")
    with suppress(RuntimeError):  # there is no home directory
        folder: Path = getattr(platformdirs, kind)(APP, appauthor=False)
        if folder.is_absolute():  # older releases of platformdirs return "~/..." without a home
            return folder
    raise SettingsError(
        "There is no home directory to keep files in: set HOME to the whole path of a folder,"
        f" or {CONFIG_DIR} and {STATE_DIR}."
    )
