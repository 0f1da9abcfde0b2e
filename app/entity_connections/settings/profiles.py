"""Profiles: the ways into a tenant, from config.toml and the environment variables."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from entity_connections.domain.base_url import InvalidBaseUrlError, normalize_base_url
from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.domain.words import suggest
from entity_connections.files import replace_file, replace_private_file
from entity_connections.settings import paths
from entity_connections.settings.config_file import parse_toml, read_config_file
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY_ID,
    read_variable,
)
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import convert_os_errors
from entity_connections.settings.zuora_environments import ENVIRONMENTS, find_known_risk


class Profile(NamedTuple):
    """One way into a tenant; it holds no secret.

    Attributes:
        name: of the profile, or the base URL itself for `--base-url`.
        base_url: the REST base URL.
        client_id: "" when it is given nowhere.
        entity: to start in: id, name or display name.
        user: who works with it, only shown.
        proxy: None for the environment's.
        configured_client_id: the client id in config.toml, or "".
        in_config: whether the profile is in config.toml, so that a secret may be stored for it.
        origins: where a value comes from, by the name of the attribute; those of the others
            are in config.toml.
    """

    name: str
    base_url: str
    client_id: str
    risk: Risk
    read_only: bool = False
    entity: str | None = None
    user: str | None = None
    proxy: str | None = None
    secret_command: str | None = None
    configured_client_id: str = ""
    in_config: bool = True
    origins: Mapping[str, str] = MappingProxyType({})

    @property
    def options(self) -> tuple[str, str]:
        """The command-line options that select this profile."""
        return ("--profile" if self.in_config else "--base-url", self.name)

    @property
    def credentials_remedy(self) -> str:
        """How to give this profile its credentials."""
        if self.in_config:
            return f"Run: entity-connections login --profile {self.name}"
        return f"Set {CLIENT_ID} and {CLIENT_SECRET}."


def load_profiles() -> dict[str, Profile]:
    """Read the profiles of config.toml by name; without the file there are none."""
    path = paths.config_file()
    return parse_profiles(read_config_file(path), path)


def parse_profiles(data: bytes, path: Path) -> dict[str, Profile]:
    """Check the contents of config.toml and apply the environment variables."""
    contents = parse_toml(data, path)
    if not contents:
        return {}
    from entity_connections.settings.config_models import check_config

    return {
        name: _make_profile(name, table.rest_url, table.model_dump(exclude_unset=True))
        for name, table in check_config(contents, path).profiles.items()
    }


def load_profile(name: str) -> Profile:
    """Return the profile of that name; an error names similar ones, or how to make it."""
    profiles = load_profiles()
    if name in profiles:
        return profiles[name]
    raise SettingsError(
        f"There is no profile {clean(name, 64)!r} in {paths.config_file()}"
        f"{suggest(name, profiles) or '.'} To make one: entity-connections login"
    )


def write_profile(name: str, values: Mapping[str, str | bool | None]) -> Profile:
    """Put values into the table of a profile in config.toml, except None; make what is missing.

    The file is unchanged when a value cannot be used.
    """
    import tomlkit

    path = paths.config_file()
    try:
        document = tomlkit.parse(read_config_file(path).decode("utf-8-sig"))
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        table = profiles.setdefault(name, tomlkit.table())
        table.update({key: value for key, value in values.items() if value is not None})
    except ValueError as error:  # an inline table cannot contain a table
        raise SettingsError(
            f"Nothing can be added to {path} as it is written: "
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


def list_profile_names() -> list[str]:
    """Return the names of the profiles for shell completion: nothing else is checked.

    A file that cannot be used has no names, because completion can show no error.
    """
    try:
        path = paths.config_file()
        profiles = parse_toml(read_config_file(path), path).get("profiles")
    except SettingsError:
        return []
    names = profiles if isinstance(profiles, dict) else {}
    return [name for name in names if paths.PROFILE_NAME.fullmatch(name)]


def make_profile_for_url(url: str) -> Profile:
    """Return a profile for `--base-url`; its credentials are environment variables.

    The risk of an unknown address is production.
    """
    base_url = parse_base_url(url)
    return _make_profile(base_url, base_url, {})._replace(in_config=False)


def parse_base_url(url: str) -> str:
    """Return the value of `--base-url` in its one spelling."""
    try:
        return normalize_base_url(url)
    except InvalidBaseUrlError as error:  # which does not repeat the URL
        raise SettingsError(f"--base-url: {error}") from None


def _make_profile(name: str, base_url: str, values: Mapping[str, Any]) -> Profile:
    risk, reason = find_known_risk(base_url) or (Risk.PRODUCTION, "assumed: not listed by Zuora")
    origins = {"risk": reason, "read_only": "default"}
    origins = {key: origin for key, origin in origins.items() if key not in values}
    if environment := values.get("environment"):
        origins["base_url"] = f"environment {environment!r}, {ENVIRONMENTS[environment].title}"
    texts = {key: clean(values.get(key, "")) for key in ("client_id", "entity", "user")}
    configured_client_id = texts["client_id"]
    for key, variable in (("client_id", CLIENT_ID), ("entity", ENTITY_ID)):
        if value := read_variable(variable):
            texts[key], origins[key] = clean(value), variable
    return Profile(
        name,
        base_url,
        texts["client_id"],
        Risk(values.get("risk", risk)),
        read_only=values.get("read_only", False),
        entity=texts["entity"] or None,
        user=texts["user"] or None,
        proxy=values.get("proxy"),
        secret_command=values.get("secret_command"),
        configured_client_id=configured_client_id,
        origins=origins,
    )
