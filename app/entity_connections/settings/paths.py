"""Which folders and files the program uses on this machine. Only the home is looked for there.

They are in the platform's own folders, unless `ENTITY_CONNECTIONS_CONFIG_DIR` and
`ENTITY_CONNECTIONS_STATE_DIR` name others, as tests and containers do.
"""

import errno
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from entity_connections.files import UnsafeFileError
from entity_connections.settings.environment_variables import CONFIG_DIR, STATE_DIR, read_variable
from entity_connections.settings.errors import NoHomeError, SettingsError

APP = "entity-connections"

FOLDERS_REMEDY = (
    f"Set HOME, or {CONFIG_DIR} and {STATE_DIR}, to whole paths of folders that you can write to."
)

PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a profile may be called. Such a name is also a safe file name."""
PROFILE_NAME_RULE = (
    "a profile's name is up to 64 letters, digits, dots, hyphens and underscores, the first a"
    " letter or digit."
)


def config_file() -> Path:
    """Return config.toml."""
    return _find_folder(CONFIG_DIR, "user_config_path") / "config.toml"


def secret_file(profile_name: str) -> Path:
    """Return the file of the secret of a profile, for machines without a keyring."""
    return _find_folder(CONFIG_DIR, "user_config_path") / "secrets" / profile_name


def state_file() -> Path:
    """Return the SQLite file of the journal and of the lists last read; all profiles share it."""
    return _find_folder(STATE_DIR, "user_state_path") / "state.sqlite3"


def screen_file() -> Path:
    """Return the file of what was chosen on the screen; its name begins like `state_file`."""
    return state_file().with_name("state-screen.json")


def anchor_file() -> Path:
    """Return the file that remembers the last line of the journal in `state_file`.

    It is not in the same folder, so that it stays when that folder is removed or rolled back.
    """
    digest = hashlib.sha256(str(state_file()).encode(errors="surrogateescape")).hexdigest()
    return _find_folder(CONFIG_DIR, "user_config_path") / f"journal-{digest[:16]}.anchor"


def _find_folder(variable: str, kind: Literal["user_config_path", "user_state_path"]) -> Path:
    named = read_variable(variable)
    with suppress(RuntimeError, OSError):  # there is no such home directory
        if named is not None:
            return Path(named).expanduser().absolute()
        import platformdirs  # not needed where the variables name the folders

        read_variable("HOME")
        folder: Path = getattr(platformdirs, kind)(APP, appauthor=False)
        home = Path.home()
        if folder.is_absolute() and (home.is_dir() or not folder.is_relative_to(home)):
            return folder
    raise NoHomeError(f"There is no home directory. {FOLDERS_REMEDY}")


@contextmanager
def convert_os_errors(path: Path, action: str) -> Iterator[None]:
    """Turn an OSError of the block into the SettingsError "`path` cannot be `action`".

    Where the system denies access, it names the variables that move the folders.
    """
    try:
        yield
    except UnsafeFileError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        sentence = f"{path} cannot be {action}: {error.strerror}."
        if isinstance(error, PermissionError | NotADirectoryError) or error.errno == errno.EROFS:
            sentence += f" {FOLDERS_REMEDY}"
        raise SettingsError(sentence) from error
