"""Runs the steps of a walkthrough on a running app, and waits for what they must show."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from textual import events
from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp
from textual.geometry import Offset
from textual.screen import Screen

from entity_connections.services.workspace import FaultSwitches
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.workers import ENTERING, READING
from entity_connections.walkthrough.captioned_app import CaptionedApp
from entity_connections.walkthrough.key_events import key_event, key_label
from entity_connections.walkthrough.screen_text import ScreenText, TextNotFound
from entity_connections.walkthrough.script import Act, Step

TIMEOUT = 60.0
"""Seconds to wait for a text: longer than the longest pause of the adapter."""
FIRST_POLL, MAX_POLL = 0.05, 0.5
"""Seconds between two looks at the screen: few at first, then more and more."""
SETTLE_TIME = 0.25
"""Seconds to wait at the end of a step, until the screen has settled."""


class Timing(NamedTuple):
    """Pauses, in seconds.

    Attributes:
        point: between showing the pointer and the click.
        press: after a key or a click.
        letter: after each letter of a text.
    """

    point: float = 0.0
    press: float = 0.4
    letter: float = 0.01

    def at_speed(self, speed: float) -> "Timing":
        """Return the pauses divided by a speed, but never shorter than the defaults."""
        shortest = Timing()
        return Timing(
            max(shortest.point, self.point / speed),
            max(shortest.press, self.press / speed),
            max(shortest.letter, self.letter / speed),
        )


class StepFailed(Exception):
    """A step whose click found no text, or whose promised text did not come.

    Attributes:
        number: of the step, from 1.
        reason: a sentence.
    """

    def __init__(
        self, number: int, step: Step, reason: str, before: ScreenText, after: ScreenText
    ) -> None:
        super().__init__(
            "\n".join(
                (
                    f'Step {number}, "{step.caption}": {reason}',
                    "The screen before it:",
                    *(f"  | {line}" for line in before.lines),
                    "The screen now:",
                    *(f"  | {line}" for line in after.lines),
                )
            )
        )
        self.number, self.reason = number, reason


class StepRunner:
    """Runs steps.

    Args:
        app: the running app.
        faults: the fault switches of its tenant, which is a fake one.
        timing: the pauses.
        timeout: seconds to wait for a text.
        on_point: called when the pointer is shown, before the click.
    """

    def __init__(
        self,
        app: CaptionedApp,
        faults: FaultSwitches | None,
        timing: Timing = Timing(),  # noqa: B008 - immutable
        timeout: float = TIMEOUT,
        on_point: Callable[[], None] = lambda: None,
    ) -> None:
        if faults is None:
            raise TypeError("A walkthrough runs on a fake tenant only.")
        self.app = app
        self._faults = faults
        self._timing = timing
        self._timeout = timeout
        self._on_point = on_point

    async def run(self, number: int, step: Step) -> None:
        """Run a step, and wait until the screen shows what it promises.

        Raises:
            StepFailed: a text to click is not there, or a promised text does not come.
        """
        await asyncio.sleep(FIRST_POLL)
        if number == 1:
            await self._wait_until_loaded()
        before = self.app.read_screen()
        try:
            self._switch_faults(step.faults)
            for act in step.acts:
                await self._perform(act)
            await self._poll(lambda screen: _find_problem(step, screen))
            await asyncio.sleep(SETTLE_TIME)
        except TextNotFound as error:
            after = self.app.read_screen() if self.app.is_running else ScreenText(())
            raise StepFailed(number, step, str(error), before, after) from None

    async def _wait_until_loaded(self) -> None:
        """Wait until the tenant is open and its lists are read, or cannot be."""
        before = None
        while (screen := self.app.read_screen()) != before or self._is_loading():
            before = screen
            await asyncio.sleep(SETTLE_TIME)

    def _is_loading(self) -> bool:
        return any(
            worker.is_running and worker.group in (ENTERING, READING) for worker in self.app.workers
        )

    def _switch_faults(self, faults: list[str] | None) -> None:
        """Switch these faults on and all others off; None: change nothing."""
        if faults is not None:
            for fault in (*self._faults.list_active(), *faults):
                self._faults.toggle(fault)

    async def _perform(self, act: Act) -> None:
        if act.press is not None:
            self.app.show_key(key_label(act.press))
            screen = self.app.screen
            await self._send(key_event(act.press))
            await self._pause_after(screen)
        elif act.type is not None:
            for end, letter in enumerate(act.type, 1):
                self.app.show_typing(act.type[:end])
                self.app.post_message(key_event(letter))
                await asyncio.sleep(self._timing.letter)
        elif act.click is not None:
            await self._click(act.click)

    async def _click(self, locator: str) -> None:
        def find_problem(screen: ScreenText) -> str:
            try:
                screen.find(locator, self._is_clickable)
            except TextNotFound as error:
                return str(error)
            return ""

        text = await self._poll(find_problem)
        region = text.find(locator, self._is_clickable)
        screen = self.app.screen
        self.app.show_pointer(region)
        self._on_point()
        self.app.post_message(_mouse_event(MouseMove, region.center))
        await asyncio.sleep(self._timing.point)
        await self._send(
            _mouse_event(MouseDown, region.center), _mouse_event(MouseUp, region.center)
        )
        self.app.show_pointer(None)
        await self._pause_after(screen)

    async def _send(self, *inputs: events.InputEvent) -> None:
        """Send input to the app, and wait until the app has taken it.

        Raises:
            TextNotFound: the app takes no input.
        """
        is_taken = asyncio.Event()
        for event in inputs:
            self.app.post_message(event)
        self.app.call_later(is_taken.set)
        try:
            async with asyncio.timeout(self._timeout):
                await is_taken.wait()
        except TimeoutError:
            raise TextNotFound("The screen takes no input any more.") from None

    async def _pause_after(self, screen: Screen[Any]) -> None:
        """Pause after an input; twice as long if it has opened a dialog, which is to be read."""
        await asyncio.sleep(self._timing.press)
        if self.app.is_running and self.app.screen is not screen:
            await asyncio.sleep(self._timing.press)
        for _ in range(int(self._timeout / FIRST_POLL)):
            if not self.app.is_running or not self._is_busy():
                break
            await asyncio.sleep(FIRST_POLL)

    def _is_busy(self) -> bool:
        """Return whether keys wait in the queue, or a question takes no answer yet."""
        question = self.app.screen
        early = isinstance(question, Confirmation) and not (
            question.answerable or question.invalidated
        )
        return early or not self.app.input.is_empty

    async def _poll(self, find_problem: Callable[[ScreenText], str]) -> ScreenText:
        """Wait until there is no problem with the screen, and return its text.

        Raises:
            TextNotFound: there is still one at the timeout.
        """
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + self._timeout, FIRST_POLL
        while True:
            await asyncio.sleep(pause)
            if not self.app.is_running:
                raise TextNotFound("The screen has closed.")
            screen = self.app.read_screen()
            problem = find_problem(screen)
            if not problem:
                return screen
            if loop.time() > deadline:
                raise TextNotFound(problem)
            pause = min(MAX_POLL, pause * 1.25)

    def _is_clickable(self, cell: Offset) -> bool:
        """Return whether a click on a cell hits a widget; one behind a dialog does not."""
        return self.app.screen.get_widget_at(*cell)[0] is not self.app.screen


def _find_problem(step: Step, screen: ScreenText) -> str:
    """Return which promise of a step the screen does not keep; "" when it keeps all."""
    for locator in step.see:
        if not screen.find_all(locator):
            return f'"{locator}" must be seen, and is not.'
    for locator in step.gone:
        if screen.find_all(locator):
            return f'"{locator}" must be gone, and is not.'
    return ""


def _mouse_event(kind: type[MouseEvent], at: Offset) -> MouseEvent:
    button = 0 if kind is MouseMove else 1
    return kind(None, at.x, at.y, 0, 0, button, False, False, False, screen_x=at.x, screen_y=at.y)
