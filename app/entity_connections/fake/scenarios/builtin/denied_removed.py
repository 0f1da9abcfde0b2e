"""denied-removed: acme with the policy that a denied request is removed."""

from entity_connections.fake.model import Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin import acme


def scenario() -> Scenario:
    """Return the scenario."""
    return acme.scenario(Policy(denied="removed"))
