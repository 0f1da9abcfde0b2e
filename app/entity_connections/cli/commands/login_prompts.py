"""What `login` asks for: on the terminal, unless an option, a variable or a pipe gives it.

Every function raises click.UsageError or SettingsError for an answer that cannot be used.
"""

import sys
from typing import NamedTuple

import click

from entity_connections.cli.output import format_table, info
from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import find_problem
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.profiles import Profile, parse_base_url
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.zuora_environments import ENVIRONMENTS, find_known_risk


class Location(NamedTuple):
    """Where a tenant is and what is at stake there: keys of a profile in config.toml."""

    environment: str | None
    base_url: str | None
    risk: str | None

    @property
    def rest_url(self) -> str:
        """The REST root, of the environment or as given."""
        return ENVIRONMENTS[self.environment].base_url if self.environment else self.base_url or ""


def prompt_text(question: str, option: str) -> str:
    """Ask on the terminal; where there is none, the error names the option to use instead."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"{option} is needed: there is no terminal to ask on.")
    answer: str = click.prompt(question, err=True)
    if problem := find_problem(answer):
        raise click.UsageError(f"what was typed {problem}.")
    return answer.strip()


def prompt_name(name: str | None) -> str:
    """Return the name of the profile, asking when it is not given."""
    name = name or prompt_text("Name of the profile", "--profile")
    if not paths.PROFILE_NAME.fullmatch(name):
        raise click.UsageError(
            "a profile's name is up to 64 letters, digits, dots, hyphens and underscores,"
            " the first a letter or digit."
        )
    return name


def prompt_location(
    environment: str | None, base_url: str | None, risk: str | None, profile: Profile | None
) -> Location:
    """Return where the tenant is and what is at stake there, asking when it is not given.

    A profile that exists already keeps its address and risk.
    """
    if environment is not None and base_url is not None:
        raise click.UsageError("--environment and --base-url both say where: give one.")
    if environment is None and base_url is None:
        environment, base_url = (None, profile.base_url) if profile else _prompt_place()
    if environment is not None and environment not in ENVIRONMENTS:
        raise click.UsageError(
            f"Zuora has no environment {environment!r}; there are: {', '.join(ENVIRONMENTS)}."
        )
    if base_url is not None:
        base_url = parse_base_url(base_url)
    if profile is not None and risk is None:
        risk = profile.risk.value
    location = Location(environment, base_url, risk)
    if profile and (location.rest_url, risk) != (profile.base_url, profile.risk.value):
        raise click.UsageError(
            f"there is a profile {profile.name} for {profile.base_url} ({profile.risk.value})"
            f" already: change it in {paths.config_file()}, or choose another name."
        )
    if risk is None and find_known_risk(location.rest_url) is None:
        risk = prompt_text("What is at stake there, sandbox or production", "--risk").lower()
        if risk not in ("sandbox", "production"):
            raise click.UsageError("what is at stake is either sandbox or production.")
    return location._replace(risk=risk)


def _prompt_place() -> tuple[str | None, str | None]:
    """Ask where the tenant is; return an environment or a base URL."""
    if sys.stdin.isatty():
        rows = [(name, *environment) for name, environment in ENVIRONMENTS.items()]
        info(format_table(("ENVIRONMENT", "", ""), rows))
    answer = prompt_text("Environment, or a REST root that begins with https", "--environment")
    return (None, answer) if "://" in answer else (answer, None)


def prompt_secret() -> SecretValue:
    """Return the secret: from the environment, typed unseen, or the one line of a pipe."""
    secret = read_variable(CLIENT_SECRET)
    if secret is not None:
        info(f"The secret is taken from {CLIENT_SECRET}.")
    elif sys.stdin.isatty():
        try:
            secret = str(click.prompt("Client secret (not shown)", hide_input=True, err=True))
        except UnicodeDecodeError:  # `getpass` reads the terminal in strict UTF-8
            secret = ""
    else:
        secret = sys.stdin.readline(10_000)
    return parse_secret(secret, "What was typed or piped in as the secret")
