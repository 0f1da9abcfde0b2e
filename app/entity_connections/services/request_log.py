"""The log of one user's HTTP calls, for people to see: calls, retry delays, the rate limit.

The adapter writes it; the screen and the command line read it. It holds no secrets.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import NamedTuple

MAX_CALLS = 200
"""How many calls are kept."""
_GIVEN_UP = 0.0
"""A time that has passed on every loop's clock."""


class ApiCall(NamedTuple):
    """One HTTP exchange, sent at `at`; what it does not have is "", and `status` None.

    `path` is with the query, `key` the `Idempotency-Key`, `attempt` counts from 1, and `trouble` is
    the title of the error that it ended in.
    """

    at: datetime
    method: str
    path: str
    acting_id: str
    track_id: str
    key: str
    attempt: int
    seconds: float
    status: int | None
    request_id: str
    trouble: str = ""
    codes: str = ""


class RetryDelay(NamedTuple):
    """A delay before a call is sent again.

    Attributes:
        reason: a few words ("rate limited").
        until: when it is sent again, on the loop's clock (`loop.time()`).
        action: what happens then, in a few words.
        limited: whether Zuora's limits are the reason, so that other calls have to wait, too.
    """

    reason: str
    until: float
    action: str = "trying again"
    limited: bool = False


class RateLimit(NamedTuple):
    """The state of Zuora's rate limit (`RateLimit-*`, contract G).

    Attributes:
        limit: calls allowed in the window closest to exhaustion.
        remaining: calls left in it.
        reset: seconds from `at` until the window starts again, at most a billion; None
            if unknown.
        at: when Zuora sent it.
        window: seconds of that window, None if unknown.
    """

    limit: int
    remaining: int
    reset: float | None
    at: datetime
    window: int | None = None

    @property
    def share(self) -> float:
        """What is left of the limit, from 0 to 1."""
        return self.remaining / self.limit if self.limit > 0 else 1.0


class GaveUpWaitingError(Exception):
    """The user does not wait for a response any longer."""


class RequestLog:
    """The last calls, the delays in progress, and the rate limit.

    Attributes:
        calls: the newest `MAX_CALLS` calls, oldest first.
        delays: the delays in progress.
        in_flight: when each call without a response yet was sent, on the loop's clock.
        rate_limit: the rate limit as last sent by Zuora, or None.
        changed: called after every change, on the event loop; replace it to listen.
            Its exceptions are ignored, so that they cannot make a call fail.
    """

    def __init__(self) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=MAX_CALLS)
        self.delays: list[RetryDelay] = []
        self.in_flight: list[float] = []
        self.rate_limit: RateLimit | None = None
        self.changed: Callable[[], None] = lambda: None
        self._cancelled = asyncio.Event()
        self._exchanges: list[asyncio.Timeout] = []

    def add(self, call: ApiCall) -> None:
        """Add a call."""
        self.calls.append(call)
        self._notify()

    async def wait(self, delay: RetryDelay) -> bool:
        """Wait until `delay.until`; return False as soon as the delay is cancelled."""
        self.delays.append(delay)
        self._notify()
        cancelled = self._cancelled
        try:
            async with asyncio.timeout_at(delay.until):
                await cancelled.wait()
        except TimeoutError:
            return True
        else:
            return False
        finally:
            self.delays.remove(delay)
            self._notify()

    async def wait_for_limits(self) -> bool:
        """Wait while Zuora's limits delay a call; return False if the user cancels the delay."""
        now = asyncio.get_running_loop().time
        while delays := [delay for delay in self.delays if delay.limited and delay.until > now()]:
            if not await self.wait(delays[-1]):
                return False
        return True

    def _notify(self) -> None:
        with contextlib.suppress(Exception):
            self.changed()

    @contextlib.asynccontextmanager
    async def wait_until(self, end: float) -> AsyncIterator[None]:
        """Cancel the block at `end` on the loop's clock, or when the user gives up waiting.

        Raises:
            TimeoutError: it took until `end`.
            GaveUpWaitingError: the user gave up.
        """
        try:
            async with asyncio.timeout_at(end) as timeout:
                self._exchanges.append(timeout)
                try:
                    yield
                finally:
                    self._exchanges.remove(timeout)
        except TimeoutError:
            if timeout.when() == _GIVEN_UP:
                raise GaveUpWaitingError from None
            raise

    def give_up_waiting(self) -> None:
        """End the wait for every response now; what was sent may have worked all the same."""
        for timeout in self._exchanges:
            timeout.reschedule(_GIVEN_UP)

    def cancel_delays(self) -> None:
        """End every delay now; the calls behind them fail with their last error."""
        self._cancelled.set()
        self._cancelled = asyncio.Event()
