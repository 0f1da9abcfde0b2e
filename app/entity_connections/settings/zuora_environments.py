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
    name: Environment(title, f"https://rest.{domain}")
    for name, title, domain in (
        ("us-production", "US Cloud 2 Production", "zuora.com"),
        ("us-cloud-1-production", "US Cloud 1 Production", "na.zuora.com"),
        ("eu-production", "EU Production", "eu.zuora.com"),
        ("apac-production", "APAC Production", "ap.zuora.com"),
        ("us-api-sandbox", "US Cloud 2 API Sandbox", "apisandbox.zuora.com"),
        ("us-cloud-1-api-sandbox", "US Cloud 1 API Sandbox", "sandbox.na.zuora.com"),
        ("eu-api-sandbox", "EU API Sandbox", "sandbox.eu.zuora.com"),
        ("us-central-sandbox", "US Central and Developer Sandbox", "test.zuora.com"),
        ("eu-central-sandbox", "EU Central and Developer Sandbox", "test.eu.zuora.com"),
        ("apac-central-sandbox", "APAC Central and Developer Sandbox", "test.ap.zuora.com"),
        ("us-performance-test", "US Performance Test", "pt1.zuora.com"),
    )
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
