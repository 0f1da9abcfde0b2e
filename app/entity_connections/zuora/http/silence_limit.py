"""Ends the calls to a server that has not answered for a time in all, whatever was asked."""

import asyncio
import math

from entity_connections.domain.errors import NoResponse


class SilenceLimit:
    """Measures how long a server has been asked without a complete answer.

    The time counts from the last complete answer, or from the first exchange after it; it
    goes on through retries, token calls and later calls. Time in which nothing is asked and
    the server owes no answer does not count.

    The second half of the time is for reads: after a write without an answer, the list of
    connections tells what has become of it.

    Args:
        seconds: the limit; infinity for none.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._silent_since: float | None = None
        self._exchanges = 0

    def end(self, *, write: bool) -> float:
        """Return when the limit is reached unless an answer comes, on the loop's clock."""
        if self._silent_since is None:
            return math.inf
        return self._silent_since + (self._seconds / 2 if write else self._seconds)

    def begin_exchange(self, *, write: bool) -> float:
        """Count an exchange that begins; return when it must end, on the loop's clock.

        Raises:
            NoResponse: the time is over; nothing was sent.
        """
        now = asyncio.get_running_loop().time()
        if self._silent_since is None:
            self._silent_since = now
        if now >= self.end(write=write):
            sentence = f"Zuora has not answered for {now - self._silent_since:.0f} s."
            error = NoResponse(f"{sentence} Nothing more was sent.", maybe_applied=False)
            error.retries_exhausted = True
            raise error
        self._exchanges += 1
        half = self.end(write=True)
        return half if now < half else self.end(write=False)

    def end_exchange(self, *, answered: bool) -> None:
        """Count an exchange that has ended, with a complete answer or without."""
        self._exchanges -= 1
        if answered:
            now = asyncio.get_running_loop().time()
            self._silent_since = now if self._exchanges else None
