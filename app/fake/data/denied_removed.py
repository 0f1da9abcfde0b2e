"""acme under the other policy for denied requests."""

from app.fake.choices import Denied
from app.fake.data import acme
from app.fake.model import Scenario
from app.fake.policy import Policy


def scenario() -> Scenario:
    """Return the company."""
    return acme.scenario(Policy(denied=Denied.REMOVED))
