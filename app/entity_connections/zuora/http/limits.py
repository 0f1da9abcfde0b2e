"""How many calls are made at once, and for how long their answers are waited for."""

import math
from typing import NamedTuple

from entity_connections.domain.errors import Unreachable

SLOW = 3.0
"""Seconds from which a call counts as slow."""


class HttpLimits(NamedTuple):
    """The limits of calls; times in seconds.

    Attributes:
        read: between two parts of a response.
        exchange: from the request to the last byte of its response. Zuora's own gateway
            gives up after 120.
        silence: for all slow calls and retry delays together, once a call got no answer.
        max_concurrency: exchanges at the same time; Zuora allows 40 in an entity.
    """

    connect: float = 10.0
    read: float = 60.0
    exchange: float = 130.0
    silence: float = math.inf
    max_concurrency: int = 8


class SilenceLimit:
    """Limits the time that is spent on a server that does not answer (`HttpLimits.silence`)."""

    def __init__(self, seconds: float) -> None:
        self._limit = seconds
        self._waited = 0.0
        self._waited_until = 0.0
        self._unanswered = False

    def check(self) -> float:
        """Return how many seconds a call may wait for its answer; ZuoraError if it is too late."""
        if not self._unanswered:
            return math.inf
        seconds = self._limit - self._waited
        if seconds < SLOW:
            waited = f"{self._waited:.0f} s"
            sentence = f"Zuora kept calls waiting for {waited} in all: this was not sent."
            error = Unreachable(sentence)
            error.retries_exhausted = True
            raise error
        return seconds

    def count_call(self, started: float, ended: float, *, answered: bool) -> None:
        """Count a call; times on one clock, calls and delays in the order in which they ended."""
        if ended - started >= SLOW:
            self.count_delay(started, ended)
            self._unanswered |= not answered

    def count_delay(self, started: float, ended: float) -> None:
        """Count a retry delay."""
        self._waited += max(0.0, ended - max(started, self._waited_until))
        self._waited_until = ended
