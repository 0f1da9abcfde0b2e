"""A client secret in a file that only the user can read, for machines without a keyring."""

from pathlib import Path

from entity_connections import files
from entity_connections.domain.secret import SecretValue
from entity_connections.settings.errors import convert_os_errors
from entity_connections.settings.secrets.parsing import MAX_SECRET_SIZE, parse_secret


def read_secret_file(path: Path) -> SecretValue | None:
    """Return the secret in a file, or None when there is no such file.

    Raises:
        SettingsError: the file cannot be used, or others can read the file or its folder.
    """
    with convert_os_errors(path, "read"):
        try:
            files.check_private_folder(path.parent)
            data = files.read_file(path, MAX_SECRET_SIZE, private=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
    return parse_secret(data, str(path))


def write_secret_file(path: Path, secret: SecretValue) -> None:
    """Write a secret to a file of mode 0600 in a folder of mode 0700.

    Raises:
        SettingsError: the file cannot be written, or others can open the folder.
    """
    with convert_os_errors(path, "written"):
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.check_private_folder(path.parent)
        files.replace_private_file(path, secret.get_secret_value().encode() + b"\n")


def remove_secret_file(path: Path) -> None:
    """Remove a file, if it exists.

    Raises:
        SettingsError: the file cannot be removed.
    """
    with convert_os_errors(path, "removed"):
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return
