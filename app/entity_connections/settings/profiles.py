"""Profiles: the ways into a tenant, from config.toml and the environment variables."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.domain.words import suggest
from entity_connections.settings import paths
from entity_connections.settings.base_urls import find_known_risk, parse_base_url
from entity_connections.settings.config_file import parse_toml, read_config_file
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY_ID,
    read_variable,
)
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.zuora_environments import find_environment

if TYPE_CHECKING:
    from entity_connections.settings.config_models import ProfileTable


class Profile(NamedTuple):
    """One way into a tenant; it holds no secret.

    Attributes:
        name: of the profile, or the base URL itself for `--base-url`.
        base_url: the REST base URL.
        client_id: of the OAuth client, or "" when it is given nowhere.
        risk: sandbox or production; production starts locked.
        read_only: whether all writes are refused.
        entity: the acting entity to start in: id, name or display name.
        user: who works with it, only shown.
        secret_command: prints the client secret; it runs without a shell.
        configured_client_id: the client id in config.toml, or "".
        in_config: whether the profile is in config.toml, so that a secret may be stored for it.
        origins: where each value comes from, by the name of the attribute.
    """

    name: str
    base_url: str
    client_id: str
    risk: Risk
    read_only: bool = False
    entity: str | None = None
    user: str | None = None
    secret_command: str | None = None
    configured_client_id: str = ""
    in_config: bool = True
    origins: Mapping[str, str] = MappingProxyType({})

    @property
    def options(self) -> tuple[str, str]:
        """The command-line options that select this profile."""
        return ("--profile" if self.in_config else "--base-url", self.name)

    def require_client_id(self) -> str:
        """Return the client id.

        Raises:
            SettingsError: there is none; the message says where to set it.
        """
        if self.client_id:
            return self.client_id
        if not self.in_config:
            raise SettingsError(
                f"There is no client id for {self.name}: set {CLIENT_ID} and {CLIENT_SECRET}."
            )
        raise SettingsError(
            f"The profile {self.name} has no client id: set {CLIENT_ID}, or run: "
            f"entity-connections login --profile {self.name}"
        )


class Config(NamedTuple):
    """The contents of config.toml.

    Attributes:
        path: of config.toml, whether the file exists or not.
        profiles: by name, in the order of the file.
    """

    path: Path
    profiles: Mapping[str, Profile]

    def get_profile(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            SettingsError: there is none; the message names similar ones, or how to make it.
        """
        if name in self.profiles:
            return self.profiles[name]
        suggestion = suggest(name, self.profiles)
        if not suggestion and self.profiles:
            suggestion = f"; there are: {', '.join(self.profiles)}."
        login = f" To make it: entity-connections login --profile {name}"
        raise SettingsError(
            f"There is no profile {clean(name, 64)!r} in {self.path}{suggestion or '.'}"
            + (login if paths.PROFILE_NAME.fullmatch(name) else "")
        )


def load_config() -> Config:
    """Read config.toml; without the file there are no profiles.

    Raises:
        SettingsError: the file or an environment variable cannot be used.
    """
    path = paths.config_file()
    return parse_config(read_config_file(path), path)


def parse_config(data: bytes, path: Path) -> Config:
    """Check the contents of config.toml and apply the environment variables.

    Raises:
        SettingsError: the contents or an environment variable cannot be used.
    """
    tables = parse_toml(data, path)
    if not tables:
        return Config(path, {})
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # the search for them is slow
    from entity_connections.settings.config_models import check_config

    profiles = check_config(tables, path)
    return Config(path, {name: _make_profile(name, profiles[name], str(path)) for name in profiles})


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


def make_profile_for_url(base_url: str) -> Profile:
    """Return a profile for `--base-url`; its credentials are environment variables.

    The risk of an unknown address is production.

    Raises:
        SettingsError: the base URL or an environment variable cannot be used.
    """
    base_url = parse_base_url(base_url, "--base-url")
    known = find_known_risk(base_url)
    return Profile(
        name=base_url,
        base_url=base_url,
        client_id=clean(read_variable(CLIENT_ID) or ""),
        risk=known.risk if known else Risk.PRODUCTION,
        entity=clean(read_variable(ENTITY_ID) or "") or None,
        in_config=False,
        origins={
            "base_url": "--base-url",
            "client_id": CLIENT_ID,
            "entity": ENTITY_ID,
            "risk": known.reason if known else "assumed: an address Zuora does not list",
        },
    )


def _make_profile(name: str, table: "ProfileTable", path: str) -> Profile:
    environment = find_environment(table.environment or "")
    known = find_known_risk(table.rest_url)
    client_id = read_variable(CLIENT_ID)
    entity = read_variable(ENTITY_ID)
    return Profile(
        name=name,
        base_url=table.rest_url,
        client_id=clean(client_id or table.client_id or ""),
        risk=Risk(table.risk) if table.risk or not known else known.risk,
        read_only=table.read_only,
        entity=clean(entity or table.entity or "") or None,
        user=clean(table.user or "") or None,
        secret_command=table.secret_command,
        configured_client_id=clean(table.client_id or ""),
        origins={
            "base_url": f"{path}: environment {table.environment!r}, {environment.title}"
            if environment
            else path,
            "client_id": CLIENT_ID if client_id else path,
            "risk": path if table.risk or not known else known.reason,
            "read_only": path if table.read_only else "default",
            "entity": ENTITY_ID if entity else path,
            "user": path,
            "secret_command": path,
        },
    )
