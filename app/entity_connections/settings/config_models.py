"""What may stand in config.toml, as pydantic models.

Pydantic is slow to import: import this module only when there is a file to check.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from entity_connections.domain.base_url import normalize_base_url
from entity_connections.domain.proxy import is_plain_proxy_url
from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean, find_problem, trim
from entity_connections.domain.validation_messages import describe_validation_error
from entity_connections.domain.words import find_similar
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import PROFILE_NAME, PROFILE_NAME_RULE
from entity_connections.settings.secrets.split_command import split_command_line
from entity_connections.settings.zuora_environments import ENVIRONMENTS, find_known_risk

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def _check_text(text: str) -> str:
    if problem := find_problem(text):
        raise ValueError(f"it {problem}; give it a value, or remove the line.")
    return text


def _check_command(command: str) -> str:
    try:
        split_command_line(command)
    except ValueError:
        sentence = "a quotation mark in it is not closed, or it ends with a backslash."
        raise ValueError(sentence) from None
    return _check_text(command)


def _check_proxy(url: str) -> str:
    url = trim(url)
    if not is_plain_proxy_url(url):
        raise ValueError(
            'it must be like "http://proxy.acme.example:8080". A user name and a password do not '
            "belong in this file: put such a URL into the variable HTTPS_PROXY instead."
        )
    return url


def _check_environment(name: str) -> str:
    if name not in ENVIRONMENTS:
        raise ValueError(
            f"it must be one of {', '.join(ENVIRONMENTS)}; for any other tenant write a base_url."
        )
    return name


def _check_profile_name(name: str) -> str:
    if not PROFILE_NAME.fullmatch(name):
        raise ValueError(PROFILE_NAME_RULE)
    return name


def _check_capitals(profiles: dict[str, "ProfileTable"]) -> dict[str, "ProfileTable"]:
    """Refuse names that would share a secret file on some file systems."""
    if len({name.lower() for name in profiles}) < len(profiles):
        raise ValueError("two names differ only in capitals: rename one.")
    return profiles


Text = Annotated[str, AfterValidator(_check_text)]
EnvironmentName = Annotated[
    str, AfterValidator(_check_environment), Field(json_schema_extra={"enum": [*ENVIRONMENTS]})
]
Command = Annotated[str, AfterValidator(_check_command)]
ProxyUrl = Annotated[str, AfterValidator(_check_proxy)]
BaseUrl = Annotated[str, AfterValidator(normalize_base_url)]
ProfileName = Annotated[
    str,
    AfterValidator(_check_profile_name),
    Field(json_schema_extra={"pattern": f"^{PROFILE_NAME.pattern}$"}),
]


class ProfileTable(BaseModel):
    """One table `[profiles.NAME]`; a missing key is None."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        use_attribute_docstrings=True,
        json_schema_extra={"oneOf": [{"required": ["environment"]}, {"required": ["base_url"]}]},
    )

    environment: EnvironmentName | None = None
    """Zuora's environment by name. A tenant has this or base_url."""
    base_url: BaseUrl | None = None
    """A REST base URL: https, or http on this machine."""
    client_id: Text | None = None
    """Of the OAuth client. ZUORA_CLIENT_ID in the environment wins."""
    secret_command: Command | None = None
    """A command that prints the client secret. It runs without a shell."""
    risk: Literal["sandbox", "production"] | None = None
    """Known for an environment; needed with a base_url that Zuora does not list."""
    read_only: bool = False
    """Refuse all writes. Production starts locked in any case."""
    entity: Text | None = None
    """To start in: id, name or display name. ZUORA_ENTITY_ID in the environment wins."""
    proxy: ProxyUrl | None = None
    """The HTTP proxy on the way to the tenant. It wins over HTTPS_PROXY and NO_PROXY."""
    user: Text | None = None
    """Who works with it; only shown."""

    @property
    def rest_url(self) -> str:
        """The REST base URL, of the environment or as written; "" when there is neither."""
        if self.environment:
            return ENVIRONMENTS[self.environment].base_url
        return self.base_url or ""

    @model_validator(mode="after")
    def _check_location(self) -> "ProfileTable":
        if bool(self.environment) == bool(self.base_url):
            raise ValueError(
                'the tenant needs either environment = "us-api-sandbox" or another name, '
                'or base_url = "https://…".'
            )
        known = find_known_risk(self.rest_url)
        if known is None and self.risk is None:
            raise ValueError(
                "its base_url is none that Zuora lists: "
                'add risk = "sandbox" or risk = "production".'
            )
        # A copied profile with another environment and the old risk must not open production.
        if known and known[0] is Risk.PRODUCTION and self.risk == "sandbox":
            raise ValueError(
                f'risk is "sandbox", but {self.rest_url} is {known[1]}: remove the line.'
            )
        return self


class UiTable(BaseModel):
    """The table `[ui]`."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)

    theme: Text = "dark"
    """The theme of the screen. --theme and TEXTUAL_THEME win."""
    panes: Literal["auto", "always", "never"] = "auto"
    """Whether tree, rows and detail stand side by side: auto where there is much room."""


class ConfigTable(BaseModel):
    """The file config.toml of entity-connections."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)

    profiles: Annotated[dict[ProfileName, ProfileTable], AfterValidator(_check_capitals)] = {}
    """Ways into tenants of Zuora, by name."""
    ui: UiTable = UiTable()
    """How the screen looks."""


def check_config(data: Mapping[str, Any], path: Path) -> ConfigTable:
    """Return the contents of config.toml, checked; an error has a line for each problem."""
    try:
        return ConfigTable.model_validate(data)
    except ValidationError as error:
        problems = [_describe(details) for details in error.errors()]
    # Raised outside the handler: the pydantic error holds the values, which may be secrets.
    raise SettingsError("\n".join(f"{path}: {problem}" for problem in problems))


def make_json_schema() -> dict[str, Any]:
    """Return the JSON schema of config.toml."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | ConfigTable.model_json_schema()


_SECRET_KEYS = ("client_secret", "secret", "password", "token", "access_token", "api_key")


def _describe(error: "ErrorDetails") -> str:
    # Pydantic adds "[key]" to the place of an error when a key is wrong, and not its value.
    names = [clean(str(name), 64) for name in error["loc"] if name != "[key]"]
    message = _describe_misplaced_key(names) if error["type"] == "extra_forbidden" else ""
    keys = ConfigTable.model_fields
    if len(names) > 1:
        keys = UiTable.model_fields if names[0] == "ui" else ProfileTable.model_fields
    return f"{'.'.join(names)}: {message or describe_validation_error(error, keys)}"


def _describe_misplaced_key(names: list[str]) -> str:
    """Return what to do about a secret, or about a key of a profile outside of one; else ""."""
    key = names[-1]
    if len(names) == 1 and key in ProfileTable.model_fields:
        return "it belongs to a profile: write it below a line such as [profiles.acme]."
    similar = find_similar(key, [*ProfileTable.model_fields, *_SECRET_KEYS])
    if similar and similar[0] in _SECRET_KEYS:
        return (
            "a secret does not belong in this file, which is copied and shown around. "
            "Remove the line, then run: entity-connections login"
        )
    return ""
