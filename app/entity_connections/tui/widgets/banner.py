"""One line for what holds for a while and is not an answer to a key.

It stands in a place of its own between the path and the tabs, so that nothing
moves when it comes or goes. One thing at a time: what a person can do something
about first.
"""

import asyncio
from datetime import datetime
from math import ceil
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.timer import Timer

from entity_connections.domain.clock import now
from entity_connections.domain.errors import (
    NoResponse,
    ServerError,
    TokenUnavailable,
    Unauthenticated,
    Unreachable,
    ZuoraError,
)
from entity_connections.services.refresh_interval import rate_limit_sentence
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering.header import ago
from entity_connections.tui.widgets.text_lines import Lines

_OFFLINE = (Unreachable, NoResponse, TokenUnavailable, ServerError)
"""What may pass with the network or with Zuora; everything else is an answer."""


SLOW = 5.0
"""Seconds without an answer after which a person is told that there is none yet."""


class Standing(NamedTuple):
    """What the banner may have to say.

    Attributes:
        waits: the pauses before calls are tried again.
        clock: what the clock of `waits` shows.
        silent: for how many seconds an answer that a person asked for has not come.
        failure: why the newest reading failed, or None.
        resumes: when it is tried again, where Zuora said how long to wait; else None.
        age: how long ago the rows on the screen were read, "" where there are none.
        budget: a sentence about what is left of the budget, "" while there is enough.
        warnings: what is missing or strange in the list.
    """

    waits: tuple[RetryDelay, ...] = ()
    clock: float = 0.0
    silent: float = 0.0
    failure: ZuoraError | None = None
    resumes: datetime | None = None
    age: str = ""
    budget: str = ""
    warnings: tuple[str, ...] = ()


def parts_of(standing: Standing) -> tuple[str, list[str]]:
    """Return a tone and a sentence in parts; the last ones go first where room is short."""
    if standing.waits:
        wait = min(standing.waits, key=lambda one: one.until)
        left = max(0, ceil(wait.until - standing.clock))
        reason = wait.reason[:1].upper() + wait.reason[1:]
        return "$text-warning", [f"{reason}, trying again in {left} s", "; escape gives up"]
    if standing.silent >= SLOW:
        seconds = f"{standing.silent:.0f} s"
        return "$text-warning", [f"No answer from Zuora for {seconds} yet", "; escape gives up"]
    if (error := standing.failure) is not None:
        word = "Offline" if isinstance(error, _OFFLINE) else "Not refreshed"
        again = "trying again by itself" if tries_again(error) else "ctrl+r tries again"
        if standing.resumes is not None:
            again = f"trying again at {standing.resumes.astimezone():%H:%M}"
        rows = [f". Rows read {standing.age}"] if standing.age else []
        return "$text-error", [f"{word}: {error.title}", *rows, f"; {again}"]
    if standing.budget:
        return "$text-warning", [standing.budget]
    return "$text-warning", [" ".join(standing.warnings)]


def tries_again(error: ZuoraError) -> bool:
    """Return whether it makes sense to try again without being asked.

    Credentials that were refused do not get better, and each try counts.
    """
    return not isinstance(error, Unauthenticated)


def banner(standing: Standing, width: int) -> Content:
    """Return the line, or nothing."""
    tone, (first, *more) = parts_of(standing)
    while more and cell_len(first + "".join(more)) > width:
        more.pop()
    return Content.styled(first + "".join(more), tone)


class Banner(Lines):
    """Shows how things stand; counts the seconds only while something is waited for."""

    desk: ScreenState | None = None
    traffic: RequestLog | None = None
    failure: ZuoraError | None = None
    """Why the tenant could not be entered, while it could not."""
    resumes: datetime | None = None
    """When Zuora may be asked again, where it said so."""
    asked_at: float | None = None
    """On the clock of the event loop: when a person asked for what is being read."""
    _ticking: Timer | None = None

    @property
    def slow(self) -> bool:
        """Whether a person waits for an answer, and has been told so."""
        return self._silent() >= SLOW

    def _silent(self) -> float:
        waits = bool(self.traffic and self.traffic.waits)
        if self.asked_at is None or waits:
            return 0.0
        return asyncio.get_running_loop().time() - self.asked_at

    def draw(self) -> None:
        """Show how things stand now."""
        traffic, desk = self.traffic, self.desk
        view = desk.snapshot if desk else None
        waits = tuple(traffic.waits) if traffic else ()
        counting = bool(waits) or self.slow
        if counting and self._ticking is None:
            self._ticking = self.set_interval(1, self.draw)
        elif not counting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        standing = Standing(
            waits=waits,
            clock=asyncio.get_running_loop().time(),
            silent=self._silent(),
            failure=self.failure or (desk.failure if desk else None),
            resumes=self.resumes,
            age=ago(view.read_at, now()) if view else "",
            budget=rate_limit_sentence(traffic.budget) if traffic else "",
            warnings=view.warnings if view else (),
        )
        self.show(banner(standing, self.size.width))
