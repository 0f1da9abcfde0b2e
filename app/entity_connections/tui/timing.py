"""How long the screen waits, and for what; tests wait less."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from entity_connections.services.refresh_interval import FAST, refresh_interval
from entity_connections.services.request_log import RateLimit


class Timing(NamedTuple):
    """Delays of the screen, in seconds.

    Attributes:
        answer_delay: from the moment a question is on the terminal until it takes a yes.
        cursor_delay: the cursor rests on a row before its details are shown, so that a held
            key is not slowed down by them.
        slow_after: without an answer the user is told that there is none yet.
        refresh_interval: returns the interval of the refreshes for what is left of the rate limit.
        all_lists_delay: from the moment the tenant is open until the lists of all entities are
            read, for the counts of what waits.
        shared_interval: interval of the refreshes of a fake tenant that others write to.
        lag_delays: before each further look at a list that does not show a write yet.
    """

    answer_delay: float = 0.25
    cursor_delay: float = 0.03
    slow_after: float = 3.0
    all_lists_delay: float = 1.0
    refresh_interval: Callable[[RateLimit | None], float] = refresh_interval
    shared_interval: float = FAST
    lag_delays: Sequence[float] = (1.0, 2.0, 4.0)


DEFAULT_TIMING = Timing()
