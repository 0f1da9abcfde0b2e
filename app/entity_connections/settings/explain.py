"""Each setting of a profile and where it came from; of a secret only whether it is there."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from entity_connections.settings import paths as places
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets import secret_command, secrets


class Explained(NamedTuple):
    """One setting: its value in words, "" for none, and where that came from."""

    key: str
    value: str
    origin: str


def explain(profile: Profile, environ: Mapping[str, str] | None = None) -> list[Explained]:
    """Return every setting of a profile; looks for its secret, as a start of the program would."""
    environ = os.environ if environ is None else environ
    config = places.config_file(environ)
    return [
        Explained("profile", profile.name, str(config) if profile.named else "--base-url"),
        *_values(profile),
        _secret(profile, environ),
        Explained("journal", str(places.state_file(environ)), _folder(places.STATE_DIR, environ)),
        Explained("config", str(config), _folder(places.CONFIG_DIR, environ)),
    ]


def _values(profile: Profile) -> Iterator[Explained]:
    command = profile.secret_command
    values = {
        "base_url": profile.base_url,
        "client_id": profile.client_id,
        "risk": profile.risk.value,
        "read_only": "true" if profile.read_only else "false",
        "entity": profile.entity or "",
        "user": profile.user or "",
        "secret_command": _command(command) if command else "",
    }
    for key, value in values.items():
        yield Explained(key, value, profile.origins.get(key, "default") if value else "not set")


def _command(command: str) -> str:
    try:
        return f"{secret_command.program(command)} …"  # the rest may hold what opens it
    except SettingsError:
        return "not a command"


def _secret(profile: Profile, environ: Mapping[str, str]) -> Explained:
    try:
        origin = secrets.find(profile, environ).origin
    except SettingsError as error:
        return Explained("client_secret", "not found", str(error))
    return Explained("client_secret", "set", origin)


def _folder(variable: str, environ: Mapping[str, str]) -> str:
    return variable if variable in environ else "default"
