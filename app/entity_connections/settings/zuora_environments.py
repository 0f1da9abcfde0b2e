"""Zuora's environments by name (contract B), and the risk of a base URL.

US Production Copy is missing: Zuora Support tells each customer its base URL. Such a tenant is
configured with `base_url`.
"""

from typing import NamedTuple

from entity_connections.domain.base_url import is_loopback
from entity_connections.domain.risk import Risk


class Environment(NamedTuple):
    """One of Zuora's environments: what Zuora calls it, and its REST base URL."""

    title: str
    base_url: str


ENVIRONMENTS = {
    "us-production": Environment("US Cloud 2 Production", "https://rest.zuora.com"),
    "us-cloud-1-production": Environment("US Cloud 1 Production", "https://rest.na.zuora.com"),
    "eu-production": Environment("EU Production", "https://rest.eu.zuora.com"),
    "apac-production": Environment("APAC Production", "https://rest.ap.zuora.com"),
    "us-api-sandbox": Environment("US Cloud 2 API Sandbox", "https://rest.apisandbox.zuora.com"),
    "us-cloud-1-api-sandbox": Environment(
        "US Cloud 1 API Sandbox", "https://rest.sandbox.na.zuora.com"
    ),
    "eu-api-sandbox": Environment("EU API Sandbox", "https://rest.sandbox.eu.zuora.com"),
    "us-central-sandbox": Environment(
        "US Central and Developer Sandbox", "https://rest.test.zuora.com"
    ),
    "eu-central-sandbox": Environment(
        "EU Central and Developer Sandbox", "https://rest.test.eu.zuora.com"
    ),
    "apac-central-sandbox": Environment(
        "APAC Central and Developer Sandbox", "https://rest.test.ap.zuora.com"
    ),
    "us-performance-test": Environment("US Performance Test", "https://rest.pt1.zuora.com"),
}
"""All environments, by the name as written in a profile."""


def find_known_risk(base_url: str) -> tuple[Risk, str] | None:
    """Return the risk of one of Zuora's environments or of this machine, and why; or None."""
    for name, environment in ENVIRONMENTS.items():
        if f"{base_url}/".startswith(f"{environment.base_url}/"):
            risk = Risk.PRODUCTION if name.endswith("-production") else Risk.SANDBOX
            return risk, f"the environment {name}, {environment.title}"
    if is_loopback(base_url):
        return Risk.SANDBOX, "an address on this machine"
    return None
