"""Keys, clicks and pastes in the order they came; each waits until those before it have an effect.

A user may type ahead: `e`, a name, enter, `r`. Each key must reach the screen that the keys
before it have opened, and the rows that they have asked for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from textual.app import App
from textual.binding import Binding
from textual.events import Event, Key

from entity_connections.services.operations.runs import Progress
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.commands.command import Need
from entity_connections.tui.rendering.notices import Kind, format_keys
from entity_connections.tui.screens.connections import ConnectionsScreen
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid

MAX_WAITING = 256
"""Events that are kept; later ones are dropped."""
URGENT_KEYS = frozenset({"escape", "ctrl+c", "ctrl+q"})
URGENT_DELAY = 1.0
"""Seconds of waiting for Zuora after which urgent keys overtake the events before them."""
NOTICE_DELAY = 0.4
"""Seconds of waiting for Zuora after which the user is told that keys are waiting."""
KEY_NEEDS: dict[str, Need] = {
    **{binding.key: Need.ROWS for binding in Binding.make_bindings(Grid.BINDINGS)},
    **{command.key: command.needs for command in COMMANDS if command.needs is not None},
    "enter": Need.FRESH_ROW,
}
"""By the name of the key; a key that is not here needs nothing."""


class InputQueue:
    """Passes events to `handle` one at a time, each when all before it have had their effect.

    Events are handled in the message loop of the app.
    """

    def __init__(
        self, app: App[None], screen: ConnectionsScreen, handle: Callable[[Event], Awaitable[None]]
    ) -> None:
        self._app = app
        self._screen = screen
        self._handle = handle
        self._waiting: deque[Event] = deque()
        self._task: asyncio.Task[None] | None = None
        self._draining = False

    @property
    def is_empty(self) -> bool:
        """Whether no event is waiting or being handled."""
        return not self._draining

    async def put(self, event: Event) -> None:
        """Handle an event now if no other one is waiting, else later."""
        if not self._draining and self._is_ready(event):
            await self._handle(event)
        elif len(self._waiting) >= MAX_WAITING:
            self._show_dropped([event], "too many keys at once")
        else:
            self._waiting.append(event)
            if not self._draining:
                self._draining = True
                self._task = asyncio.create_task(self._drain())

    def clear(self) -> list[str]:
        """Drop the waiting events, and return the keys among them."""
        keys = _list_keys(self._waiting)
        self._waiting.clear()
        return keys

    def _is_ready(self, event: Event) -> bool:
        return self._is_settled() and not self._needs_zuora(event)

    def _is_settled(self) -> bool:
        """Whether the top screen is mounted, and no message to it or the app is pending."""
        if not self._app.screen_stack:  # the program is ending
            return False
        screen = self._app.screen
        return (
            screen.is_mounted
            and not self._app.message_queue_size
            and not any(node.message_queue_size for node in screen.walk_children(with_self=True))
        )

    def _needs_zuora(self, event: Event) -> bool:
        """Return whether an event needs rows that are being read, or a row being written to."""
        screen = self._screen
        if not screen.is_started:
            return True
        # The question that is planned, or the dialog that is read, takes what was typed ahead.
        if screen.writer.planning or self._dialog_is_working:
            return not (isinstance(event, Key) and event.key in URGENT_KEYS)
        if not isinstance(event, Key) or event.key not in KEY_NEEDS:
            return False
        view, need = screen.view, KEY_NEEDS[event.key]
        if not view.reading and not screen.writer.writing:
            return False
        if self._app.screen is not screen or isinstance(screen.focused, FilterInput):
            return False
        context = view.context
        if need in (Need.ROW, Need.FRESH_ROW) and context.progress is Progress.SENDING:
            return not context.running  # a run of many says why not
        if not view.reading or need is Need.FRESH_ROW:
            return view.reading
        if need is Need.ENTITIES:
            return not context.entered
        return not context.loaded and not (need is Need.ROW and context.can_go_back)

    @property
    def _dialog_is_working(self) -> bool:
        """Whether the dialog on top has a worker, as the journal has one that reads it."""
        top = self._app.screen
        return top is not self._screen and any(
            worker.node is top and worker.is_running for worker in self._app.workers
        )

    async def _drain(self) -> None:
        try:
            while self._waiting and self._app.is_running:
                await self._wait_for_first()
                if self._waiting:
                    handled = asyncio.Event()
                    self._app.call_next(self._handle_first, handled)
                    await handled.wait()
        finally:
            self._draining = False

    async def _handle_first(self, handled: asyncio.Event) -> None:
        try:
            # Checked again in the message loop of the app, which may just have changed something.
            if self._waiting and self._is_ready(self._waiting[0]):
                await self._handle(self._waiting.popleft())
        finally:
            handled.set()

    async def _wait_for_first(self) -> None:
        """Wait until the first event can be handled, or an urgent key overtakes it."""
        get_time = asyncio.get_running_loop().time
        start, notice_shown, turns = get_time(), False, 0
        while self._waiting and self._app.is_running:
            if self._is_settled():
                if not self._needs_zuora(self._waiting[0]):
                    break
                waited = get_time() - start
                if waited >= URGENT_DELAY and self._drop_before_urgent_key():
                    break
                if not notice_shown and waited >= NOTICE_DELAY:
                    notice_shown = True
                    keys = format_keys(_list_keys(self._waiting))
                    self._screen.view.notice_bar.show_notice(
                        Kind.INFO, f"{keys}: waiting for Zuora.", "escape forgets it."
                    )
            turns += 1
            await asyncio.sleep(0 if turns < 20 else 0.002)
        if notice_shown:
            self._screen.view.notice_bar.clear_notice()

    def _drop_before_urgent_key(self) -> bool:
        """Drop the events before the first urgent key; return whether there is one."""
        for index, event in enumerate(self._waiting):
            if isinstance(event, Key) and event.key in URGENT_KEYS:
                dropped = [self._waiting.popleft() for _ in range(index)]
                self._show_dropped(dropped, "escape came")
                return True
        return False

    def _show_dropped(self, events: Iterable[Event], why: str) -> None:
        sentence = f"Not used, because {why}: {format_keys(_list_keys(events))}."
        self._screen.view.notice_bar.show_notice(Kind.INFO, sentence)


def _list_keys(events: Iterable[Event]) -> list[str]:
    return [event.key for event in events if isinstance(event, Key)]
