"""The limits of the token endpoint: the tenant's, and each address's (contract A2, G)."""

from collections import OrderedDict
from collections.abc import Callable

from entity_connections.fake.api.limits import Meter, Reading, Window, tightest
from entity_connections.fake.rules.choices import TokenLimit
from entity_connections.fake.rules.policy import Policy

TENANT = (Window(2_000, 60),)
"""The tenant's limit, as far as the endpoint's own headers report it."""
ADDRESS = (Window(100, 60),)
"""What one IP address may ask for."""
_MOST = 1_000


class TokenMeter:
    """Counts token requests for the tenant and, if the policy says so, for the caller's address."""

    def __init__(self, clock: Callable[[], float], policy: Callable[[], Policy]) -> None:
        self._clock = clock
        self._policy = policy
        self._tenant = Meter(TENANT, clock)
        self._addresses: OrderedDict[str, Meter] = OrderedDict()

    def count(self, address: str | None) -> Reading:
        """Count one request and read the meter that is closest to its end.

        Nobody's address (None) is that of a call from inside, which has the tenant's limit only.
        """
        reading = self._tenant.count()
        if address is None or self._policy().token_limit is not TokenLimit.PER_ADDRESS:
            return reading
        return tightest((reading, self._of(address).count()))

    def _of(self, address: str) -> Meter:
        meter = self._addresses.pop(address, None) or Meter(ADDRESS, self._clock)
        self._addresses[address] = meter  # last again: it goes last
        if len(self._addresses) > _MOST:
            self._addresses.popitem(last=False)
        return meter
