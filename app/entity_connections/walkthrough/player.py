"""Plays a walkthrough to an audience, and obeys the keys of the presenter."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from textual.worker import Worker, WorkerCancelled

from entity_connections.services.workspace import Workspace
from entity_connections.tui.terminal.run import run_app
from entity_connections.tui.widgets.too_small import MIN_SIZE, is_too_small
from entity_connections.walkthrough.caption_bar import Captions, bar_height
from entity_connections.walkthrough.captioned_app import CaptionedApp, CaptionedDriver
from entity_connections.walkthrough.script import RESUME_KEY, Walkthrough
from entity_connections.walkthrough.step_runner import StepFailed, StepRunner, Timing
from entity_connections.walkthrough.virtual_time import VirtualClock, virtual_time

AUDIENCE_TIMING = Timing(point=0.9, press=0.7, letter=0.09)
"""The pauses at speed 1."""
LEAD_TIME = 1.2
"""Seconds between a caption and the first input, at speed 1."""
SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)

_READY_HINTS = ("space goes on · ← back · p plays · esc takes over", "space · ← · p · esc")
_RUNNING_HINTS = ("space hurries · ← back · p plays · esc takes over", "space hurries")
_CONTROL_HINTS = (
    f"the screen is yours · {RESUME_KEY} goes on · ctrl+q leaves",
    f"yours · {RESUME_KEY} goes on",
)
_END_HINTS = ("the end · ← back · esc takes over · q leaves", "the end · ← · esc · q")


def reading_time(text: str) -> float:
    """Return the seconds in which an audience reads a text, and looks at the screen."""
    return 2.0 + len(text) / 20


def play(
    script: Walkthrough, open_workspace: Callable[[], Workspace], theme: str, speed: float = 1.0
) -> int:
    """Play a walkthrough in the terminal, and return the exit status of the app.

    Args:
        script: what to play.
        open_workspace: opens a new fake tenant, whose ids are the same at every call.
        theme: name of a theme.
        speed: 2 is twice as fast.
    """
    with virtual_time(frozen=False) as (runner, clock):
        workspace = open_workspace()
        app = CaptionedApp(script, workspace, theme)
        player = Player(app, workspace, open_workspace, clock, speed)
        app.player_task = player.run
        return run_app(app, CaptionedDriver, runner.run)


class Player:
    """Runs the steps of an app's script when the presenter says so.

    Args:
        app: the app.
        workspace: the tenant of the app.
        open_workspace: opens a new one: to go back, the steps are run again from the start.
        clock: of the event loop.
        speed: 2 is twice as fast.
    """

    def __init__(
        self,
        app: CaptionedApp,
        workspace: Workspace,
        open_workspace: Callable[[], Workspace],
        clock: VirtualClock,
        speed: float,
    ) -> None:
        self._app = app
        self._steps = app.script.steps
        self._workspace = workspace
        self._open_workspace = open_workspace
        self._clock = clock
        self._speed = speed
        self._is_autoplaying = False
        self._steps_done = 0
        self._running: Worker[None] | None = None
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        app.on_presenter_key = self._keys.put_nowait

    async def run(self) -> None:
        """Handle the presenter's keys one after the other, for as long as the app runs."""
        self._show_step(0)
        while True:
            await self._handle_key(await self._keys.get())

    async def _handle_key(self, key: str) -> None:
        match key:
            case _ if self._app.presenter_has_control:
                if key == RESUME_KEY:
                    await self._go_to(self._steps_done)
            case "space" | "right" | "enter" | "pagedown":
                self._go_on()
            case "left" | "backspace" | "pageup":
                await self._go_to(self._steps_done - (self._running is None))
            case "home":
                await self._go_to(0)
            case "p":
                self._toggle_autoplay()
            case "plus" | "minus":
                self._change_speed(1 if key == "plus" else -1)
            case "escape":
                await self._give_control()
            case "q" | "ctrl+q" | "ctrl+c":
                await self._cancel_step()
                self._app.exit()

    def _go_on(self) -> None:
        """Start the next step; fast-forward to the end of one that is running."""
        if self._running is not None:
            self._clock.fast_forward = True
        elif is_too_small(self._app.screen):
            width, height = MIN_SIZE
            lines = height + bar_height(self._app.script, self._app.size.width)
            self._warn(f"This terminal is too small: it takes {width} columns by {lines} lines.")
        elif self._steps_done < len(self._steps):
            self._running = self._app.run_worker(self._run_steps())

    async def _run_steps(self) -> None:
        """Run the next step; in autoplay, all that follow, too."""
        try:
            while True:
                number = self._steps_done + 1
                step = self._steps[number - 1]
                self._show_step(number)
                await self._wait(LEAD_TIME)
                timing = AUDIENCE_TIMING.at_speed(self._speed)
                runner = StepRunner(self._app, self._workspace.fault_switches, timing)
                await runner.run(number, step)
                self._steps_done = number
                if not self._is_autoplaying or number == len(self._steps):
                    break
                await self._wait(reading_time(step.caption))
        except StepFailed as error:
            self._warn(f"This did not come about. {error.reason}")
        self._set_idle()
        self._update_hints()

    def _set_idle(self) -> None:
        self._clock.fast_forward = self._is_autoplaying = False
        self._running = None

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
        self._clock.fast_forward = False

    async def _go_to(self, steps_done: int) -> None:
        """Show the screen as it is after some steps: run them again, unseen and at once."""
        await self._cancel_step()
        self._app.presenter_has_control = False
        self._steps_done = max(0, steps_done)
        self._app.set_captions(self._app.captions._replace(keys=(), hints=("going there …",)))
        failure: StepFailed | None = None
        self._clock.fast_forward = self._app.output_muted = True
        try:
            self._workspace = self._open_workspace()
            await self._app.open_tenant(self._workspace)
            runner = StepRunner(self._app, self._workspace.fault_switches)
            for number, step in enumerate(self._steps[: self._steps_done], 1):
                await runner.run(number, step)
        except StepFailed as error:
            failure = error
        finally:
            self._clock.fast_forward = self._app.output_muted = False
        self._show_step(self._steps_done)
        self._app.redraw()
        if failure:
            self._warn(f"Step {failure.number} did not come about this time. {failure.reason}")

    def _toggle_autoplay(self) -> None:
        if self._running is None:
            self._go_on()
            self._is_autoplaying = self._running is not None
        else:
            self._is_autoplaying = not self._is_autoplaying
        if self._running is not None:
            self._update_hints()

    def _change_speed(self, steps: int) -> None:
        index = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - self._speed))
        self._speed = SPEEDS[max(0, min(len(SPEEDS) - 1, index + steps))]
        self._update_hints()

    async def _give_control(self) -> None:
        """Let the presenter use the app; RESUME_KEY undoes what is done meanwhile."""
        was_running = self._running is not None
        await self._cancel_step()
        self._steps_done = min(len(self._steps), self._steps_done + was_running)
        self._app.presenter_has_control = True
        self._update_hints()

    async def _cancel_step(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(WorkerCancelled):
                await self._running.wait()
        self._set_idle()
        self._app.show_pointer(None)

    def _show_step(self, number: int) -> None:
        captions = Captions.of_step(self._app.script, number, hints=self._hints())
        self._app.set_captions(captions)

    def _warn(self, text: str) -> None:
        self._app.set_captions(self._app.captions._replace(text=text, is_warning=True))

    def _update_hints(self) -> None:
        self._app.set_captions(self._app.captions._replace(hints=self._hints()))

    def _hints(self) -> tuple[str, ...]:
        if self._app.presenter_has_control:
            return _CONTROL_HINTS
        if self._is_autoplaying:
            speed = f"{self._speed:g}×"
            return f"plays at {speed} · + - speed · p stops", f"plays {speed}"
        if self._running is not None:
            return _RUNNING_HINTS
        hints = _END_HINTS if self._steps_done == len(self._steps) else _READY_HINTS
        return hints if self._speed == 1 else (f"{self._speed:g}× · {hints[0]}", *hints)
