"""How much is at stake in a tenant."""

from enum import Enum


class Risk(Enum):
    """What kind of tenant it is; the value is the word in profiles and, in capitals, on screen."""

    DEMO = "demo"
    """The fake tenant: nothing is at stake."""
    SANDBOX = "sandbox"
    PRODUCTION = "production"
    """Real business: every program starts read-only."""
