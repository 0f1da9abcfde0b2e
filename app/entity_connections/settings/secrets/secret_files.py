"""The last resort: a client secret in a file that only its owner may read."""

from pathlib import Path

from entity_connections.domain.secret import SecretValue
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.reading import check_private_folder, content, secret_in

LIMIT = 4_096
"""Most bytes of a secret; Zuora's have at most 42 characters (contract A1)."""


def look(path: Path) -> SecretValue | None:
    """Return the secret in a file, or None when there is none.

    Raises:
        SettingsError: it is there, and others may read or have put it there.
    """
    check_private_folder(path.parent)
    held = content(path, LIMIT, private=True)
    return None if held is None else secret_in(held, str(path))


def put(path: Path, secret: SecretValue) -> None:
    """Write a secret to a file of mode 0600 in a folder of mode 0700, whole or not at all.

    Raises:
        SettingsError: it cannot be written, or others may look into the folder.
    """
    try:
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        check_private_folder(path.parent)
        from entity_connections.files import replace_file

        replace_file(path, secret.get_secret_value().encode() + b"\n")
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise SettingsError(f"{path} cannot be written: {problem}.")


def remove(path: Path) -> None:
    """Remove the file, if there is one.

    Raises:
        SettingsError: it is there and stays.
    """
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be removed: {error.strerror}.") from None
