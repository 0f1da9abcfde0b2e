"""Writes profiles into config.toml. Comments and layout of the user's file survive."""

from collections.abc import Mapping

import tomlkit

from entity_connections.files import replace_file, replace_private_file
from entity_connections.settings import paths
from entity_connections.settings.config_file import read_config_file
from entity_connections.settings.errors import SettingsError, convert_os_errors
from entity_connections.settings.profiles import Profile, parse_profiles


def write_profile(name: str, values: Mapping[str, str | bool | None]) -> Profile:
    """Put values into the table of a profile in config.toml, except None; make what is missing.

    The file is unchanged when a value cannot be used.
    """
    path = paths.config_file()
    try:
        document = tomlkit.parse(read_config_file(path).decode("utf-8-sig"))
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        table = profiles.setdefault(name, tomlkit.table())
        table.update({key: value for key, value in values.items() if value is not None})
    except ValueError as error:  # an inline table cannot contain a table
        raise SettingsError(
            f"{path} is written in a way that nothing can be put into: "
            f"edit [profiles.{name}] there by hand."
        ) from error
    edited = tomlkit.dumps(document).encode()
    profile = parse_profiles(edited, path)[name]
    with convert_os_errors(path, "written"):
        if path.exists():
            replace_file(path, edited)  # keeps a link and the mode of the user's file
        else:
            replace_private_file(path, edited)
    return profile
