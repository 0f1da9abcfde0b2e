"""Reads config.toml. What may stand in it is checked by `config_models`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entity_connections.domain.text import clean
from entity_connections.files import read_file
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import convert_os_errors

MAX_SIZE = 1_000_000
"""Most bytes of config.toml."""


def read_config_file(path: Path) -> bytes:
    """Return the contents of config.toml, or nothing when there is no such file.

    Raises:
        SettingsError: it cannot be read, or other users can change it: they could have secrets
            sent to themselves, or run a program as the user.
    """
    with convert_os_errors(path, "read"):
        try:
            problems = [problem for place in _list_places(path) if (problem := _find_risk(place))]
            if problems:
                raise SettingsError("\n".join(problems))
            return read_file(path, MAX_SIZE)
        except (FileNotFoundError, NotADirectoryError):
            return b""


def _list_places(path: Path) -> Iterator[Path]:
    """Return a file, if it is there, and its folder; of a link also those that it leads to."""
    yield path.parent
    if not path.exists():  # nor does a link that goes in circles exist
        return
    while path.is_symlink():
        path = path.parent / path.readlink()
        yield path.parent
    yield path


def _find_risk(path: Path) -> str:
    """Return how other users could change a file or folder, or "" when they cannot."""
    if sys.platform == "win32":
        return ""  # a mode says nothing there
    status = path.stat()
    if status.st_uid not in (0, os.getuid()):
        return f"{path} belongs to another user of this machine; it is not used."
    if status.st_mode & 0o022:
        return (
            f"{path} can be changed by other users of this machine, and what is in it says "
            f"where secrets are sent: chmod go-w '{path}'"
        )
    return ""


def parse_toml(data: bytes, path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file."""
    if not data:
        return {}
    import tomllib  # the screen opens without it where there is no file

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        problem = clean(str(error))
    # Raised outside the handler: the exceptions there hold the text of the file.
    raise SettingsError(f"{path}: not TOML in UTF-8: {problem}. Correct or remove the line.")
