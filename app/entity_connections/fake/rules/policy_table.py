"""The questions behind the policies, and the reasons for the defaults, from `policies.toml`."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

from entity_connections.fake.rules.policy import Policy


class PolicyRow(NamedTuple):
    """One policy.

    Attributes:
        name: The name of the policy.
        question: What Zuora's documentation does not say.
        choice: How the fake tenant behaves.
        others: The other possible behaviours.
        switches: What to write for each of `others`, such as "denied=removed".
        why: The reason for the default.
    """

    name: str
    question: str
    choice: str
    others: tuple[str, ...]
    switches: tuple[str, ...]
    why: str


def policy_rows(policy: Policy) -> Iterator[PolicyRow]:
    """Yield a row for each policy, with the values of `policy` as the choices."""
    text = files("entity_connections.fake.rules").joinpath("policies.toml").read_text("utf-8")
    questions = tomllib.loads(text)
    for name, chosen in policy.as_dict().items():
        behaviours: dict[str, str] = questions[name]["values"]
        choice = behaviours.pop(chosen)
        yield PolicyRow(
            name,
            questions[name]["question"],
            choice,
            others=tuple(behaviours.values()),
            switches=tuple(f"{name}={value}" for value in behaviours),
            why=questions[name]["why"],
        )
