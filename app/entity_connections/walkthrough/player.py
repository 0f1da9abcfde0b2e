"""Playing a walkthrough before an audience: on, back, by itself, and out of the presenter's way."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from textual.worker import Worker, WorkerCancelled

from entity_connections.services.workspace import Workspace
from entity_connections.tui.terminal.run import run_app
from entity_connections.tui.widgets.too_small import MIN_SIZE, is_too_small
from entity_connections.walkthrough.caption_bar import rows
from entity_connections.walkthrough.captioned import CaptionedApp, CaptionedDriver
from entity_connections.walkthrough.script import RETURN, Walkthrough
from entity_connections.walkthrough.step_runner import Missed, Performance, Tempo
from entity_connections.walkthrough.virtual_time import Stage, stage

LIVE = Tempo(point=0.9, press=0.7, letter=0.09)
"""How long a click, a key and a letter take before an audience, at speed 1."""
LEAD = 1.2
"""Seconds a caption stands before anything is done, at speed 1."""
SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)

_HINTS = ("space goes on · ← back · p plays · esc takes over", "space · ← · p · esc")
_UNDER_WAY = ("space hurries · ← back · p plays · esc takes over", "space hurries")
_YOURS = (f"the screen is yours · {RETURN} goes on · ctrl+q leaves", f"yours · {RETURN} goes on")
_END = ("the end · ← back · esc takes over · q leaves", "the end · ← · esc · q")


def reading_time(text: str) -> float:
    """Return the seconds an audience needs for a text, and to see what it speaks of."""
    return 2.0 + len(text) / 20


def play(
    script: Walkthrough, open_target: Callable[[], Workspace], theme: str, speed: float = 1.0
) -> int:
    """Play a walkthrough in the terminal and return the exit status.

    Args:
        script: what is played.
        open_target: makes a fresh tenant.
        theme: name of a theme.
        speed: how many times as fast as LIVE and LEAD say.
    """
    with stage(still=False) as here:
        target = open_target()
        app = CaptionedApp(script, target, theme)
        app.conduct = Player(script, app, target, open_target, here, speed).play
        return run_app(app, CaptionedDriver, here.runner.run)


class Player:
    """What a presenter does with a walkthrough.

    Args:
        script: what is played.
        app: the screen it is played on.
        target: the tenant that is on it now.
        open_target: makes a fresh tenant: to go back is to begin anew and hurry.
        here: the stage that the app runs on.
        speed: how fast.
    """

    def __init__(
        self,
        script: Walkthrough,
        app: CaptionedApp,
        target: Workspace,
        open_target: Callable[[], Workspace],
        here: Stage,
        speed: float,
    ) -> None:
        self.script = script
        self.app = app
        self.speed = speed
        self.playing = False
        self._open_target = open_target
        self._stage = here
        self._target = target
        self._done = 0
        self._act: Worker[None] | None = None
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        app.listener = self._keys.put_nowait

    async def play(self) -> None:
        """Do what the presenter says, for as long as the app runs."""
        self.app.show(0, self._hints())
        while True:
            await self._obey(await self._keys.get())

    async def _obey(self, key: str) -> None:
        match key:
            case _ if self.app.yours:
                if key == RETURN:
                    await self._go_to(self._done)
            case "space" | "right" | "enter" | "pagedown":
                self._go_on()
            case "left" | "backspace" | "pageup":
                await self._go_to(self._done - (self._act is None))
            case "home":
                await self._go_to(0)
            case "p":
                self._play_or_pause()
            case "plus" | "minus":
                self._change_speed(1 if key == "plus" else -1)
            case "escape":
                await self._hand_over()
            case "q" | "ctrl+q" | "ctrl+c":
                await self._stop()
                self.app.exit()

    def _go_on(self) -> None:
        """Begin the next step; what is under way is hurried to its end."""
        if self._act is not None:
            self._stage.clock.hurrying = True
        elif is_too_small(self.app.screen):
            width, height = MIN_SIZE
            lines = height + rows(self.script, self.app.size.width)
            self._remark(f"This terminal is too small: it takes {width} columns by {lines} lines.")
        elif self._done < len(self.script.steps):
            self._act = self.app.run_worker(self._perform())

    async def _perform(self) -> None:
        """Perform the next step, and the others too while it plays by itself."""
        try:
            while True:
                number = self._done + 1
                step = self.script.steps[number - 1]
                self.app.show(number, self._hints())
                await self._rest(LEAD)
                await self._performance(LIVE.at(self.speed)).perform(number, step)
                self._done = number
                if not self.playing or number == len(self.script.steps):
                    break
                await self._rest(reading_time(step.caption))
        except Missed as missed:
            self._remark(f"This did not come about. {missed.reason}")
        self._rested()
        self._hint()

    def _rested(self) -> None:
        """Take note that nothing is under way."""
        self._stage.clock.hurrying = self.playing = False
        self._act = None

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
        self._stage.clock.hurrying = False

    async def _go_to(self, done: int) -> None:
        """Show the screen as it was after some steps: begin anew, and hurry there unseen."""
        await self._stop()
        self.app.yours = False
        self._done = max(0, done)
        self.app.say(self.app.captions._replace(caps=(), hints=("going there …",)))
        missed: Missed | None = None
        self._stage.clock.hurrying = True
        self.app.hidden = True
        try:
            self._stage.rewind()
            self._target = self._open_target()
            await self.app.open_tenant(self._target)
            for number, step in enumerate(self.script.steps[: self._done], 1):
                await self._performance(Tempo(), seen=False).perform(number, step)
        except Missed as error:
            missed = error
        finally:
            self._stage.clock.hurrying = self.app.hidden = False
        self.app.show(self._done, self._hints())
        self.app.repaint()
        if missed:
            self._remark(f"Step {missed.number} did not come about this time. {missed.reason}")

    def _play_or_pause(self) -> None:
        if self._act is None:
            self._go_on()
            self.playing = self._act is not None
        else:
            self.playing = not self.playing
        if self._act is not None:
            self._hint()

    def _change_speed(self, by: int) -> None:
        place = min(range(len(SPEEDS)), key=lambda n: abs(SPEEDS[n] - self.speed))
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, place + by))]
        self._hint()

    async def _hand_over(self) -> None:
        """Let the presenter have the screen; whatever is done there is undone on return."""
        under_way = self._act is not None
        await self._stop()
        self._done = min(len(self.script.steps), self._done + under_way)  # it is done on return
        self.app.yours = True
        self._hint()

    async def _stop(self) -> None:
        """End what is under way, in the middle of it."""
        if self._act is not None:
            self._act.cancel()
            with suppress(WorkerCancelled):
                await self._act.wait()
        self._rested()
        self.app.pointed(None)

    def _performance(self, tempo: Tempo, *, seen: bool = True) -> Performance:
        return Performance(self.app, self._target.fault_switches, self.app if seen else None, tempo)

    def _remark(self, text: str) -> None:
        self.app.say(self.app.captions._replace(text=text, urgent=True))

    def _hint(self) -> None:
        self.app.say(self.app.captions._replace(hints=self._hints()))

    def _hints(self) -> tuple[str, ...]:
        if self.app.yours:
            return _YOURS
        if self.playing:
            return (f"plays at {self.speed:g}× · + - speed · p stops", f"plays {self.speed:g}×")
        if self._act is not None:
            return _UNDER_WAY
        hints = _END if self._done == len(self.script.steps) else _HINTS
        return hints if self.speed == 1 else (f"{self.speed:g}× · {hints[0]}", *hints)
