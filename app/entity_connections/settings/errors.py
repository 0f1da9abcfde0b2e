"""Errors in the settings, as sentences for the user."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entity_connections.files import UnsafeFileError


class SettingsError(Exception):
    """Settings that cannot be used.

    The message says where the problem is, what it is and what to do about it, with one line
    for each problem. It never holds a value that might be a secret.
    """


class NoHomeError(SettingsError):
    """There is no home directory, and no variable names the folders to use."""


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
            from entity_connections.settings.paths import FOLDERS_REMEDY  # imports this module

            sentence += f" {FOLDERS_REMEDY}"
        raise SettingsError(sentence) from error
