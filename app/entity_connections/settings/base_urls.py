"""What is known about a REST base URL: its one spelling, its risk, and why."""

from typing import NamedTuple

from entity_connections.domain.base_url import InvalidBaseUrlError, is_loopback, normalize_base_url
from entity_connections.domain.risk import Risk
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.zuora_environments import find_environment, find_environment_at


class KnownRisk(NamedTuple):
    """The risk of a base URL that needs no configuration.

    Attributes:
        risk: sandbox or production.
        reason: in words for people.
    """

    risk: Risk
    reason: str


def find_known_risk(base_url: str) -> KnownRisk | None:
    """Return the risk of one of Zuora's environments or of this machine, or None."""
    if environment := find_environment_at(base_url):
        reason = f"the environment {environment.name}, {environment.title}"
        return KnownRisk(environment.risk, reason)
    if is_loopback(base_url):
        return KnownRisk(Risk.SANDBOX, "an address on this machine")
    return None


def resolve_base_url(environment: str | None, base_url: str | None) -> str:
    """Return the base URL of a Zuora environment, or else `base_url`; "" without both."""
    known = find_environment(environment or "")
    return known.base_url if known else base_url or ""


def parse_base_url(url: str, source: str) -> str:
    """Return a base URL in its one spelling.

    Args:
        url: as the user gave it.
        source: the option or key it comes from, for the error.

    Raises:
        SettingsError: it cannot be used; nothing of it is repeated.
    """
    try:
        return normalize_base_url(url)
    except InvalidBaseUrlError as error:
        problem = str(error)
    # Raised outside the handler: the traceback must not lead to the URL, which may hold a password.
    raise SettingsError(f"{source}: {problem}")
