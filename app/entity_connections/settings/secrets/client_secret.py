"""Finds and stores the client secret of a profile.

It is looked for in the environment, then with `secret_command`, in the keyring and in a file. It
is stored in the keyring, or else in the file. No error repeats anything of a secret.
"""

from pathlib import Path
from typing import NamedTuple

from entity_connections.domain.secret import SecretValue
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.secret_file import (
    read_secret_file,
    remove_secret_file,
    write_secret_file,
)
from entity_connections.settings.secrets.system_keyring import read_keyring, write_keyring


class ClientSecret(NamedTuple):
    """A client secret and where it was found."""

    value: SecretValue
    origin: str


def find_secret(profile: Profile) -> ClientSecret:
    """Return the client secret of a profile.

    Blocks for as long as a command or the keyring takes.

    Raises:
        SettingsError: there is none, or it must not be used.
    """
    variable = read_variable(CLIENT_SECRET)
    _check_pair(profile, secret_in_environment=variable is not None)
    if variable is not None:
        return ClientSecret(parse_secret(variable, CLIENT_SECRET), CLIENT_SECRET)
    if not profile.in_config:
        raise SettingsError(
            f"There is no client secret for {profile.name}: set {CLIENT_SECRET}, and {CLIENT_ID}."
        )
    if profile.secret_command:
        from entity_connections.settings.secrets.secret_command import run_secret_command

        return ClientSecret(run_secret_command(profile.secret_command), "secret_command")
    path = _secret_path(profile)
    keyring = read_keyring(profile.name)
    if keyring.secret:
        return ClientSecret(keyring.secret, keyring.message)
    if secret := read_secret_file(path):
        return ClientSecret(secret, str(path))
    raise SettingsError(
        f"There is no client secret for the profile {profile.name}: {CLIENT_SECRET} is not set, "
        f"there is no secret_command, {keyring.message}, and no file {path}. "
        f"To store it: entity-connections login --profile {profile.name}"
    )


def store_secret(profile: Profile, secret: SecretValue) -> str:
    """Store a client secret in the keyring or in a file, and return where, for people.

    Raises:
        SettingsError: neither can take it, or it is not text.
    """
    path = _secret_path(profile)
    secret = parse_secret(secret.get_secret_value(), "What was given")
    keyring = write_keyring(profile.name, secret)
    if keyring.secret:
        remove_secret_file(path)
        return keyring.message
    if read_keyring(profile.name).secret:
        raise SettingsError(
            f"The keyring holds an older secret for {profile.name} and will not let go of it:"
            f" remove it there (service {paths.APP}, user {profile.name}), then log in again."
        )
    write_secret_file(path, secret)
    return f"{path}, which only you can read, because {keyring.message}"


def _check_pair(profile: Profile, *, secret_in_environment: bool) -> None:
    """Refuse a client id and a secret from two places: they belong to two OAuth clients."""
    if not profile.configured_client_id:
        return
    id_in_environment = profile.origins.get("client_id") == CLIENT_ID
    if secret_in_environment and not id_in_environment:
        given, missing = CLIENT_SECRET, CLIENT_ID
    elif not secret_in_environment and profile.client_id != profile.configured_client_id:
        given, missing = CLIENT_ID, CLIENT_SECRET
    else:
        return
    raise SettingsError(
        f"{given} is set without {missing}, and the profile {profile.name} has a client of its own:"
        " half a pair of credentials is not used. Set both of them, or neither."
    )


def _secret_path(profile: Profile) -> Path:
    if not (profile.in_config and paths.PROFILE_NAME.fullmatch(profile.name)):
        raise SettingsError(f"Secrets are kept for profiles only, not for {profile.name}.")
    return paths.secrets_dir() / profile.name
