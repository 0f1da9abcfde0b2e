"""The line under the header for a state that lasts: a wait, an error, a low rate limit.

It has a line of its own, so that nothing moves when it appears. It shows one thing at a time,
first what the user can do something about.
"""

from datetime import datetime
from math import ceil
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.clock import format_moment
from entity_connections.domain.errors import (
    NoResponse,
    ServerError,
    TokenUnavailable,
    Unreachable,
    WebPage,
    ZuoraError,
)
from entity_connections.services.request_log import RetryDelay

_OFFLINE_ERRORS = (Unreachable, NoResponse, TokenUnavailable, ServerError, WebPage)
"""Errors that may pass with the network or with Zuora; all others are definite answers."""


class BannerState(NamedTuple):
    """What the banner may have to show.

    Attributes:
        delays: the pauses before calls are tried again.
        loop_time: present time of the event loop, the clock of `delays`.
        slow_seconds: seconds without an answer that the user waits for; 0 while not slow.
        waits_for: whose answer that is.
        failure: why the last reading failed, or None.
        retry_at: when it is tried again, if Zuora named a time.
        age: how long ago the rows were read, or "".
        rate_limit: a sentence about a low rate limit, or "".
        warnings: what is missing from the list, or strange in it.
    """

    delays: tuple[RetryDelay, ...] = ()
    loop_time: float = 0.0
    slow_seconds: float = 0.0
    waits_for: str = "Zuora"
    failure: ZuoraError | None = None
    retry_at: datetime | None = None
    age: str = ""
    rate_limit: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def counts_seconds(self) -> bool:
        """Whether the banner changes with every second."""
        return bool(self.delays) or self.slow_seconds > 0


def render_banner(state: BannerState, width: int) -> Content:
    """Return the banner; its last parts are left out if they do not fit."""
    tone = "$text-warning"
    if state.counts_seconds:
        parts = _describe_wait(state)
    elif state.failure is not None:
        tone, parts = "$text-error", _describe_failure(state.failure, state)
    else:
        parts = [state.rate_limit or " ".join(state.warnings)]
    while len(parts) > 1 and cell_len("".join(parts)) > width:
        parts.pop()
    return Content.styled("".join(parts), tone)


def _describe_wait(state: BannerState) -> list[str]:
    if state.delays:
        delay = min(state.delays, key=lambda delay: delay.until)
        seconds = max(0, ceil(delay.until - state.loop_time))
        reason = delay.reason[:1].upper() + delay.reason[1:]
        return [f"{reason}, {delay.action} in {seconds} s", "; escape gives up"]
    wait = f"No answer from {state.waits_for} for {state.slow_seconds:.0f} s yet"
    return [wait, "; escape gives up"]


def _describe_failure(error: ZuoraError, state: BannerState) -> list[str]:
    word = "Offline" if isinstance(error, _OFFLINE_ERRORS) else "Not refreshed"
    retry = "trying again by itself" if error.may_repeat_unasked else "ctrl+r tries again"
    if state.retry_at is not None:
        retry = f"trying again at {format_moment(state.retry_at)}"
    rows = [f". Rows read {state.age}"] if state.age else []
    return [f"{word}: {error.title}", *rows, f"; {retry}"]
