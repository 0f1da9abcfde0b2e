"""Plays a walkthrough to an audience, and obeys the keys of the presenter."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from textual.worker import Worker, WorkerCancelled

from entity_connections.services.workspace import Workspace
from entity_connections.tui.widgets.too_small import is_too_small
from entity_connections.walkthrough.caption_bar import Captions
from entity_connections.walkthrough.captioned_app import CaptionedApp
from entity_connections.walkthrough.script_models import RESUME_KEY, Walkthrough
from entity_connections.walkthrough.step_runner import StepFailed, StepRunner
from entity_connections.walkthrough.virtual_time import VirtualClock, virtual_time

LEAD_TIME = 1.2
"""Seconds between a caption and the first input, at speed 1."""
MIN_SPEED, MAX_SPEED = 0.25, 8.0


def reading_time(text: str) -> float:
    """Return the seconds in which an audience reads a text, and looks at the screen."""
    return 2.0 + len(text) / 20


def play(
    script: Walkthrough, open_workspace: Callable[[], Workspace], theme: str, speed: float = 1.0
) -> int:
    """Play a walkthrough in the terminal, and return the exit status of the app.

    Each workspace must be a new fake tenant, whose ids are the same at every call.
    """
    # Both need a POSIX terminal, and the rest of this module does not.
    from entity_connections.tui.terminal.run import run_app
    from entity_connections.walkthrough.captioned_driver import CaptionedDriver

    with virtual_time(frozen=False) as (runner, clock):
        workspace = open_workspace()
        app = CaptionedApp(script, workspace, theme)
        app.player_task = Player(app, workspace, open_workspace, clock, speed).run
        return run_app(app, CaptionedDriver, runner.run)


@dataclass
class Player:
    """Runs the steps of an app's script when the presenter says so.

    To go back, it runs the steps again from the start, on a new tenant. `steps_done` is the number
    of steps that the screen shows; `running` runs a step, or in autoplay all that follow.
    """

    app: CaptionedApp
    workspace: Workspace
    open_workspace: Callable[[], Workspace]
    clock: VirtualClock
    speed: float
    autoplay: bool = False
    steps_done: int = 0
    running: Worker[None] | None = None

    async def run(self) -> None:
        """Handle the presenter's keys one after the other, for as long as the app runs."""
        self._show_step(0)
        while True:
            await self._handle_key(await self.app.presenter_keys.get())

    async def _handle_key(self, key: str) -> None:
        match key:
            case _ if self.app.presenter_has_control:
                if key == RESUME_KEY:
                    await self._go_to(self.steps_done)
            case "space" | "right" | "enter" | "pagedown":
                self._go_on()
            case "left" | "backspace" | "pageup":
                await self._go_to(self.steps_done - (self.running is None))
            case "home":
                await self._go_to(0)
            case "p":
                self._toggle_autoplay()
            case "plus" | "minus":
                speed = self.speed * 2 if key == "plus" else self.speed / 2
                self.speed = min(MAX_SPEED, max(MIN_SPEED, speed))
                self._update_hint()
            case "escape":
                await self._give_control()
            case "q" | "ctrl+q" | "ctrl+c":
                await self._cancel_step()
                self.app.exit()

    def _go_on(self) -> None:
        """Start the next step; fast-forward to the end of one that is running."""
        if self.running is not None:
            self.clock.fast_forward = True
        elif is_too_small(self.app.screen):
            self._warn("This terminal is too small: make it larger.")
        elif self.steps_done < len(self.app.script.steps):
            self.running = self.app.run_worker(self._run_steps())

    async def _run_steps(self) -> None:
        try:
            for number, step in list(enumerate(self.app.script.steps, 1))[self.steps_done :]:
                self._show_step(number)
                await self._wait(LEAD_TIME)
                faults = self.workspace.fault_switches
                await StepRunner(self.app, faults, self.speed).run(number, step)
                self.steps_done = number
                if not self.autoplay or number == len(self.app.script.steps):
                    break
                await self._wait(reading_time(step.caption))
        except StepFailed as error:
            self._warn(f"This did not work. {error.reason}")
        self._set_idle()
        self._update_hint()

    def _set_idle(self) -> None:
        self.clock.fast_forward = self.autoplay = False
        self.running = None

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
        self.clock.fast_forward = False

    async def _go_to(self, steps_done: int) -> None:
        """Show the screen as it is after some steps: run them again, unseen and at once."""
        await self._cancel_step()
        self.app.presenter_has_control = False
        self.steps_done = max(0, steps_done)
        self.app.set_captions(self.app.captions._replace(keys=(), hint="going there …"))
        failure: StepFailed | None = None
        self.clock.fast_forward = self.app.output_muted = True
        try:
            self.workspace = self.open_workspace()
            await self.app.open_tenant(self.workspace)
            runner = StepRunner(self.app, self.workspace.fault_switches)
            for number, step in enumerate(self.app.script.steps[: self.steps_done], 1):
                await runner.run(number, step)
        except StepFailed as error:
            failure = error
        finally:
            self.clock.fast_forward = self.app.output_muted = False
        self._show_step(self.steps_done)
        self.app.redraw()
        if failure:
            self._warn(f"Step {failure.number} did not work this time. {failure.reason}")

    def _toggle_autoplay(self) -> None:
        if self.running is None:
            self._go_on()
        self.autoplay = self.running is not None and not self.autoplay
        self._update_hint()

    async def _give_control(self) -> None:
        """Let the presenter use the app; RESUME_KEY undoes what is done meanwhile."""
        if self.running is not None:
            self.steps_done = min(len(self.app.script.steps), self.steps_done + 1)
        await self._cancel_step()
        self.app.presenter_has_control = True
        self._update_hint()

    async def _cancel_step(self) -> None:
        if self.running is not None:
            self.running.cancel()
            with suppress(WorkerCancelled):
                await self.running.wait()
        self._set_idle()
        self.app.show_pointer(None)

    def _show_step(self, number: int) -> None:
        self.app.set_captions(Captions.of_step(self.app.script, number, self._hint()))

    def _warn(self, text: str) -> None:
        self.app.set_captions(self.app.captions._replace(text=text, is_warning=True))

    def _update_hint(self) -> None:
        self.app.set_captions(self.app.captions._replace(hint=self._hint()))

    def _hint(self) -> str:
        return f"{self._describe_keys()} · q leaves"

    def _describe_keys(self) -> str:
        if self.app.presenter_has_control:
            return f"{RESUME_KEY} goes on · the screen is yours"
        if self.autoplay:
            return f"plays at {self.speed:g}× · + - speed · p stops"
        if self.running is not None:
            return "space hurries · p plays · esc takes over"
        speed = "" if self.speed == 1 else f"{self.speed:g}× · "
        if self.steps_done == len(self.app.script.steps):
            return f"{speed}the end · ← back"
        return f"{speed}space goes on · ← back · esc takes over"
