"""Each setting of a profile and where it comes from; of a secret only whether it is found."""

import os
from typing import NamedTuple

from entity_connections.domain.proxy import choose_proxy
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import CONFIG_DIR, STATE_DIR
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.client_secret import find_secret
from entity_connections.settings.secrets.secret_command import get_program
from entity_connections.settings.ui_settings import load_ui_settings


class ExplainedSetting(NamedTuple):
    """One setting: its value for people, "" for none, and where the value comes from."""

    key: str
    value: str
    origin: str


def explain_profile(profile: Profile) -> list[ExplainedSetting]:
    """Return every setting of a profile; looks for the secret like a start of the program."""
    config_path = str(paths.config_file())
    profile_origin = config_path if profile.in_config else "--base-url"
    command = profile.secret_command
    proxy = choose_proxy(profile.base_url, profile.proxy)
    settings = {
        "profile": profile.name,
        "base_url": profile.base_url,
        "client_id": profile.client_id,
        "risk": profile.risk.value,
        "read_only": str(profile.read_only).lower(),
        "entity": profile.entity,
        "user": profile.user,
        "secret_command": f"{get_program(command)} …" if command else "",
    }
    try:
        secret = ("set", find_secret(profile).origin)
    except SettingsError as error:
        secret = ("not found", str(error))
    origins = dict.fromkeys(settings, profile_origin) | dict(profile.origins)
    return [
        *(
            ExplainedSetting(key, value or "", origins[key] if value else "not set")
            for key, value in settings.items()
        ),
        ExplainedSetting("proxy", proxy.shown, proxy.reason),
        ExplainedSetting("client_secret", *secret),
        *(
            ExplainedSetting(key, setting.value, setting.origin)
            for key, setting in load_ui_settings()._asdict().items()
        ),
        ExplainedSetting("journal", str(paths.state_file()), _describe_origin(STATE_DIR)),
        ExplainedSetting("config", config_path, _describe_origin(CONFIG_DIR)),
    ]


def _describe_origin(variable: str) -> str:
    return variable if variable in os.environ else "default"
