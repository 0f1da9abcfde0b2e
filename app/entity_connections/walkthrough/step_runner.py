"""Runs the steps of a walkthrough on a running app, and waits for what they must show."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from textual.events import InputEvent, MouseDown, MouseEvent, MouseMove, MouseUp
from textual.geometry import Offset

from entity_connections.services.workspace import FaultSwitches
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.workers.groups import ENTERING, READING
from entity_connections.walkthrough.captioned_app import CaptionedApp
from entity_connections.walkthrough.key_events import key_event, key_label
from entity_connections.walkthrough.screen_text import ScreenText, TextNotFound, click_cell
from entity_connections.walkthrough.script_models import Act, Step

TIMEOUT = 60.0
"""Seconds to wait for a text: longer than the longest pause of the adapter."""
POLL_INTERVAL = 0.1
"""Seconds between two looks at the screen."""
SETTLE_TIME = 0.25
"""Seconds to wait at the end of a step, until the screen has settled."""
POINT_TIME, PRESS_TIME, LETTER_TIME = 0.9, 0.7, 0.09
"""Seconds at speed 1: the pointer before a click, after a key or click, after a typed letter."""
MIN_PRESS_TIME = 0.4
"""Seconds after a key or click at any speed: the screen must keep up."""
_Result = TypeVar("_Result")


class StepFailed(Exception):
    """A text to click was not there, or a promised text did not come; `reason` says which."""

    def __init__(
        self, number: int, step: Step, reason: str, before: ScreenText, after: ScreenText
    ) -> None:
        lines = [f'Step {number}, "{step.caption}": {reason}', "The screen before it:"]
        lines += [f"  | {line}" for line in before.lines]
        lines += ["The screen now:", *(f"  | {line}" for line in after.lines)]
        super().__init__("\n".join(lines))
        self.number, self.reason = number, reason


@dataclass
class StepRunner:
    """Runs steps; `on_point` is called when the pointer is shown, before the click."""

    app: CaptionedApp
    faults: FaultSwitches | None
    speed: float = 1.0
    on_point: Callable[[], None] = lambda: None

    async def run(self, number: int, step: Step) -> None:
        """Run a step until the screen shows what it promises; raise StepFailed if it does not."""
        if number == 1:
            await self._wait_until_loaded()
        before = self.app.read_screen()
        try:
            self._switch_faults(step.faults)
            for act in step.acts:
                await self._perform(act)
            await self._poll(lambda screen: _check_promises(step, screen))
            await asyncio.sleep(SETTLE_TIME)
        except TextNotFound as error:
            raise StepFailed(number, step, str(error), before, self.app.read_screen()) from None

    async def _wait_until_loaded(self) -> None:
        """Wait until the tenant is open and its lists are read, or cannot be."""
        loading = True
        while loading:
            await asyncio.sleep(SETTLE_TIME)
            workers = [worker for worker in self.app.workers if worker.is_running]
            loading = any(worker.group in (ENTERING, READING) for worker in workers)

    def _switch_faults(self, faults: list[str] | None) -> None:
        """Switch these faults on and all others off; None: change nothing."""
        if faults is not None and self.faults is not None:
            for fault in (*self.faults.list_active(), *faults):
                self.faults.switch(fault)

    async def _perform(self, act: Act) -> None:
        keys_before = self.app.captions.keys
        if act.press is not None:
            self.app.show_keys(*keys_before, key_label(act.press))
            await self._send(key_event(act.press))
        elif act.type is not None:
            for end, letter in enumerate(act.type, 1):
                self.app.show_keys(*keys_before, act.type[:end])
                self.app.post_message(key_event(letter))
                await asyncio.sleep(LETTER_TIME / self.speed)
        elif (locator := act.click) is not None:
            region = await self._poll(lambda screen: screen.find(locator, self._is_clickable))
            self.app.show_pointer(region)
            self.on_point()
            cell = click_cell(region)
            self.app.post_message(_mouse_event(MouseMove, cell))
            await asyncio.sleep(POINT_TIME / self.speed)
            self.app.show_pointer(None)
            await self._send(_mouse_event(MouseDown, cell), _mouse_event(MouseUp, cell))

    async def _send(self, *inputs: InputEvent) -> None:
        """Send input, and pause; twice as long if it has opened a dialog, which is to be read."""
        screen, pause = self.app.screen, max(MIN_PRESS_TIME, PRESS_TIME / self.speed)
        for event in inputs:
            self.app.post_message(event)
        await asyncio.sleep(pause)
        if self.app.is_running and self.app.screen is not screen:
            await asyncio.sleep(pause)
        for _ in range(int(TIMEOUT / POLL_INTERVAL)):
            if not self.app.is_running or not self._is_busy():
                break
            await asyncio.sleep(POLL_INTERVAL)

    def _is_busy(self) -> bool:
        """Return whether keys wait in the queue, or a question takes no answer yet."""
        question = self.app.screen
        early = isinstance(question, Confirmation) and not (
            question.answerable or question.invalidated
        )
        return early or not self.app.input.is_empty

    async def _poll(self, look: Callable[[ScreenText], _Result]) -> _Result:
        """Look at the screen until `look` raises no TextNotFound, or the timeout is reached."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + TIMEOUT
        while True:
            await asyncio.sleep(POLL_INTERVAL)
            if not self.app.is_running:
                raise TextNotFound("The screen has closed.")
            try:
                return look(self.app.read_screen())
            except TextNotFound:
                if loop.time() > deadline:
                    raise

    def _is_clickable(self, cell: Offset) -> bool:
        """Return whether a click on a cell hits a widget; one behind a dialog does not."""
        return self.app.screen.get_widget_at(*cell)[0] is not self.app.screen


def _check_promises(step: Step, screen: ScreenText) -> None:
    for locator in step.see:
        if not screen.find_all(locator):
            raise TextNotFound(f'"{locator}" must be seen, and is not.')
    for locator in step.gone:
        if screen.find_all(locator):
            raise TextNotFound(f'"{locator}" must be gone, and is not.')


def _mouse_event(kind: type[MouseEvent], at: Offset) -> MouseEvent:
    button = 0 if kind is MouseMove else 1
    return kind(None, at.x, at.y, 0, 0, button, False, False, False, screen_x=at.x, screen_y=at.y)
