"""Profiles: named ways into a tenant, from config.toml and the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.settings import base_urls as roots
from entity_connections.settings import paths as places
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY_ID,
    read_variable,
)
from entity_connections.settings.errors import SettingsError, nearest
from entity_connections.settings.reading import content
from entity_connections.settings.table import ProfileTable
from entity_connections.settings.table import checked as tables

FILE_LIMIT = 1_000_000
"""Most bytes of config.toml."""


class Profile(NamedTuple):
    """One way into a tenant; there is no secret in it.

    Attributes:
        name: of the profile, or the address itself for `--base-url`.
        base_url: the REST root.
        client_id: of the OAuth client, or "" when nothing says.
        risk: sandbox or production; production starts locked.
        read_only: writes are refused for good.
        entity: the acting entity to start in: id, name or display name.
        user: who works with it, only shown.
        secret_command: prints the client secret; runs without a shell.
        own_client_id: what config.toml says, whatever the environment; "" for nothing.
        named: whether it stands in config.toml, so that a secret may be kept for its name.
        origins: where each value came from, by its name.
    """

    name: str
    base_url: str
    client_id: str
    risk: Risk
    read_only: bool = False
    entity: str | None = None
    user: str | None = None
    secret_command: str | None = None
    own_client_id: str = ""
    named: bool = True
    origins: Mapping[str, str] = MappingProxyType({})

    @property
    def options(self) -> tuple[str, ...]:
        """The command-line options that lead here."""
        return ("--profile" if self.named else "--base-url", self.name)

    def needed_client_id(self) -> str:
        """Return the client id.

        Raises:
            SettingsError: nothing says it, and what could.
        """
        if self.client_id:
            return self.client_id
        if not self.named:
            raise SettingsError(
                f"There is no client id for {self.name}: set {CLIENT_ID} and {CLIENT_SECRET}."
            )
        raise SettingsError(
            f"The profile {self.name} has no client id: set {CLIENT_ID}, or run: "
            f"entity-connections login --profile {self.name}"
        )


class Settings(NamedTuple):
    """Everything configured.

    Attributes:
        path: config.toml, whether it is there or not.
        profiles: by name, in the order of the file.
    """

    path: Path
    profiles: Mapping[str, Profile]

    def profile(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            SettingsError: there is none; the nearest names, or how to make one.
        """
        if name in self.profiles:
            return self.profiles[name]
        hint = nearest(name, self.profiles)
        if not hint and self.profiles:
            hint = f"; there are: {', '.join(self.profiles)}."
        login = f" To make it: entity-connections login --profile {name}"
        raise SettingsError(
            f"There is no profile {clean(name, 64)!r} in {self.path}{hint or '.'}"
            + (login if places.NAME.fullmatch(name) else "")
        )


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read config.toml; without one there are no profiles.

    Raises:
        SettingsError: the file cannot be read or says something it must not.
    """
    environ = os.environ if environ is None else environ
    path = places.config_file(environ)
    return Settings(path, read(parse(content(path, FILE_LIMIT) or b"", path), path, environ))


def names(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of the profiles as they stand in config.toml, unchecked but safe.

    Quick and never wrong-footed: for completion, where nobody could be told what is wrong.
    """
    try:
        path = places.config_file(environ)
        found = parse(content(path, FILE_LIMIT) or b"", path).get("profiles")
    except SettingsError:
        return []
    return [one for one in found if places.NAME.fullmatch(one)] if isinstance(found, dict) else []


def profile_of_address(base_url: str, environ: Mapping[str, str] | None = None) -> Profile:
    """Return the way to an address given by hand; its credentials come from the environment.

    What Zuora has no word for is taken for production, except on this machine.

    Raises:
        SettingsError: the address cannot be used.
    """
    environ = os.environ if environ is None else environ
    address = roots.address(base_url, "--base-url")
    known = roots.known_risk(address)
    return Profile(
        name=address,
        base_url=address,
        client_id=_over(None, CLIENT_ID, "", environ)[0],
        risk=known or Risk.PRODUCTION,
        entity=_over(None, ENTITY_ID, "", environ)[0] or None,
        named=False,
        origins={
            "base_url": "--base-url",
            "client_id": CLIENT_ID,
            "entity": ENTITY_ID,
            "risk": roots.why(address) if known else "assumed: an address Zuora does not list",
        },
    )


def parse(text: bytes, path: Path) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises:
        SettingsError: it is not TOML; line and column.
    """
    import tomllib

    try:
        return tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        problem = f"line {line} is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        problem = clean(str(error))
    except (ValueError, RecursionError):
        problem = "a number is too long or lists are nested too deeply"
    # Raised outside the handlers, which hold the text of the file.
    raise SettingsError(f"{path}: {problem}. Mend the line, or take it out.")


def read(raw: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Profile]:
    """Return the profiles in what config.toml says, the environment put over them.

    Raises:
        SettingsError: it says something it must not.
    """
    return {
        name: _profile(name, table, str(path), environ)
        for name, table in tables(raw, str(path)).items()
    }


def _profile(name: str, table: ProfileTable, place: str, environ: Mapping[str, str]) -> Profile:
    where = f"{place}: [profiles.{name}]"
    base_url, address_origin = roots.root(table.environment, table.base_url, where, place)
    risk, risk_origin = roots.risk(table.risk, base_url, where, place)
    client_id, id_origin = _over(table.client_id, CLIENT_ID, place, environ)
    entity, entity_origin = _over(table.entity, ENTITY_ID, place, environ)
    return Profile(
        name=name,
        base_url=base_url,
        client_id=client_id,
        risk=risk,
        read_only=table.read_only,
        entity=entity or None,
        user=clean(table.user or "") or None,
        secret_command=table.secret_command,
        own_client_id=clean(table.client_id or ""),
        origins={
            "base_url": address_origin,
            "client_id": id_origin,
            "risk": risk_origin,
            "read_only": place if table.read_only else "default",
            "entity": entity_origin,
            "user": place,
            "secret_command": place,
        },
    )


def _over(
    said: str | None, variable: str, place: str, environ: Mapping[str, str]
) -> tuple[str, str]:
    """Return a value as one harmless line, and its origin: a variable wins over the file."""
    value = read_variable(variable, environ)
    return (clean(said or ""), place) if value is None else (clean(value), variable)
