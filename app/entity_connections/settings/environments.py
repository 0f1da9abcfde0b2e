"""Zuora's environments: a word for each REST root (contract B).

Not among them: US Production Copy, whose root is told by Zuora Support. It, and
whatever comes later, is a `base_url` of its own.
"""

from typing import NamedTuple

from entity_connections.domain.risk import Risk


class Environment(NamedTuple):
    """One of Zuora's environments.

    Attributes:
        word: what stands in a profile.
        title: what Zuora calls it.
        base_url: its REST root.
        risk: whether real business is in it.
    """

    word: str
    title: str
    base_url: str
    risk: Risk


_P, _S = Risk.PRODUCTION, Risk.SANDBOX

ENVIRONMENTS = {
    one.word: one
    for one in (
        Environment("us-production", "US Cloud 2 Production", "https://rest.zuora.com", _P),
        Environment(
            "us-cloud-1-production", "US Cloud 1 Production", "https://rest.na.zuora.com", _P
        ),
        Environment("eu-production", "EU Production", "https://rest.eu.zuora.com", _P),
        Environment("apac-production", "APAC Production", "https://rest.ap.zuora.com", _P),
        Environment(
            "us-api-sandbox", "US Cloud 2 API Sandbox", "https://rest.apisandbox.zuora.com", _S
        ),
        Environment(
            "us-cloud-1-api-sandbox",
            "US Cloud 1 API Sandbox",
            "https://rest.sandbox.na.zuora.com",
            _S,
        ),
        Environment("eu-api-sandbox", "EU API Sandbox", "https://rest.sandbox.eu.zuora.com", _S),
        Environment(
            "us-central-sandbox",
            "US Central and Developer Sandbox",
            "https://rest.test.zuora.com",
            _S,
        ),
        Environment(
            "eu-central-sandbox",
            "EU Central and Developer Sandbox",
            "https://rest.test.eu.zuora.com",
            _S,
        ),
        Environment(
            "apac-central-sandbox",
            "APAC Central and Developer Sandbox",
            "https://rest.test.ap.zuora.com",
            _S,
        ),
        Environment("us-performance-test", "US Performance Test", "https://rest.pt1.zuora.com", _S),
    )
}
"""All environments by their words."""

_OTHER_WORDS = {
    "us-cloud-2-production": "us-production",
    "us-cloud-2-api-sandbox": "us-api-sandbox",
}
"""Said by people who know both clouds; the nearest word would be the other cloud."""


def environment(word: str) -> Environment | None:
    """Return the environment of that word, or None."""
    return ENVIRONMENTS.get(_OTHER_WORDS.get(word, word))


def environment_at(base_url: str) -> Environment | None:
    """Return the environment whose REST root that is, whatever path is behind it, or None."""
    for one in ENVIRONMENTS.values():
        if base_url == one.base_url or base_url.startswith(f"{one.base_url}/"):
            return one
    return None
