"""How the screen looks: `[ui]` in config.toml, else what was chosen on the screen before."""

import json
from typing import NamedTuple

from entity_connections.files import read_file, replace_private_file
from entity_connections.settings import paths
from entity_connections.settings.config_file import parse_toml, read_config_file
from entity_connections.settings.errors import NoHomeError, SettingsError
from entity_connections.settings.paths import convert_os_errors

MAX_SIZE = 10_000
"""Most bytes of the file of the choices."""
CHOSEN, DEFAULT = "chosen on the screen", "default"
"""Where a value comes from that was remembered, or that nobody has chosen."""


class UiSetting(NamedTuple):
    """A setting of the screen, and where its value comes from."""

    value: str
    origin: str


class UiSettings(NamedTuple):
    """The settings of the screen; a theme of that name may not exist."""

    theme: UiSetting = UiSetting("dark", DEFAULT)
    panes: UiSetting = UiSetting("auto", DEFAULT)


def load_ui_settings() -> UiSettings:
    """Return the settings of config.toml, else what was chosen on the screen, else the defaults."""
    settings = UiSettings(
        **{key: UiSetting(value, CHOSEN) for key, value in _load_choices().items()}
    )
    try:
        path = paths.config_file()
    except NoHomeError:
        return settings
    contents = parse_toml(read_config_file(path), path)
    if "ui" not in contents:
        return settings
    from entity_connections.settings.config_models import check_config  # imports pydantic

    table = check_config({"ui": contents["ui"]}, path).ui.model_dump(exclude_unset=True)
    return settings._replace(**{key: UiSetting(value, str(path)) for key, value in table.items()})


def save_choice(key: str, value: str) -> None:
    """Remember what was chosen on the screen for the next start. It waits for the disk."""
    path = paths.screen_file()
    data = json.dumps(_load_choices() | {key: value})
    with convert_os_errors(path, "written"):
        replace_private_file(path, data.encode())


def _load_choices() -> dict[str, str]:
    """Return what was chosen on the screen; a file that cannot be used holds no choices."""
    try:
        choices = json.loads(read_file(paths.screen_file(), MAX_SIZE, private=True))
    except (SettingsError, OSError, ValueError, RecursionError):
        return {}
    if not isinstance(choices, dict):
        return {}
    known = {key: choices.get(key) for key in UiSettings._fields}
    return {key: value for key, value in known.items() if isinstance(value, str)}
