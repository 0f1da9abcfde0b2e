"""What `login` asks for: on the terminal, unless an option, a variable or a pipe gives it."""

import sys
from typing import NamedTuple

import click

from entity_connections.cli.output import format_table, info
from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import find_problem
from entity_connections.domain.words import suggest
from entity_connections.settings.base_urls import find_known_risk, parse_base_url
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.paths import PROFILE_NAME
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.zuora_environments import ENVIRONMENTS, find_environment


class Location(NamedTuple):
    """Where a tenant is and what is at stake there: keys of a profile in config.toml."""

    environment: str | None
    base_url: str | None
    risk: str | None


def prompt_text(question: str, option: str) -> str:
    """Ask on the terminal.

    Raises:
        click.UsageError: the answer cannot be used, or there is no terminal; the message names
            the option to use instead.
    """
    if not sys.stdin.isatty():
        raise click.UsageError(f"{option} is needed: there is no terminal to ask on.")
    answer: str = click.prompt(question, err=True)
    if problem := find_problem(answer):
        raise click.UsageError(f"what was typed {problem}.")
    return answer.strip()


def prompt_name(name: str | None) -> str:
    """Return the name of the profile, asking when it is not given.

    Raises:
        click.UsageError: no profile can have that name.
    """
    name = name or prompt_text("Name of the profile", "--profile")
    if not PROFILE_NAME.fullmatch(name):
        raise click.UsageError(
            "a profile's name is up to 64 letters, digits, dots, hyphens and underscores,"
            " the first a letter or digit."
        )
    return name


def prompt_location(environment: str | None, base_url: str | None, risk: str | None) -> Location:
    """Return where the tenant is and what is at stake there, asking when it is not given.

    Raises:
        click.UsageError: there is no terminal to ask on, or the answer cannot be used.
        SettingsError: the base URL cannot be used.
    """
    if environment is not None and base_url is not None:
        raise click.UsageError("--environment and --base-url both say where: give one.")
    if environment is None and base_url is None:
        if sys.stdin.isatty():
            rows = [(known.name, known.title, known.base_url) for known in ENVIRONMENTS.values()]
            info(format_table(("ENVIRONMENT", "", ""), rows))
        answer = prompt_text("Environment, or a REST root that begins with https", "--environment")
        environment, base_url = (None, answer) if "://" in answer else (answer, None)
    if environment is not None and find_environment(environment) is None:
        hint = suggest(environment, ENVIRONMENTS) or f"; there are: {', '.join(ENVIRONMENTS)}."
        raise click.UsageError(f"Zuora has no environment {environment!r}{hint}")
    if base_url is not None:
        base_url = parse_base_url(base_url, "--base-url")
        if risk is None and find_known_risk(base_url) is None:
            question = "What is at stake there, sandbox or production"
            risk = prompt_text(question, "--risk").lower()
            if risk not in ("sandbox", "production"):
                raise click.UsageError("what is at stake is either sandbox or production.")
    return Location(environment, base_url, risk)


def prompt_secret() -> SecretValue:
    """Return the secret: from the environment, typed unseen, or the one line of a pipe.

    Raises:
        click.UsageError: there is none.
        SettingsError: it is not text.
    """
    secret = read_variable(CLIENT_SECRET)
    if secret is not None:
        info(f"The secret is taken from {CLIENT_SECRET}.")
    elif sys.stdin.isatty():
        secret = _prompt_hidden()
    else:
        secret = sys.stdin.readline(10_000)
    if not secret.strip():
        raise click.UsageError(
            f"the secret is missing: type it on a terminal, pipe it in as one line,"
            f" or set {CLIENT_SECRET}."
        )
    return parse_secret(secret, "What was given")


def _prompt_hidden() -> str:
    try:
        return str(click.prompt("Client secret (not shown)", hide_input=True, err=True))
    except UnicodeDecodeError as error:  # `getpass` reads the terminal in strict UTF-8
        return bytes(error.object).decode("utf-8", "surrogateescape")
