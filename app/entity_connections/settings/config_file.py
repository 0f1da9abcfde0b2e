"""Reads config.toml. What may stand in it is checked by `config_models`."""

import tomllib
from pathlib import Path
from typing import Any

from entity_connections.domain.text import clean
from entity_connections.files import read_file
from entity_connections.settings.errors import SettingsError, convert_os_errors

MAX_SIZE = 1_000_000
"""Most bytes of config.toml."""


def read_config_file(path: Path) -> bytes:
    """Return the contents of config.toml, or nothing when there is no such file."""
    with convert_os_errors(path, "read"):
        try:
            if path.stat().st_mode & 0o002:
                raise SettingsError(
                    f"{path} can be changed by every user of this machine, and it says where "
                    f"secrets are sent: chmod o-w '{path}'"
                )
            return read_file(path, MAX_SIZE)
        except (FileNotFoundError, NotADirectoryError):
            return b""


def parse_toml(data: bytes, path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file."""
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        problem = clean(str(error))
    # Raised outside the handler: the exceptions there hold the text of the file.
    raise SettingsError(f"{path}: not TOML in UTF-8: {problem}. Mend the line, or take it out.")
