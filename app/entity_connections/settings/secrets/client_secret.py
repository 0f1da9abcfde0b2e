"""Finds and stores the client secret of a profile.

It is looked for in the environment, then with `secret_command`, in a file and in the keyring. It
is stored in the keyring, and the file is removed; or else in the file. So a file is never older
than what the keyring holds, even if that was locked and kept an older secret. No error repeats
anything of a secret.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from entity_connections import files
from entity_connections.domain.secret import Secret
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import convert_os_errors
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.system_keyring import (
    delete_keyring,
    read_keyring,
    write_keyring,
)

MAX_FILE_SIZE = 4_096
"""Most bytes of a secret file; secrets of Zuora have at most 42 characters (contract A1)."""


class ClientSecret(NamedTuple):
    """A client secret and where it was found."""

    value: Secret
    origin: str


def find_secret(profile: Profile) -> ClientSecret:
    """Return the client secret of a profile; blocks as long as a command or the keyring takes."""
    if secret := find_secret_outside_keyring(profile):
        return secret
    keyring = read_keyring(profile.name)
    if keyring.secret:
        return ClientSecret(keyring.secret, keyring.message)
    raise SettingsError(
        f"There is no client secret for the profile {profile.name}: {CLIENT_SECRET} is not set, "
        f"there is no secret_command, no file {paths.secret_file(profile.name)}, and "
        f"{keyring.message}. {profile.credentials_remedy}"
    )


def find_secret_outside_keyring(profile: Profile) -> ClientSecret | None:
    """Return the client secret of a profile, or None where only the keyring may have it."""
    variable = read_variable(CLIENT_SECRET)
    _check_pair(profile, secret_in_environment=variable is not None)
    if variable is not None:
        return ClientSecret(parse_secret(variable, CLIENT_SECRET), CLIENT_SECRET)
    if not profile.in_config:
        raise SettingsError(
            f"There is no client secret for {profile.name}. {profile.credentials_remedy}"
        )
    if profile.secret_command:
        from entity_connections.settings.secrets.secret_command import run_secret_command

        return ClientSecret(run_secret_command(profile.secret_command), "secret_command")
    path = paths.secret_file(profile.name)
    if secret := _read_file(path):
        return ClientSecret(secret, str(path))
    return None


def store_secret(profile: Profile, secret: Secret) -> str:
    """Store the secret of a profile in config.toml; return where it is now, for people."""
    path = paths.secret_file(profile.name)
    keyring = write_keyring(profile.name, secret)
    if keyring.secret:
        _remove_file(path)
        return keyring.message
    with convert_os_errors(path, "written"):
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.check_private_folder(path.parent)
        files.replace_private_file(path, secret.get_secret_value().encode() + b"\n")
    return f"{path}, which only you can read, because {keyring.message}"


def delete_secret(profile: Profile) -> str:
    """Delete the stored secret of a profile; SettingsError if it is still there.

    Return why the keyring cannot tell whether it holds one, or "".
    """
    _remove_file(paths.secret_file(profile.name))
    keyring = delete_keyring(profile.name)
    if keyring.secret:
        raise SettingsError(f"The secret of {profile.name} is still in {keyring.message}.")
    return keyring.message


def _remove_file(path: Path) -> None:
    action = "removed, and the secret in it is used as long as it is there"
    with convert_os_errors(path, action), suppress(FileNotFoundError, NotADirectoryError):
        files.check_private_folder(path.parent)
        path.unlink()


def _read_file(path: Path) -> Secret | None:
    with convert_os_errors(path, "read"):
        try:
            files.check_private_folder(path.parent)
            data = files.read_file(path, MAX_FILE_SIZE, private=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
    return parse_secret(data, str(path))


def _check_pair(profile: Profile, *, secret_in_environment: bool) -> None:
    """Refuse a client id and a secret from two places: they belong to two OAuth clients."""
    if secret_in_environment:
        complete = profile.origins.get("client_id") == CLIENT_ID
    else:
        complete = profile.client_id == profile.configured_client_id
    if profile.configured_client_id and not complete:
        raise SettingsError(
            f"Only one of {CLIENT_ID} and {CLIENT_SECRET} is set, and the profile {profile.name}"
            " has a client of its own: set both, or neither."
        )
