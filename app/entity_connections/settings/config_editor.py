"""Writes profiles into config.toml. Comments and layout of the user's file survive."""

from collections.abc import Mapping
from pathlib import Path

import tomlkit

from entity_connections.files import replace_file, replace_private_file
from entity_connections.settings.config_file import read_config_file
from entity_connections.settings.errors import SettingsError, convert_os_errors
from entity_connections.settings.profiles import Profile, load_config, parse_config


def add_profile(name: str, values: Mapping[str, str | bool | None]) -> Profile:
    """Append a profile to config.toml and return it. A missing file is made.

    Args:
        name: of the new profile.
        values: the keys of its table in config.toml; those that are None are left out.

    Raises:
        SettingsError: the name is taken, a value cannot be used, or the file cannot be read or
            written; it is unchanged then.
    """
    config = load_config()
    if name in config.profiles:
        raise SettingsError(f"There is a profile {name!r} already in {config.path}.")
    table = {key: value for key, value in values.items() if value is not None}
    return _write_profile(config.path, name, table)


def set_client_id(name: str, client_id: str) -> None:
    """Write the client id of a profile into config.toml.

    Raises:
        SettingsError: there is no such profile, the id cannot be used, or the file cannot be
            read or written; it is unchanged then.
    """
    config = load_config()
    config.get_profile(name)
    _write_profile(config.path, name, {"client_id": client_id})


def _write_profile(path: Path, name: str, values: Mapping[str, str | bool]) -> Profile:
    """Put values into the table of a profile, which is made if needed; write the file if valid."""
    text = read_config_file(path).decode("utf-8-sig")
    try:
        document = tomlkit.parse(text)
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        profiles.setdefault(name, tomlkit.table()).update(values)
    except ValueError as error:  # an inline table cannot contain a table
        raise SettingsError(
            f"{path} is written in a way that nothing can be put into: "
            f"edit [profiles.{name}] there by hand."
        ) from error
    edited = tomlkit.dumps(document).encode()
    profile = parse_config(edited, path).profiles[name]
    with convert_os_errors(path, "written"):
        if path.exists():
            replace_file(path, edited)  # keeps a link and the mode of the user's file
        else:
            replace_private_file(path, edited)
    return profile
