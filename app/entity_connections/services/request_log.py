"""What goes over the wire on behalf of one user, for people to see: calls, waits, the budget.

The adapter writes it, the screen and the command line read it. No secret is in it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable  # noqa: TC003 - the annotation of an attribute
from datetime import datetime
from typing import NamedTuple

MAX_CALLS = 200
"""How many calls are remembered."""


class ApiCall(NamedTuple):
    """One HTTP exchange, or the try of one.

    Attributes:
        at: when it was sent.
        method: GET, POST or PUT.
        path: path and query, as sent.
        acting_id: bare id of the entity acted in, or "".
        track_id: `Zuora-Track-Id`, ours.
        key: `Idempotency-Key`, or "".
        attempt: 1 for the first try, 2 for the second...
        seconds: how long it took.
        status: of HTTP, or None when no answer came.
        request_id: `Zuora-Request-Id`, or "".
        trouble: title of the error it ended in, or "".
        codes: Zuora's codes, or "".
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
    """A pause before a call is tried again.

    Attributes:
        reason: why, in a few words ("rate limited").
        until: on `asyncio`'s clock (`loop.time()`), when it is tried again.
    """

    reason: str
    until: float


class RateLimit(NamedTuple):
    """What Zuora's rate limit leaves (`RateLimit-*`, contract G).

    Attributes:
        limit: calls allowed in the window closest to exhaustion.
        remaining: calls left in it.
        reset: seconds until it starts anew, as told at `at`, at most a billion; None if
            not told.
        at: when it was told.
    """

    limit: int
    remaining: int
    reset: float | None
    at: datetime

    @property
    def share(self) -> float:
        """The part that is left, from 0 to 1."""
        return self.remaining / self.limit if self.limit > 0 else 1.0


class RequestLog:
    """The last calls, what is waited for now, and what is left of the budget.

    Attributes:
        calls: the newest `KEPT` calls, oldest first.
        waits: the pauses under way.
        sent: when each call without an answer yet was sent, on the loop's clock.
        budget: as last told by Zuora, or None.
        changed: called after every change, on the event loop; replace it to listen.
            What it raises is its own trouble: an answer of Zuora is worth more.
    """

    def __init__(self) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=MAX_CALLS)
        self.waits: list[RetryDelay] = []
        self.sent: list[float] = []
        self.budget: RateLimit | None = None
        self.changed: Callable[[], None] = lambda: None
        self._given_up = asyncio.Event()

    def note(self, call: ApiCall) -> None:
        """Remember a call."""
        self.calls.append(call)
        self._tell()

    async def wait(self, wait: RetryDelay) -> bool:
        """Pause until `wait.until`; return False as soon as somebody gives up."""
        self.waits.append(wait)
        self._tell()
        given_up = self._given_up
        try:
            async with asyncio.timeout_at(wait.until):
                await given_up.wait()
        except TimeoutError:
            return True
        else:
            return False
        finally:
            self.waits.remove(wait)
            self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(Exception):
            self.changed()

    def give_up(self) -> None:
        """End every pause under way; the calls behind them fail with their last error."""
        self._given_up.set()
        self._given_up = asyncio.Event()
