"""Writes profiles into config.toml. Comments and layout of the user's file survive."""

from collections.abc import Mapping

import tomlkit

from entity_connections.files import replace_file, replace_private_file
from entity_connections.settings.config_file import read_config_file
from entity_connections.settings.errors import SettingsError, convert_os_errors
from entity_connections.settings.profiles import Profile, load_config, parse_config


def write_profile(name: str, values: Mapping[str, str | bool | None]) -> Profile:
    """Put values into the table of a profile in config.toml; make what is missing.

    Args:
        name: of the profile.
        values: the keys of its table; those that are None are left as they are.

    Raises:
        SettingsError: a value cannot be used, or the file cannot be read or written; it is
            unchanged then.
    """
    path = load_config().path
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
    profile = parse_config(edited, path).profiles[name]
    with convert_os_errors(path, "written"):
        if path.exists():
            replace_file(path, edited)  # keeps a link and the mode of the user's file
        else:
            replace_private_file(path, edited)
    return profile
