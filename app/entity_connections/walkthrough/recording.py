"""Records a walkthrough without a terminal: pictures, texts and output, the same at every run.

The caller enters `fixed_environment` before Textual is imported, which then reads its variables.
"""

import asyncio
import random
from collections.abc import Callable
from typing import NamedTuple

from textual.geometry import Offset, Size
from textual.pilot import Pilot

from entity_connections.domain import ids
from entity_connections.services.workspace import FaultSwitches, Workspace
from entity_connections.walkthrough.caption_bar import Captions, bar_height
from entity_connections.walkthrough.captioned_app import CaptionedApp, RecordingDriver
from entity_connections.walkthrough.fixed_environment import fixed_environment
from entity_connections.walkthrough.player import AUDIENCE_TIMING, LEAD_TIME, reading_time
from entity_connections.walkthrough.screen_text import ScreenText
from entity_connections.walkthrough.screenshot import take_screenshot
from entity_connections.walkthrough.script import Step, Walkthrough
from entity_connections.walkthrough.step_runner import TIMEOUT, StepRunner
from entity_connections.walkthrough.virtual_time import virtual_time


class Frame(NamedTuple):
    """One moment of a recording.

    Attributes:
        time: seconds since the start.
        step: number of the step, from 1; 0 before the first.
        keys: labels of the keys pressed in this step, in order.
        pointer: the cell that is about to be clicked, or None.
        svg: the picture of the screen.
        text: the text of the screen.
        is_last: whether this is the last frame of its step; each step has one.
    """

    time: float
    step: int
    keys: tuple[str, ...]
    pointer: Offset | None
    svg: str
    text: ScreenText
    is_last: bool


class StepRecording(NamedTuple):
    """What was recorded of one step.

    Attributes:
        number: of the step, from 1.
        step: of the script.
        clicks: for each click, the screen with the pointer on what is clicked.
        last: the screen at the end.
    """

    number: int
    step: Step
    clicks: tuple[Frame, ...]
    last: Frame


class Recording(NamedTuple):
    """A recorded walkthrough.

    Attributes:
        name: of the script.
        script: what was recorded.
        frames: in order.
        output: what the terminal was sent, with the seconds since the start.
        size: of the terminal, captions included.
    """

    name: str
    script: Walkthrough
    frames: tuple[Frame, ...]
    output: tuple[tuple[float, str], ...]
    size: Size

    def steps(self) -> list[StepRecording]:
        """Return the recordings of the steps, in order."""
        return [self._step(number, step) for number, step in enumerate(self.script.steps, 1)]

    def captions(self, frame: Frame) -> Captions:
        """Return the captions of a frame."""
        return Captions.of_step(self.script, frame.step, frame.keys)

    def _step(self, number: int, step: Step) -> StepRecording:
        frames = [frame for frame in self.frames if frame.step == number]
        # The last frame of each click: only then the screen has seen the pointer.
        clicks = tuple(
            frame
            for frame, following in zip(frames, [*frames[1:], None], strict=True)
            if frame.pointer is not None
            and (following is None or following.pointer != frame.pointer)
        )
        last = next(frame for frame in frames if frame.is_last)
        return StepRecording(number, step, clicks, last)


def record(
    name: str,
    script: Walkthrough,
    open_workspace: Callable[[], Workspace],
    theme: str = "dark",
    timeout: float = TIMEOUT,
) -> Recording:
    """Run a walkthrough at the pace of an audience, in virtual time, and record it.

    Args:
        name: of the script.
        script: what to record.
        open_workspace: opens a new fake tenant, whose ids are the same at every call.
        theme: name of a theme.
        timeout: seconds of virtual time to wait for a text.

    Raises:
        StepFailed: a step cannot be run.
    """
    random_state, random_source = random.getstate(), ids.random_source
    width, height = script.size
    try:
        random.seed(0)  # the adapter's pauses before it tries again
        ids.random_source = random.Random(0)  # noqa: S311 - the tenant is a fake
        with fixed_environment(), virtual_time(frozen=True) as (runner, _):
            workspace = open_workspace()
            app = CaptionedApp(script, workspace, theme)
            app.driver_class = RecordingDriver
            app.animation_level = "none"
            recorder = _Recorder(app, workspace.fault_switches, timeout)
            runner.run(app.run_async(size=(width, height), auto_pilot=recorder.run))
    finally:
        random.setstate(random_state)
        ids.random_source = random_source
    size = Size(width, height + bar_height(script, width))
    return Recording(name, script, tuple(recorder.frames), recorder.output(), size)


class _Recorder:
    """Runs all steps, and takes frames."""

    def __init__(self, app: CaptionedApp, faults: FaultSwitches | None, timeout: float) -> None:
        self.frames: list[Frame] = []
        self._app = app
        self._runner = StepRunner(app, faults, AUDIENCE_TIMING, timeout, self._take_frame)
        self._step = 0

    async def run(self, _pilot: Pilot[object]) -> None:
        """Run all steps, and end the app."""
        script = self._app.script
        self._show_captions()
        await asyncio.sleep(reading_time(script.teaches))
        self._take_frame(is_last=True)
        for self._step, step in enumerate(script.steps, 1):
            self._show_captions()
            self._take_frame()
            await asyncio.sleep(LEAD_TIME)
            await self._runner.run(self._step, step)
            self._take_frame(is_last=True)
            await asyncio.sleep(reading_time(step.caption))
        self._app.exit()

    def output(self) -> tuple[tuple[float, str], ...]:
        """Return what the terminal was sent."""
        driver = self._app.terminal
        return tuple(driver.output) if isinstance(driver, RecordingDriver) else ()

    def _show_captions(self) -> None:
        self._app.set_captions(Captions.of_step(self._app.script, self._step))

    def _take_frame(self, *, is_last: bool = False) -> None:
        app, now = self._app, asyncio.get_running_loop().time()
        pointer = app.pointer.center if app.pointer else None
        svg, text = take_screenshot(app), app.read_screen()
        self.frames.append(Frame(now, self._step, app.captions.keys, pointer, svg, text, is_last))
