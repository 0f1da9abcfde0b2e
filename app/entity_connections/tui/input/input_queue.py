"""Input in the order it was typed, each piece on what it would have met had the person waited."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from textual.app import App
from textual.events import Event, Key

MAX_WAITING = 256
"""Keys, clicks and pastes that are kept; what comes beyond them is dropped."""
PATIENCE = 1.0
"""Seconds of waiting for a list after which URGENT keys overtake what waits."""
URGENT = frozenset({"escape", "ctrl+c", "ctrl+q"})
SILENCE = 0.4
"""Seconds of waiting for a list after which the person is told that a key waits."""


class InputListener(Protocol):
    """Says what input waits for, and tells the person about it."""

    def must_wait(self, event: Event) -> bool:
        """Return whether an event is for something that is still being read or sent."""

    def show_waiting(self, keys: list[str]) -> None:
        """Tell that these keys wait; none takes that back."""

    def show_dropped(self, keys: list[str], *, too_many: bool) -> None:
        """Tell that these keys were dropped, because there were too many or escape came."""


class InputQueue:
    """Hands events to the app one at a time, when all before them has had its effect.

    Args:
        app: the app; events are handled in its message loop.
        handle: handles an event as Textual does.
        listener: the main screen.
    """

    def __init__(
        self,
        app: App[None],
        handle: Callable[[Event], Awaitable[None]],
        listener: InputListener,
    ) -> None:
        self._app = app
        self._handle = handle
        self._listener = listener
        self._waiting: deque[Event] = deque()
        self._task: asyncio.Task[None] | None = None
        self._draining = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._draining

    async def put(self, event: Event) -> None:
        """Handle an event now if nothing stands before it, else later."""
        if not self._draining and self._is_ready(event):
            await self._handle(event)
        elif len(self._waiting) >= MAX_WAITING:
            self._listener.show_dropped(_names([event]), too_many=True)
        else:
            self._waiting.append(event)
            if not self._draining:
                self._draining = True
                self._task = asyncio.create_task(self._drain())

    def clear(self) -> list[str]:
        """Drop what waits, and return the keys among it."""
        names = _names(self._waiting)
        self._waiting.clear()
        return names

    def _is_settled(self) -> bool:
        """Whether the screen on top is complete and everything sent to it and the app is done."""
        if not self._app.screen_stack:  # the program is ending
            return False
        screen = self._app.screen
        return (
            screen.is_mounted
            and not self._app.message_queue_size
            and not any(node.message_queue_size for node in screen.walk_children(with_self=True))
        )

    def _is_ready(self, event: Event) -> bool:
        return self._is_settled() and not self._listener.must_wait(event)

    async def _drain(self) -> None:
        try:
            while self._waiting and self._app.is_running:
                await self._wait()
                if self._waiting:
                    handled = asyncio.Event()
                    self._app.call_next(self._handle_first, handled)
                    await handled.wait()
        finally:
            self._draining = False

    async def _handle_first(self, handled: asyncio.Event) -> None:
        try:
            # Asked again here, in the app's own turn: it may have been in the middle of something.
            if self._waiting and self._is_ready(self._waiting[0]):
                await self._handle(self._waiting.popleft())
        finally:
            handled.set()

    async def _wait(self) -> None:
        """Wait until the first event can be handled, or an urgent key overtakes it."""
        now = asyncio.get_running_loop().time
        began, told, listener = now(), False, self._listener
        turns = 0
        while self._waiting and self._app.is_running:
            settled = self._is_settled()
            if settled and not listener.must_wait(self._waiting[0]):
                break
            if settled and now() - began >= PATIENCE and self._overtake(listener):
                break
            if settled and not told and now() - began >= SILENCE:
                told = True
                listener.show_waiting(_names(self._waiting))
            turns += 1
            await asyncio.sleep(0 if turns < 20 else 0.002)
        if told:
            listener.show_waiting([])

    def _overtake(self, listener: InputListener) -> bool:
        """Drop what stands before an urgent key, if there is one."""
        places = [n for n, event in enumerate(self._waiting) if _is_urgent(event)]
        if not places:
            return False
        dropped = [self._waiting.popleft() for _ in range(places[0])]
        listener.show_dropped(_names(dropped), too_many=False)
        return True


def _is_urgent(event: Event) -> bool:
    return isinstance(event, Key) and event.key in URGENT


def _names(waiting: "deque[Event] | list[Event]") -> list[str]:
    return [event.key for event in waiting if isinstance(event, Key)]
