"""Random keys, clicks, pastes and resizes on every screen and dialog.

`python -m tests.tui.monkey 500` makes 500 runs; each can be repeated by its number.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from entity_connections.domain.actions import Action
from entity_connections.services.operations.operation import Operation
from entity_connections.services.request_log import RequestLog
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.dialogs.plan_preview import PlanPreview
from entity_connections.walkthrough.key_events import key_event as key_event
from textual import events
from textual.await_complete import AwaitComplete
from textual.geometry import Size
from textual.screen import Screen

from tests.acme import write_names
from tests.tui.open_screen import FAST, ScreenDriver, TenantSetup, open_screen

STEPS = 120
"""Things done in a run."""
TIMING = FAST._replace(answer_delay=0.02)
SIZES = [(80, 24), (120, 36), (160, 48), (60, 20), (200, 60)]
NAMES = ["americas", "europe", "acme-us", "mexico", "zzz", "not connected", "pending", "bruno", "é"]
KEYS = [
    *"radxeg12ftsucFJU?ynqR*",
    *"radxeg12y", *"R*", "space", "shift+down", "shift+up",
    "/", "enter", "enter", "enter", "escape", "escape",
    "tab",
    "shift+tab", "up", "down", "down", "pageup", "pagedown", "home", "end", "left", "right",
    "backspace", "delete", "space", "ctrl+p", "ctrl+r", "ctrl+l", "ctrl+a", "ctrl+w", "f1", *"jk",
]  # fmt: skip
PASTES = [
    "", "\n", "y", "americas\nr", "x" * 3000, "東京\u202e[/]", "\x1b[A", "[@click=app.quit]x[/]",
]  # fmt: skip


class Monkey:
    """One run of random input.

    Args:
        ui: the screen.
        seed: decides everything that is done.
    """

    def __init__(self, ui: ScreenDriver, seed: int) -> None:
        self.ui = ui
        self.random = random.Random(seed)
        self.done: list[str] = []

    async def run(self, steps: int) -> None:
        """Do random things, as fast as they come or with pauses."""
        pace = self.random.choice([0.0, 0.0, 0.005, 0.03])
        for _ in range(steps):
            if not self.ui.app.is_running:
                return
            self.step()
            if pace and self.random.random() < 0.7:
                await asyncio.sleep(self.random.uniform(0, pace))
            else:
                await asyncio.sleep(0)

    def step(self) -> None:
        """Do one thing; a question is now and then answered as a person would."""
        pick = self.random.random()
        question = self.ui.app.screen
        operations = list_operations(question)
        if operations and self.random.random() < 0.3:
            name = operations[0].row.counterpart.title if len(operations) == 1 else ""
            name = name or str(len({operation.ends for operation in operations}))
            for key in ["y"] if question.query("#no:focus") else [*name, "enter"]:
                self._press(key)
        elif pick < 0.6:
            self._press(self.random.choice(KEYS))
        elif pick < 0.7:
            for char in self.random.choice(NAMES):
                self._press(char)
        elif pick < 0.86:
            self._click(self.random.choice([1, 1, 1, 2, 2, 3]))
        elif pick < 0.9:
            self._post(events.Paste(self.random.choice(PASTES)))
        elif pick < 0.94:
            self._mouse(
                self.random.choice([events.MouseScrollDown, events.MouseScrollUp]), *self._place()
            )
        elif pick < 0.97:
            self._drag()
        else:
            self._resize()

    def _post(self, event: events.Event) -> None:
        self.done.append(repr(event))
        self.ui.app.post_message(event)

    def _press(self, key: str) -> None:
        self._post(key_event(key))

    def _place(self) -> tuple[int, int]:
        width, height = self.ui.app.size
        return self.random.randrange(max(1, width)), self.random.randrange(max(1, height))

    def _mouse(self, kind: type[events.MouseEvent], x: int, y: int, button: int = 0) -> None:
        self._post(kind(None, x, y, 0, 0, button, False, False, False, screen_x=x, screen_y=y))

    def _click(self, times: int) -> None:
        x, y = self._place()
        self._mouse(events.MouseMove, x, y)
        for _ in range(times):
            self._mouse(events.MouseDown, x, y, 1)
            self._mouse(events.MouseUp, x, y, 1)

    def _drag(self) -> None:
        self._mouse(events.MouseDown, *self._place(), 1)
        self._mouse(events.MouseMove, *self._place(), 1)
        self._mouse(events.MouseUp, *self._place(), 1)

    def _resize(self) -> None:
        size = Size(*self.random.choice([*SIZES, (1, 1), (20, 5), (59, 19), (300, 90)]))
        self._post(events.Resize(size, size))


@contextmanager
def watch_answers() -> Iterator[list[Action]]:
    """Note the writes of every question that is answered with yes; it must be answerable."""
    answers: list[Action] = []
    dismiss = Confirmation.dismiss

    def note(self: Confirmation, result: bool | None = None) -> AwaitComplete:
        if result and self.is_current:
            assert self.answerable
            assert not self.invalidated
            answers.extend(operation.action for operation in list_operations(self))
        return dismiss(self, result)

    with patch.object(Confirmation, "dismiss", note):
        yield answers


def list_operations(question: Screen[Any]) -> Sequence[Operation]:
    """Return what a question asks about; nothing if it is none before a write."""
    if isinstance(question, PlanPreview):
        return question.plan.operations
    return [question.operation] if isinstance(question, ActionConfirmation) else []


async def run(seed: int, steps: int = STEPS) -> int:
    """Make one run, and return how many writes there were.

    Raises:
        AssertionError: the program ended badly, or wrote what nobody had confirmed.
        Exception: the program ended with it.
    """
    chance = random.Random(seed)
    request_log = RequestLog()
    scenario = chance.choice(["acme", "acme", "acme", "empty", "hostile"])
    with watch_answers() as answers:
        setup, size = TenantSetup(request_log=request_log), chance.choice(SIZES)
        async with open_screen(scenario, size=size, setup=setup, timing=TIMING) as ui:
            ui.fake.faults.on("drop,share=0.2")
            await Monkey(ui, seed).run(steps)
            await ui.pilot.pause()
            assert ui.app.is_running or ui.app.return_code == 0
            ui.app.exit()
        writes = Counter(write_names(request_log))
        confirmed = Counter(answer.id for answer in answers)
        for write, count in writes.items():
            assert count <= confirmed[write], (writes, confirmed)
    return writes.total()


def main(runs: int, first: int = 0) -> None:
    """Make runs, and say how they went."""
    written = ended = 0
    for seed in range(first, first + runs):
        try:
            written += asyncio.run(run(seed))
        except Exception as error:  # noqa: BLE001 - all are counted
            ended += 1
            print(f"{seed}: {type(error).__name__}: {error}")
    print(f"{runs} runs, {ended} ended, {written} writes, each after a yes that was possible")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
