"""What `login` asks for: on a terminal, or from options, the environment and a pipe."""

import os
import sys
from typing import NamedTuple

import click

from app.cli.output import narrate, table
from app.domain.secret import Hidden, Secret
from app.settings import places
from app.settings.environments import ENVIRONMENTS, environment
from app.settings.errors import nearest
from app.settings.profiles import CLIENT_SECRET, profile_of_address


class Wanted(NamedTuple):
    """What is to become a profile."""

    name: str
    environment: str | None
    base_url: str | None
    risk: str | None

    def root(self) -> str:
        """Return the REST root."""
        if self.environment and (found := environment(self.environment)):
            return found.base_url
        return profile_of_address(self.base_url or "").base_url


def named(name: str | None) -> str:
    """Return the profile's name; asked for when it is not given.

    Raises:
        click.UsageError: no profile can be called so.
    """
    name = name or ask("Name of the profile")
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
    if word and base_url:
        raise click.UsageError("--environment and --base-url both say where: give one.")
    if not (word or base_url):
        if sys.stdin.isatty():
            narrate(table(
                ("ENVIRONMENT", "", ""),
                [(one.word, one.title, one.base_url) for one in ENVIRONMENTS.values()],
            ))  # fmt: skip
        said = ask("Environment, or a REST root that begins with https", "--environment")
        word, base_url = (None, said) if "://" in said else (said, None)
    if word and environment(word) is None:
        hint = nearest(word, ENVIRONMENTS) or f"; there are: {', '.join(ENVIRONMENTS)}."
        raise click.UsageError(f"Zuora has no environment {word!r}{hint}")
    if base_url and not risk:
        likely = profile_of_address(base_url)
        if likely.origins["risk"].startswith("assumed"):
            risk = ask("What is at stake there, sandbox or production", "--risk").lower()
            if risk not in ("sandbox", "production"):
                raise click.UsageError("what is at stake is either sandbox or production.")
    return Wanted(name, word, base_url, risk)


def ask(what: str, option: str | None = None) -> str:
    """Ask on the terminal.

    Raises:
        click.UsageError: there is none; the option that says it instead.
    """
    if not sys.stdin.isatty():
        option = option or {"Client id": "--client-id"}.get(what, "--profile")
        raise click.UsageError(f"{option} is needed: there is no terminal to ask on.")
    answer: str = click.prompt(what, err=True)
    return answer.strip()


def typed() -> Hidden:
    """Return the secret, from the environment, typed unseen, or the one line of a pipe.

    Raises:
        click.UsageError: there is none.
    """
    if said := from_environ(CLIENT_SECRET):
        narrate(f"The secret is taken from {CLIENT_SECRET}.")
        return Secret(said)
    if sys.stdin.isatty():
        return Secret(click.prompt("Client secret (not shown)", hide_input=True, err=True))
    line = Secret(sys.stdin.readline(10_000).rstrip("\r\n"))
    if not line.get_secret_value():
        raise click.UsageError(
            f"the secret is missing: type it on a terminal, pipe it in as one line,"
            f" or set {CLIENT_SECRET}."
        )
    return line


def from_environ(variable: str) -> str:
    """Return what a variable of the environment says, or ""."""
    return os.environ.get(variable, "").strip()
