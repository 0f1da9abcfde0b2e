"""Reading again without being asked: while somebody looks, as often as the budget allows."""

from app.services.pace import refresh_after
from app.tui.banner import tries_again
from app.tui.desk_view import DeskView
from app.tui.work import Work


class Refreshing:
    """Keeps the rows fresh, and comes back by itself when nothing could be read.

    One call after the other, never sooner than `refresh_after` says: a Zuora that
    is down is asked no more often than one that is up.
    """

    def __init__(self, view: DeskView, work: Work) -> None:
        self._view = view
        self._work = work
        self._later()

    def _later(self) -> None:
        traffic = self._view.traffic
        self._view.set_timer(refresh_after(traffic.budget if traffic else None), self._refresh)

    def _refresh(self) -> None:
        self._later()
        view, desk = self._view, self._view.desk
        failure = desk.failure if desk else view.banner.failure
        if not view.app.app_focus or self._work.reading:
            return
        if failure is not None and not tries_again(failure):
            return
        if desk is None or not view.entered:
            self._work.enter(view.user, asked=False)
        else:
            self._work.read(desk, asked=False)
