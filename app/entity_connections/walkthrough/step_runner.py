"""Doing what a script says on a live screen, and looking whether it came about."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from textual import events
from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp
from textual.geometry import Offset
from textual.screen import Screen

from entity_connections.services.workspace import FaultSwitches
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.workers import ENTERING, READING
from entity_connections.walkthrough import keys
from entity_connections.walkthrough.screen_text import Glass, NotThere, Spot
from entity_connections.walkthrough.script import Act, Step

PATIENCE = 60.0
"""Seconds until what must be seen is missed: longer than any pause of the adapter."""
LOOK_AFTER, LOOK_EVERY = 0.05, 0.5
"""Seconds to the next look at the screen: soon at first, then less and less often."""
STILL = 0.25
"""Seconds a screen is left alone before it is taken for settled."""


class Tempo(NamedTuple):
    """How long a performance dwells, in seconds.

    Attributes:
        point: on a place before it is clicked.
        press: after a key.
        letter: after each letter of a text.
    """

    point: float = 0.0
    press: float = 0.4
    letter: float = 0.01

    def at(self, speed: float) -> "Tempo":
        """Return it faster or slower, but never so fast that nothing can be seen."""
        quick = Tempo()
        return Tempo(*(max(least, one / speed) for least, one in zip(quick, self, strict=True)))


class Audience(Protocol):
    """Is told what is done to the screen."""

    def pressed(self, cap: str) -> None:
        """Take note of a key, by the name on its cap."""

    def typed(self, text: str) -> None:
        """Take note of a text that is being typed, as far as it has come."""

    def pointed(self, at: Spot | None) -> None:
        """Take note of what will be clicked, and of None when it has been."""


class Missed(Exception):
    """A step that did not come about.

    Attributes:
        number: of the step, from 1.
        step: it.
        reason: what was missed, in a sentence.
        before: the screen when it began.
        after: the screen when it was given up.
    """

    def __init__(self, number: int, step: Step, reason: str, before: Glass, after: Glass) -> None:
        super().__init__(reason)
        self.number, self.step, self.reason = number, step, reason
        self.before, self.after = before, after

    def __str__(self) -> str:
        """Return the step, its caption, and both screens."""
        return "\n".join(
            (
                f'Step {self.number}, "{self.step.caption}": {self.reason}',
                "The screen before it:",
                *_framed(self.before),
                "The screen now:",
                *_framed(self.after),
            )
        )


class Performance:
    """Performs steps on an app.

    Args:
        app: the screen, running.
        fault_switches: switches of the tenant's faults; only a fake tenant has them.
        audience: who is told, if anybody.
        tempo: how long to dwell.
    """

    def __init__(
        self,
        app: ConnectionsApp,
        fault_switches: FaultSwitches | None,
        audience: Audience | None = None,
        tempo: Tempo = Tempo(),  # noqa: B008 - it never changes
    ) -> None:
        if fault_switches is None:
            raise TypeError("A walkthrough is performed on a fake tenant.")
        self.app = app
        self.fault_switches = fault_switches
        self.tempo = tempo
        self._audience = audience

    async def perform(self, number: int, step: Step) -> None:
        """Do what a step says, and wait until what it promises is seen.

        Raises:
            Missed: something to click never came, or what must be seen did not.
        """
        await asyncio.sleep(LOOK_AFTER)
        if number == 1:
            await self._come_up()
        before = Glass.of(self.app)
        try:
            self._switch(step.faults)
            for act in step.acts:
                await self._do(act)
            await self._look(lambda glass: _missing(step, glass))
            await asyncio.sleep(STILL)
        except NotThere as error:
            after = Glass.of(self.app) if self.app.is_running else Glass(())
            raise Missed(number, step, str(error), before, after) from None

    async def _come_up(self) -> None:
        """Wait until the tenant is open and read, or cannot be."""
        before = None
        while (glass := Glass.of(self.app)) != before or self._reads():
            before = glass
            await asyncio.sleep(STILL)

    def _reads(self) -> bool:
        return any(one.is_running and one.group in (ENTERING, READING) for one in self.app.workers)

    def _switch(self, faults: list[str] | None) -> None:
        """Let these faults be on and no others; None leaves them as they are."""
        if faults is not None:
            for name in self.fault_switches.list_active():
                self.fault_switches.toggle(name)
            for one in faults:
                self.fault_switches.toggle(one)

    async def _do(self, act: Act) -> None:
        if act.press is not None:
            if self._audience:
                self._audience.pressed(keys.shown(act.press))
            before = self.app.screen
            await self._send(keys.event(act.press))
            await self._dwell(before)
        for end, letter in enumerate(act.type or "", 1):
            if self._audience:
                self._audience.typed((act.type or "")[:end])
            self.app.post_message(keys.event(letter))
            await asyncio.sleep(self.tempo.letter)
        if act.click is not None:
            await self._click(act.click)

    async def _click(self, sight: str) -> None:
        glass = await self._look(lambda glass: self._absent(sight, glass))
        spot = glass.spot(sight, self._in_reach)
        place, before = spot.middle, self.app.screen
        if self._audience:
            self._audience.pointed(spot)
        self.app.post_message(_mouse(MouseMove, place))
        await asyncio.sleep(self.tempo.point)
        await self._send(_mouse(MouseDown, place), _mouse(MouseUp, place))
        if self._audience:
            self._audience.pointed(None)
        await self._dwell(before)

    async def _send(self, *inputs: events.InputEvent) -> None:
        """Send input, and wait until it has been taken.

        Raises:
            NotThere: nothing takes it.
        """
        taken = asyncio.Event()
        for one in inputs:
            self.app.post_message(one)
        self.app.call_later(taken.set)  # however busy the machine is
        try:
            async with asyncio.timeout(PATIENCE):
                await taken.wait()
        except TimeoutError:
            raise NotThere("The screen takes no input any more.") from None

    async def _dwell(self, before: Screen[Any]) -> None:
        """Let something be seen; longer if a dialog has opened, which must be read first."""
        await asyncio.sleep(self.tempo.press)
        if self.app.is_running and self.app.screen is not before:
            await asyncio.sleep(self.tempo.press)
        for _ in range(int(PATIENCE / LOOK_AFTER)):
            if not self.app.is_running or not self._must_wait():
                break
            await asyncio.sleep(LOOK_AFTER)

    def _must_wait(self) -> bool:
        """Return whether a key waits to be taken, or a question to be answered."""
        question = self.app.screen
        early = isinstance(question, Confirmation) and not (
            question.answerable or question.invalidated
        )
        return early or not self.app.input.is_empty

    async def _look(self, missing: Callable[[Glass], str]) -> Glass:
        """Wait until nothing is missing on the screen.

        Raises:
            NotThere: something still is, when patience ends.
        """
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + PATIENCE, LOOK_AFTER
        await asyncio.sleep(pause)
        while reason := missing(glass := self._glass()):
            if loop.time() > until:
                raise NotThere(reason)
            await asyncio.sleep(pause := min(LOOK_EVERY, pause * 1.25))
        return glass

    def _glass(self) -> Glass:
        if not self.app.is_running:
            raise NotThere("The screen has closed.")
        return Glass.of(self.app)

    def _absent(self, sight: str, glass: Glass) -> str:
        """Return why a sight cannot be clicked; "" when it can."""
        try:
            glass.spot(sight, self._in_reach)
        except NotThere as error:
            return str(error)
        return ""

    def _in_reach(self, at: Offset) -> bool:
        """Whether a click goes to something: what is behind a dialog takes none."""
        return self.app.screen.get_widget_at(*at)[0] is not self.app.screen


def _missing(step: Step, glass: Glass) -> str:
    """Return what a step promises and the screen does not show; "" for nothing."""
    for sight in step.see:
        if not glass.has(sight):
            return f'"{sight}" must be seen, and is not.'
    for sight in step.gone:
        if glass.has(sight):
            return f'"{sight}" must be gone, and is not.'
    return ""


def _mouse(kind: type[MouseEvent], at: Offset) -> MouseEvent:
    button = 0 if kind is MouseMove else 1
    return kind(None, at.x, at.y, 0, 0, button, False, False, False, screen_x=at.x, screen_y=at.y)


def _framed(glass: Glass) -> list[str]:
    return [f"  | {line}" for line in glass.lines]
