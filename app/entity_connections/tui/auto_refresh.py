"""Reads again unasked, while the program has the focus and the rate limit allows it."""

import asyncio
from datetime import timedelta

from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.refresh_interval import NORMAL
from entity_connections.tui.screens.connections_view import ConnectionsView
from entity_connections.tui.workers import Workers


class AutoRefresh:
    """Reads at intervals, also after an error, so that the screen recovers by itself.

    One reading at a time: a Zuora that is down is asked no more often than one that is up.
    """

    def __init__(self, view: ConnectionsView, workers: Workers) -> None:
        self._view = view
        self._workers = workers
        self._not_before = 0.0
        self._schedule()

    def pause(self, error: ZuoraError) -> None:
        """Read nothing unasked before the time that Zuora named in an error."""
        delay = error.retry_after or 0.0
        self._not_before = asyncio.get_running_loop().time() + delay
        self._view.retry_at = now() + timedelta(seconds=delay) if delay > NORMAL else None

    def _schedule(self) -> None:
        timing, log = self._view.timing, self._view.request_log
        interval = timing.refresh_interval(log.rate_limit if log else None)
        if self._view.workspace.shared:
            interval = timing.shared_interval
        self._view.set_timer(interval, self._refresh)

    def _refresh(self) -> None:
        self._schedule()
        view, state = self._view, self._view.state
        failure = state.failure if state else view.failure
        too_early = asyncio.get_running_loop().time() < self._not_before
        if not view.app.app_focus or self._workers.reading:
            return
        if failure is not None and (too_early or not failure.may_repeat_unasked):
            return
        if state is None or not view.entered:
            self._workers.enter(view.user)
        else:
            self._workers.read(state)
