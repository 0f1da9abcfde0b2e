"""One line for what holds for a while and is not an answer to a key.

It stands in a place of its own between the path and the tabs, so that nothing
moves when it comes or goes. One thing at a time: what a person can do something
about first.
"""

import asyncio
from math import ceil
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.timer import Timer

from app.domain.errors import (
    NoAnswer,
    NoToken,
    ServerTrouble,
    Unauthenticated,
    Unreachable,
    ZuoraError,
)
from app.services.desk import Desk
from app.services.pace import budget_sentence
from app.services.tenant import now
from app.services.traffic import Traffic, Wait
from app.tui.heading import ago
from app.tui.lines import Lines

_OFFLINE = (Unreachable, NoAnswer, NoToken, ServerTrouble)
"""What may pass with the network or with Zuora; everything else is an answer."""


class Standing(NamedTuple):
    """What the banner may have to say.

    Attributes:
        waits: the pauses before calls are tried again.
        clock: what the clock of `waits` shows.
        failure: why the newest reading failed, or None.
        age: how long ago the rows on the screen were read, "" where there are none.
        budget: a sentence about what is left of the budget, "" while there is enough.
        remarks: what is missing or strange in the list.
    """

    waits: tuple[Wait, ...] = ()
    clock: float = 0.0
    failure: ZuoraError | None = None
    age: str = ""
    budget: str = ""
    remarks: tuple[str, ...] = ()


def parts_of(standing: Standing) -> tuple[str, list[str]]:
    """Return a tone and a sentence in parts; the last ones go first where room is short."""
    if standing.waits:
        wait = min(standing.waits, key=lambda one: one.until)
        left = max(0, ceil(wait.until - standing.clock))
        reason = wait.reason[:1].upper() + wait.reason[1:]
        return "$text-warning", [f"{reason}, trying again in {left} s", "; escape gives up"]
    if (error := standing.failure) is not None:
        word = "Offline" if isinstance(error, _OFFLINE) else "Not refreshed"
        again = "trying again by itself" if tries_again(error) else "ctrl+r tries again"
        rows = [f". Rows read {standing.age}"] if standing.age else []
        return "$text-error", [f"{word}: {error.title}", *rows, f"; {again}"]
    if standing.budget:
        return "$text-warning", [standing.budget]
    return "$text-warning", [" ".join(standing.remarks)]


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
    """Shows how things stand; counts down once a second, only while something is waited for."""

    desk: Desk | None = None
    traffic: Traffic | None = None
    failure: ZuoraError | None = None
    """Why the tenant could not be entered, while it could not."""
    _ticking: Timer | None = None

    def draw(self) -> None:
        """Show how things stand now."""
        traffic, desk = self.traffic, self.desk
        view = desk.view if desk else None
        waits = tuple(traffic.waits) if traffic else ()
        if waits and self._ticking is None:
            self._ticking = self.set_interval(1, self.draw)
        elif not waits and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        standing = Standing(
            waits=waits,
            clock=asyncio.get_running_loop().time(),
            failure=self.failure or (desk.failure if desk else None),
            age=ago(view.read_at, now()) if view else "",
            budget=budget_sentence(traffic.budget) if traffic else "",
            remarks=view.remarks if view else (),
        )
        self.show(banner(standing, self.size.width))
