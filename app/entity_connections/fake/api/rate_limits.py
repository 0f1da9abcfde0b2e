"""Counting calls against Zuora's rate limits (contract A2, G)."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from entity_connections.fake.rules.policy import Policy, TokenLimit


class Window(NamedTuple):
    """A rate limit: at most `limit` calls in `seconds`."""

    limit: int
    seconds: int


PRODUCTION_LIMITS = (Window(50_000, 60), Window(2_250_000, 3_600), Window(27_000_000, 86_400))
"""The API limits of a production tenant; they hold for the tenant, not for a user."""
TOKEN_LIMIT = Window(2_000, 60)
"""The token requests of a tenant, as far as the endpoint's headers report them."""
TOKEN_LIMIT_PER_ADDRESS = Window(100, 60)
MAX_ADDRESSES = 1_000
"""The most IP addresses whose token requests are counted."""


class Reading(NamedTuple):
    """The state of the window that is closest to exhaustion, after one more call."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool


class Meter:
    """Counts calls in fixed windows; refused calls count too."""

    def __init__(self, windows: Sequence[Window], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows = windows
        self._counts = [(0, 0)] * len(windows)  # (number of the window, calls in it)
        self.quota = ", ".join(f"{window.limit};w={window.seconds}" for window in windows)

    def count(self) -> Reading:
        """Count one call."""
        now = int(self._clock())
        readings = []
        for index, (limit, seconds) in enumerate(self._windows):
            current = now // seconds
            number, used = self._counts[index]
            used = used + 1 if number == current else 1
            self._counts[index] = (current, used)
            remaining = max(0, limit - used)
            readings.append(Reading(limit, remaining, seconds - now % seconds, used > limit))
        return _most_exhausted(readings)


class TokenMeter:
    """Counts token requests for the tenant and, if the policy says so, for each IP address."""

    def __init__(self, clock: Callable[[], float], policy: Callable[[], Policy]) -> None:
        self._clock = clock
        self._policy = policy
        self._tenant = Meter((TOKEN_LIMIT,), clock)
        self._addresses: OrderedDict[str, Meter] = OrderedDict()  # the latest caller last

    def count(self, address: str | None) -> Reading:
        """Count one request; `address` is None when the caller has no IP address."""
        reading = self._tenant.count()
        if address is None or self._policy().token_limit is not TokenLimit.PER_ADDRESS:
            return reading
        meter = self._addresses.pop(address, None) or Meter((TOKEN_LIMIT_PER_ADDRESS,), self._clock)
        self._addresses[address] = meter
        if len(self._addresses) > MAX_ADDRESSES:
            self._addresses.popitem(last=False)
        return _most_exhausted((reading, meter.count()))


def _most_exhausted(readings: Iterable[Reading]) -> Reading:
    return min(readings, key=lambda r: (not r.exceeded, r.remaining / r.limit))
