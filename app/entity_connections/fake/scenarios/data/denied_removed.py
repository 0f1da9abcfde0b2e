"""acme under the other policy for denied requests."""

from entity_connections.fake.rules.choices import Denied
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.data import acme
from entity_connections.fake.scenarios.model import Scenario


def scenario() -> Scenario:
    """Return the company."""
    return acme.scenario(Policy(denied=Denied.REMOVED))
