"""Zuora's environments: a name for each REST base URL (contract B).

US Production Copy is missing: Zuora Support tells each customer its base URL. Such a tenant is
configured with `base_url`.
"""

from typing import NamedTuple

from entity_connections.domain.risk import Risk


class Environment(NamedTuple):
    """One of Zuora's environments.

    Attributes:
        name: as written in a profile.
        title: what Zuora calls it.
        base_url: its REST base URL.
        risk: whether real business is in it.
    """

    name: str
    title: str
    base_url: str
    risk: Risk


_PRODUCTION, _SANDBOX = Risk.PRODUCTION, Risk.SANDBOX

_ENVIRONMENTS = (
    Environment("us-production", "US Cloud 2 Production", "https://rest.zuora.com", _PRODUCTION),
    Environment(
        "us-cloud-1-production", "US Cloud 1 Production", "https://rest.na.zuora.com", _PRODUCTION
    ),
    Environment("eu-production", "EU Production", "https://rest.eu.zuora.com", _PRODUCTION),
    Environment("apac-production", "APAC Production", "https://rest.ap.zuora.com", _PRODUCTION),
    Environment(
        "us-api-sandbox", "US Cloud 2 API Sandbox", "https://rest.apisandbox.zuora.com", _SANDBOX
    ),
    Environment(
        "us-cloud-1-api-sandbox",
        "US Cloud 1 API Sandbox",
        "https://rest.sandbox.na.zuora.com",
        _SANDBOX,
    ),
    Environment("eu-api-sandbox", "EU API Sandbox", "https://rest.sandbox.eu.zuora.com", _SANDBOX),
    Environment(
        "us-central-sandbox",
        "US Central and Developer Sandbox",
        "https://rest.test.zuora.com",
        _SANDBOX,
    ),
    Environment(
        "eu-central-sandbox",
        "EU Central and Developer Sandbox",
        "https://rest.test.eu.zuora.com",
        _SANDBOX,
    ),
    Environment(
        "apac-central-sandbox",
        "APAC Central and Developer Sandbox",
        "https://rest.test.ap.zuora.com",
        _SANDBOX,
    ),
    Environment(
        "us-performance-test", "US Performance Test", "https://rest.pt1.zuora.com", _SANDBOX
    ),
)

ENVIRONMENTS = {environment.name: environment for environment in _ENVIRONMENTS}
"""All environments by name."""

_OTHER_NAMES = {
    "us-cloud-2-production": "us-production",
    "us-cloud-2-api-sandbox": "us-api-sandbox",
}
"""Names that people expect. Without them the suggested name would be the one of the other cloud."""


def find_environment(name: str) -> Environment | None:
    """Return the environment of that name, or None."""
    return ENVIRONMENTS.get(_OTHER_NAMES.get(name, name))


def find_environment_at(base_url: str) -> Environment | None:
    """Return the environment with that base URL, with or without a path behind it, or None."""
    for environment in ENVIRONMENTS.values():
        if f"{base_url}/".startswith(f"{environment.base_url}/"):
            return environment
    return None
