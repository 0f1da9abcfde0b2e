"""Reading again without being asked: while somebody looks, as often as the budget allows."""

import asyncio
from datetime import timedelta

from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.refresh_interval import FAST, NORMAL, refresh_interval
from entity_connections.tui.screens.connections_view import DeskView
from entity_connections.tui.widgets.banner import tries_again
from entity_connections.tui.workers import Work


class Refreshing:
    """Keeps the rows fresh, and comes back by itself when nothing could be read.

    One call after the other, never sooner than `refresh_after` says: a Zuora that
    is down is asked no more often than one that is up.
    """

    def __init__(self, view: DeskView, work: Work) -> None:
        self._view = view
        self._work = work
        self._not_before = 0.0
        self._later()

    def hold(self, error: ZuoraError) -> None:
        """Ask nothing unasked before the time that Zuora named in a failure."""
        wait = error.retry_after or 0.0
        self._not_before = asyncio.get_running_loop().time() + wait
        self._view.banner.resumes = now() + timedelta(seconds=wait) if wait > NORMAL else None

    def _later(self) -> None:
        traffic = self._view.traffic
        normal = refresh_interval(traffic.budget if traffic else None)
        self._view.set_timer(FAST if self._view.target.shared else normal, self._refresh)

    def _refresh(self) -> None:
        self._later()
        view, desk = self._view, self._view.desk
        failure = desk.failure if desk else view.banner.failure
        if not view.app.app_focus or self._work.reading:
            return
        if failure is not None and not (tries_again(failure) and self._may_ask()):
            return
        if desk is None or not view.entered:
            self._work.enter(view.user, asked=False)
        else:
            self._work.read(desk, asked=False)

    def _may_ask(self) -> bool:
        return asyncio.get_running_loop().time() >= self._not_before
