"""Recording a walkthrough: it plays by itself, in no time, the same at every run."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from unittest.mock import patch

from textual.filter import dim_color
from textual.geometry import Size
from textual.pilot import Pilot

from entity_connections.services.workspace import FaultSwitches, Workspace
from entity_connections.walkthrough import caption_bar as strip
from entity_connections.walkthrough.captioned import CaptionedApp, RecordingDriver
from entity_connections.walkthrough.player import LEAD, LIVE, reading_time
from entity_connections.walkthrough.screen_text import Spot, picture
from entity_connections.walkthrough.script import Walkthrough
from entity_connections.walkthrough.step_runner import Performance
from entity_connections.walkthrough.take import Frame, Take
from entity_connections.walkthrough.virtual_time import stage

_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC"}
_PERSONAL = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "ZUORA_ENTITY_ID")
_TEXTUALS = {
    "textual.constants.COLOR_SYSTEM": "truecolor",
    "textual.constants.SCREENSHOT_DELAY": -1,
    "textual.filter.dim_color": partial(dim_color, factor=0.66),
    "textual.screen.UPDATE_PERIOD": 1 / 60,
}
"""What Textual has made of TEXTUAL_FPS and the like when it was imported."""


def record(
    name: str, script: Walkthrough, open_target: Callable[[], Workspace], theme: str = "dark"
) -> Take:
    """Perform a walkthrough for nobody and return all that would have been seen.

    Args:
        name: of the script.
        script: what is performed.
        open_target: makes a fresh tenant.
        theme: name of a theme.

    Raises:
        Missed: a step did not come about.
    """
    width, height = script.size
    with _nobodys_terminal(), stage(still=True) as here:
        target = open_target()
        target.journal.process_id = "stage:1"  # whose machine it was is nobody's business
        app = CaptionedApp(script, target, theme)
        app.driver_class = RecordingDriver
        app.animation_level = "none"
        recorder = _Recorder(app, target.fault_switches)
        here.runner.run(app.run_async(size=(width, height), auto_pilot=recorder.perform))
    size = Size(width, height + strip.rows(script, width))
    return Take(name, script, tuple(recorder.frames), tuple(app.stream), size)


class _Recorder:
    """Performs every step at the pace of an audience, and keeps what it sees."""

    def __init__(self, app: CaptionedApp, fault_switches: FaultSwitches | None) -> None:
        self.app = app
        self.frames: list[Frame] = []
        self._fault_switches = fault_switches
        self._number = 0

    async def perform(self, _pilot: Pilot[object]) -> None:
        """Perform all steps, and end the app."""
        performance = Performance(self.app, self._fault_switches, self, LIVE)
        script = self.app.script
        self.app.show(0)
        await asyncio.sleep(reading_time(script.teaches))
        self._keep(last=True)
        for self._number, step in enumerate(script.steps, 1):
            self.app.show(self._number)
            self._keep()
            await asyncio.sleep(LEAD)
            await performance.perform(self._number, step)
            self._keep(last=True)
            await asyncio.sleep(reading_time(step.caption))
        self.app.exit()

    def pressed(self, cap: str) -> None:
        """Show a key that is pressed."""
        self.app.pressed(cap)

    def typed(self, text: str) -> None:
        """Show a text that is being typed."""
        self.app.typed(text)

    def pointed(self, at: Spot | None) -> None:
        """Show the pointer, and keep the screen on which it clicks."""
        self.app.pointed(at)
        if at is not None:
            self._keep()

    def _keep(self, *, last: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        caps, spot = self.app.captions.caps, self.app.pointer
        pointer = spot.middle if spot else None
        self.frames.append(Frame(now, self._number, caps, pointer, picture(self.app), last))


@contextmanager
def _nobodys_terminal() -> Iterator[None]:
    """Forget what is particular about this machine: colours, pace, time zone, sizes."""
    with ExitStack() as stack:
        stack.callback(_set_zone)
        stack.enter_context(patch.dict(os.environ, _TERMINAL))
        for name in _PERSONAL:
            os.environ.pop(name, None)
        for name, value in _TEXTUALS.items():
            stack.enter_context(patch(name, value))
        _set_zone()
        yield


def _set_zone() -> None:
    if hasattr(time, "tzset"):  # Windows has none
        time.tzset()
