"""The client secret of a profile: where it is looked for, and where it is kept.

Looked for in the environment, then by `secret_command`, in the keyring, and in a
file; kept in the keyring, or else in the file. Nothing here prints or logs, and
no error repeats anything that was found.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from entity_connections.domain.secret import SecretValue
from entity_connections.settings import paths as places
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    read_variable,
)
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.reading import secret_in
from entity_connections.settings.secrets import keyrings, secret_files


class Secret(NamedTuple):
    """A client secret and where it was found."""

    value: SecretValue
    origin: str


def find(profile: Profile, environ: Mapping[str, str] | None = None) -> Secret:
    """Return the client secret of a profile.

    Blocks for as long as a command or the keyring takes.

    Raises:
        SettingsError: it is nowhere, or where it is it must not be used.
    """
    environ = os.environ if environ is None else environ
    said = read_variable(CLIENT_SECRET, environ)
    _check_pair(profile, by_environ=said is not None)
    if said is not None:
        return Secret(secret_in(said, CLIENT_SECRET), CLIENT_SECRET)
    if not profile.named:
        raise SettingsError(
            f"There is no client secret for {profile.name}: set {CLIENT_SECRET}, and {CLIENT_ID}."
        )
    if profile.secret_command:
        from entity_connections.settings.secrets import secret_command

        return Secret(secret_command.run(profile.secret_command), "secret_command")
    path = _file(profile, environ)
    in_keyring = keyrings.look(profile.name)
    if in_keyring.secret:
        return Secret(in_keyring.secret, in_keyring.place)
    if held := secret_files.look(path):
        return Secret(held, str(path))
    raise SettingsError(
        f"There is no client secret for the profile {profile.name}: {CLIENT_SECRET} is not set, "
        f"there is no secret_command, {in_keyring.place}, and no file {path}. "
        f"To store it: entity-connections login --profile {profile.name}"
    )


def keep(profile: Profile, secret: SecretValue, environ: Mapping[str, str] | None = None) -> str:
    """Store a client secret for the next time and return where it is now.

    Raises:
        SettingsError: neither the keyring nor the file can take it, or it is not text.
    """
    path = _file(profile, environ)
    secret = secret_in(secret.get_secret_value(), "What was given")
    in_keyring = keyrings.put(profile.name, secret)
    if in_keyring.secret:
        secret_files.remove(path)
        return in_keyring.place
    if keyrings.look(profile.name).secret:
        raise SettingsError(
            f"The keyring holds an older secret for {profile.name} and will not let go of it:"
            f" remove it there (service {places.APP}, user {profile.name}), then log in again."
        )
    secret_files.put(path, secret)
    return f"{path}, which only you can read, because {in_keyring.place}"


def _check_pair(profile: Profile, *, by_environ: bool) -> None:
    """Refuse a client id and a secret that come from two places: they belong to two clients."""
    if not profile.own_client_id:
        return
    id_too = profile.origins.get("client_id") == CLIENT_ID
    other = profile.client_id != profile.own_client_id
    if by_environ and not id_too:
        alone, missing = CLIENT_SECRET, CLIENT_ID
    elif other and not by_environ:
        alone, missing = CLIENT_ID, CLIENT_SECRET
    else:
        return
    raise SettingsError(
        f"{alone} is set without {missing}, and the profile {profile.name} has a client of its own:"
        " half a pair of credentials is not used. Set both of them, or neither."
    )


def _file(profile: Profile, environ: Mapping[str, str] | None) -> Path:
    if not (profile.named and places.NAME.fullmatch(profile.name)):
        raise SettingsError(f"Secrets are kept for profiles only, not for {profile.name}.")
    return places.secrets_dir(environ) / profile.name
