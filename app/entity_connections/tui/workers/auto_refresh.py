"""Reads unasked, while the program has the focus and the rate limit allows it."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.all_lists import list_stale_ids
from entity_connections.services.refresh_interval import NORMAL, has_budget
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.screens.connections_view import ConnectionsView

if TYPE_CHECKING:
    from entity_connections.tui.workers.reader import Reader

OTHER_LISTS = 3
"""How many lists of other entities are read with each refresh, for the counts of what waits."""
MAX_AGE = 4.0
"""Age from which the list of another entity is read again, in intervals between refreshes."""


class AutoRefresh:
    """Reads at intervals, also after an error, so that the screen recovers by itself.

    One reading at a time: a Zuora that is down is asked no more often than one that is up.
    The lists of all entities are read once, and then in turn.
    """

    def __init__(self, view: ConnectionsView, reader: "Reader") -> None:
        self._view = view
        self._reader = reader
        self._not_before = 0.0
        self._schedule()

    def pause(self, error: ZuoraError) -> None:
        """Read nothing unasked before the time that Zuora named in an error."""
        delay = error.retry_after or 0.0
        self._not_before = asyncio.get_running_loop().time() + delay
        self._view.retry_at = now() + timedelta(seconds=delay) if delay > NORMAL else None

    def read_all_lists_soon(self) -> None:
        """Read the lists of all entities, once what the user has come for is on the screen."""
        self._view.set_timer(self._view.timing.all_lists_delay, self._read_all_lists)

    def _read_all_lists(self) -> None:
        state = self._view.state
        if self._reader.reading:  # the list that the user waits for is not read twice
            self.read_all_lists_soon()
        elif state is not None and self._view.entered:
            ids = _list_ids_to_read(state, self._interval)
            may_read = state.failure is None or state.failure.may_repeat_unasked
            if may_read and has_budget(state.session.request_log.rate_limit, len(ids)):
                self._reader.read_lists(state, ids)
            else:
                state.start_reading_lists(0)

    def _read_oldest_lists(self, state: ScreenState) -> None:
        stale = _list_ids_to_read(state, MAX_AGE * self._interval)
        others = [id_ for id_ in stale if id_ != state.acting_id]
        others = [id_ for id_ in others if id_ not in state.list_errors] or others
        if has_budget(state.session.request_log.rate_limit, OTHER_LISTS):
            self._reader.read_lists(state, others[:OTHER_LISTS])

    @property
    def _interval(self) -> float:
        """Seconds between two refreshes."""
        timing, log = self._view.timing, self._view.request_log
        if self._view.workspace.shared:
            return timing.shared_interval
        return timing.refresh_interval(log.rate_limit if log else None)

    def _schedule(self) -> None:
        self._view.set_timer(self._interval, self._refresh)

    def _refresh(self) -> None:
        self._schedule()
        view, state = self._view, self._view.state
        failure = state.failure if state else view.failure
        too_early = asyncio.get_running_loop().time() < self._not_before
        if not view.app.app_focus or self._reader.reading:
            return
        if failure is not None and (too_early or not failure.may_repeat_unasked):
            return
        if state is None or not view.entered:
            self._reader.enter(view.user)
        else:
            self._reader.read(state)
            if state.lists_left is not None:
                self._read_oldest_lists(state)


def _list_ids_to_read(state: ScreenState, max_age: float) -> list[str]:
    """Return `list_stale_ids`, without the lists that are read again only when the user asks."""
    lasting = {id_ for id_, error in state.list_errors.items() if not error.may_repeat_unasked}
    return [id_ for id_ in list_stale_ids(state.session.tenant, max_age) if id_ not in lasting]
