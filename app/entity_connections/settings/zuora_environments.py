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
    """

    name: str
    title: str
    base_url: str

    @property
    def risk(self) -> Risk:
        """Whether real business is in it."""
        return Risk.PRODUCTION if self.name.endswith("-production") else Risk.SANDBOX


_TEST = "Central and Developer Sandbox"

ENVIRONMENTS = {
    name: Environment(name, title, base_url)
    for name, title, base_url in (
        ("us-production", "US Cloud 2 Production", "https://rest.zuora.com"),
        ("us-cloud-1-production", "US Cloud 1 Production", "https://rest.na.zuora.com"),
        ("eu-production", "EU Production", "https://rest.eu.zuora.com"),
        ("apac-production", "APAC Production", "https://rest.ap.zuora.com"),
        ("us-api-sandbox", "US Cloud 2 API Sandbox", "https://rest.apisandbox.zuora.com"),
        ("us-cloud-1-api-sandbox", "US Cloud 1 API Sandbox", "https://rest.sandbox.na.zuora.com"),
        ("eu-api-sandbox", "EU API Sandbox", "https://rest.sandbox.eu.zuora.com"),
        ("us-central-sandbox", f"US {_TEST}", "https://rest.test.zuora.com"),
        ("eu-central-sandbox", f"EU {_TEST}", "https://rest.test.eu.zuora.com"),
        ("apac-central-sandbox", f"APAC {_TEST}", "https://rest.test.ap.zuora.com"),
        ("us-performance-test", "US Performance Test", "https://rest.pt1.zuora.com"),
    )
}
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
