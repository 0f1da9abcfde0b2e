"""Errors in the settings, as sentences for the user."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from entity_connections.domain.text import clean
from entity_connections.files import UnsafeFileError


class SettingsError(Exception):
    """Settings that cannot be used.

    The message says where the problem is, what it is and what to do about it, with one line
    for each problem. It never holds a value that might be a secret.
    """


@contextmanager
def convert_os_errors(path: Path, action: str) -> Iterator[None]:
    """Turn an OSError of the block into a SettingsError.

    Args:
        path: the file that the block works on.
        action: what the block does with the file, as in "cannot be written".
    """
    try:
        yield
    except UnsafeFileError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be {action}: {error.strerror}.") from error


def find_similar(word: str, known: Iterable[str]) -> list[str]:
    """Return at most two of the known words that are spelled like `word`, the nearest first."""
    from difflib import get_close_matches  # slow to import, and rarely needed

    by_lower = {name.lower(): name for name in known}
    similar = get_close_matches(clean(word, 64).lower(), by_lower, n=2, cutoff=0.6)
    return [by_lower[name] for name in similar]


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the known words spelled like `word`, or ""."""
    similar = find_similar(word, known)
    return f"; did you mean {' or '.join(similar)}?" if similar else ""
