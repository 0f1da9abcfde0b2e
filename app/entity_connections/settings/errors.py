"""Errors in the settings, as sentences for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entity_connections.files import UnsafeFileError


class SettingsError(Exception):
    """Settings that cannot be used.

    The message says where the problem is, what it is and what to do about it, with one line
    for each problem. It never holds a value that might be a secret.
    """


@contextmanager
def convert_os_errors(path: Path, action: str) -> Iterator[None]:
    """Turn an OSError of the block into the SettingsError "`path` cannot be `action`"."""
    try:
        yield
    except UnsafeFileError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be {action}: {error.strerror}.") from error
