"""Records a walkthrough without a terminal: pictures, texts and output, the same at every run.

The caller enters `fixed_environment` before Textual is imported, which then reads its variables.
"""

import asyncio
import random
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from textual.geometry import Offset
from textual.pilot import Pilot

from entity_connections.domain import ids
from entity_connections.services.workspace import FaultSwitches, Workspace
from entity_connections.walkthrough.caption_bar import Captions, terminal_size
from entity_connections.walkthrough.captioned_app import CaptionedApp, RecordingDriver
from entity_connections.walkthrough.fixed_environment import fixed_environment
from entity_connections.walkthrough.player import LEAD_TIME, reading_time
from entity_connections.walkthrough.screen_text import ScreenText, click_cell
from entity_connections.walkthrough.screenshot import take_screenshot
from entity_connections.walkthrough.script_models import Step, Walkthrough
from entity_connections.walkthrough.step_runner import StepRunner
from entity_connections.walkthrough.virtual_time import virtual_time


class Frame(NamedTuple):
    """One moment of a recording; `pointer` is the cell that is about to be clicked."""

    svg: str
    captions: Captions
    pointer: Offset | None
    text: ScreenText


class StepRecording(NamedTuple):
    """The frames of a step: one at each click, with the pointer, and the last one."""

    number: int
    step: Step
    clicks: tuple[Frame, ...]
    last: Frame


class Recording(NamedTuple):
    """A recorded walkthrough; `output` has the seconds since the start."""

    name: str
    script: Walkthrough
    steps: tuple[StepRecording, ...]
    output: tuple[tuple[float, str], ...]


def record(
    name: str, script: Walkthrough, open_workspace: Callable[[], Workspace], theme: str = "dark"
) -> Recording:
    """Run a walkthrough at the pace of an audience, in virtual time, and record it.

    The workspace must be a new fake tenant, whose ids are the same at every call. A step that
    cannot be run raises StepFailed.
    """
    random_state, random_source = random.getstate(), ids.random_source
    try:
        random.seed(0)  # the adapter's pauses before it tries again
        ids.random_source = random.Random(0)  # noqa: S311 - the tenant is a fake
        with fixed_environment(), virtual_time(frozen=True) as (runner, _):
            workspace = open_workspace()
            app = CaptionedApp(script, workspace, theme)
            app.driver_class = RecordingDriver
            app.animation_level = "none"
            steps: list[StepRecording] = []
            pilot = partial(_record_steps, app, workspace.fault_switches, steps)
            runner.run(app.run_async(size=terminal_size(script), auto_pilot=pilot))
    finally:
        random.setstate(random_state)
        ids.random_source = random_source
    return Recording(name, script, tuple(steps), tuple(app.output))


async def _record_steps(
    app: CaptionedApp, faults: FaultSwitches | None, recorded: list[StepRecording], _: Pilot[object]
) -> None:
    clicks: list[Frame] = []
    runner = StepRunner(app, faults, on_point=lambda: clicks.append(_take_frame(app)))
    script = app.script
    app.set_captions(Captions.of_step(script, 0))
    await asyncio.sleep(reading_time(script.teaches))
    for number, step in enumerate(script.steps, 1):
        app.set_captions(Captions.of_step(script, number))
        await asyncio.sleep(LEAD_TIME)
        await runner.run(number, step)
        recorded.append(StepRecording(number, step, tuple(clicks), _take_frame(app)))
        clicks.clear()
        await asyncio.sleep(reading_time(step.caption))
    app.exit()


def _take_frame(app: CaptionedApp) -> Frame:
    pointer = click_cell(app.pointer) if app.pointer else None
    return Frame(take_screenshot(app), app.captions, pointer, app.read_screen())
