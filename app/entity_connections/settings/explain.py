"""Each setting of a profile and where it comes from; of a secret only whether it is found."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from entity_connections.settings import paths
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.client_secret import find_secret
from entity_connections.settings.secrets.secret_command import get_program


class ExplainedSetting(NamedTuple):
    """One setting: its value for people, "" for none, and where the value comes from."""

    key: str
    value: str
    origin: str


def explain_profile(profile: Profile) -> list[ExplainedSetting]:
    """Return every setting of a profile; looks for the secret like a start of the program."""
    config_path = str(paths.config_file())
    journal_path = str(paths.state_file())
    profile_origin = config_path if profile.in_config else "--base-url"
    return [
        ExplainedSetting("profile", profile.name, profile_origin),
        *_explain_values(profile),
        _explain_secret(profile),
        ExplainedSetting("journal", journal_path, _explain_folder(paths.STATE_DIR)),
        ExplainedSetting("config", config_path, _explain_folder(paths.CONFIG_DIR)),
    ]


def _explain_values(profile: Profile) -> Iterator[ExplainedSetting]:
    values = {
        "base_url": profile.base_url,
        "client_id": profile.client_id,
        "risk": profile.risk.value,
        "read_only": "true" if profile.read_only else "false",
        "entity": profile.entity,
        "user": profile.user,
        "secret_command": _explain_command(profile.secret_command),
    }
    for key, value in values.items():
        origin = profile.origins.get(key, "default") if value else "not set"
        yield ExplainedSetting(key, value or "", origin)


def _explain_command(command: str | None) -> str:
    try:
        return f"{get_program(command)} …" if command else ""  # its arguments may be secret
    except SettingsError:
        return "not a command"


def _explain_secret(profile: Profile) -> ExplainedSetting:
    try:
        return ExplainedSetting("client_secret", "set", find_secret(profile).origin)
    except SettingsError as error:
        return ExplainedSetting("client_secret", "not found", str(error))


def _explain_folder(variable: str) -> str:
    return variable if variable in os.environ else "default"
