"""What `login` asks for: on a terminal, or from options, the environment and a pipe."""

import sys
from typing import NamedTuple

import click

from entity_connections.cli.output import narrate, table
from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import find_problem
from entity_connections.settings import paths as places
from entity_connections.settings.environment_variables import CLIENT_SECRET, read_variable
from entity_connections.settings.environments import ENVIRONMENTS, environment
from entity_connections.settings.errors import nearest
from entity_connections.settings.profiles import profile_of_address
from entity_connections.settings.reading import secret_in


class Wanted(NamedTuple):
    """What is to become a profile."""

    name: str
    environment: str | None
    base_url: str | None
    risk: str | None

    def root(self) -> str:
        """Return the REST root."""
        found = None if self.environment is None else environment(self.environment)
        if found is not None:
            return found.base_url
        assert self.base_url is not None  # noqa: S101 - `asked` takes care of that
        return profile_of_address(self.base_url).base_url


def named(name: str | None) -> str:
    """Return the profile's name; asked for when it is not given.

    Raises:
        click.UsageError: no profile can be called so.
    """
    if name is None:
        name = ask("Name of the profile")
    if not places.NAME.fullmatch(name):
        raise click.UsageError(
            "a profile's name is up to 64 letters, digits, dots, hyphens and underscores,"
            " the first a letter or digit."
        )
    return name


def asked(name: str, word: str | None, base_url: str | None, risk: str | None) -> Wanted:
    """Return where the tenant is and what is at stake; asked for when it is not given.

    Raises:
        click.UsageError: there is nobody to ask, or the answer cannot be used.
        SettingsError: the address cannot be used.
    """
    if word is not None and base_url is not None:
        raise click.UsageError("--environment and --base-url both say where: give one.")
    if word is None and base_url is None:
        if sys.stdin.isatty():
            narrate(table(
                ("ENVIRONMENT", "", ""),
                [(one.word, one.title, one.base_url) for one in ENVIRONMENTS.values()],
            ))  # fmt: skip
        said = ask("Environment, or a REST root that begins with https", "--environment")
        word, base_url = (None, said) if "://" in said else (said, None)
    if word is not None and environment(word) is None:
        hint = nearest(word, ENVIRONMENTS) or f"; there are: {', '.join(ENVIRONMENTS)}."
        raise click.UsageError(f"Zuora has no environment {word!r}{hint}")
    if base_url is not None and risk is None:
        likely = profile_of_address(base_url)
        if likely.origins["risk"].startswith("assumed"):
            risk = ask("What is at stake there, sandbox or production", "--risk").lower()
            if risk not in ("sandbox", "production"):
                raise click.UsageError("what is at stake is either sandbox or production.")
    return Wanted(name, word, base_url, risk)


def ask(what: str, option: str | None = None) -> str:
    """Ask on the terminal.

    Raises:
        click.UsageError: there is none, and the option that says it instead; or no answer.
    """
    if not sys.stdin.isatty():
        option = option or {"Client id": "--client-id"}.get(what, "--profile")
        raise click.UsageError(f"{option} is needed: there is no terminal to ask on.")
    answer: str = click.prompt(what, err=True)
    if problem := find_problem(answer):
        raise click.UsageError(f"what was typed {problem}.")
    return answer.strip()


def typed() -> SecretValue:
    """Return the secret, from the environment, typed unseen, or the one line of a pipe.

    Raises:
        click.UsageError: there is none.
        SettingsError: it is not text.
    """
    secret = read_variable(CLIENT_SECRET)
    if secret is not None:
        narrate(f"The secret is taken from {CLIENT_SECRET}.")
    elif sys.stdin.isatty():
        secret = _prompt_secret()
    else:
        secret = sys.stdin.readline(10_000)
    if not secret.strip():
        raise click.UsageError(
            f"the secret is missing: type it on a terminal, pipe it in as one line,"
            f" or set {CLIENT_SECRET}."
        )
    return secret_in(secret, "What was given")


def _prompt_secret() -> str:
    try:
        return str(click.prompt("Client secret (not shown)", hide_input=True, err=True))
    except UnicodeDecodeError as error:  # it is read from the terminal, not from stdin
        return bytes(error.object).decode("utf-8", "surrogateescape")
