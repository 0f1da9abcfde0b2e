"""Writes of which nobody knows yet whether they happened."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.actions import Action
from app.domain.connections import Direction, Row
from app.services.judging import judge
from app.services.orders import Outcome, Result
from app.services.tenant import View

KEY_LIVES = timedelta(hours=23)
"""How long a key is used again; Zuora forgets it after 24 h (contract E3)."""

Place = tuple[str, Direction, str]
"""A row wherever it is shown: acting entity, tab, counterpart."""


def place_of(row: Row) -> Place:
    """Return what stays the same of a row, whatever happens to its record."""
    return row.acting.id, row.direction, row.key


class Unknowns:
    """The unknown outcomes of one user, until lists tell what they are."""

    def __init__(self) -> None:
        self._open: dict[Place, list[Outcome]] = {}
        self._settled: list[Outcome] = []

    def __contains__(self, row: Row) -> bool:
        return place_of(row) in self._open

    def add(self, outcomes: Iterable[Outcome]) -> bool:
        """Take up those of `outcomes` that are unknown; return whether there are any."""
        unknown = [one for one in outcomes if one.result is Result.UNKNOWN]
        for one in unknown:
            self._open.setdefault(place_of(one.order.row), []).append(one)
        return bool(unknown)

    def key(self, row: Row, now: datetime) -> str | None:
        """Return the key of an unknown request on a row, while Zuora remembers it."""
        keys = [
            one.order.key
            for one in self._open.get(place_of(row), ())
            if one.order.action is Action.REQUEST
            and (one.entry is None or now - one.entry.at < KEY_LIVES)
        ]
        return keys[-1] if keys else None

    def look_at(self, view: View) -> bool:
        """Settle what a list tells; return whether a row is known again."""
        known = False
        for place, outcomes in list(self._open.items()):
            if place[0] != view.acting_id:
                continue
            looked = [_looked_up(one, view) for one in outcomes]
            self._settled += [one for one in looked if one.result is not Result.UNKNOWN]
            self._open[place] = [one for one in looked if one.result is Result.UNKNOWN]
            if not self._open[place]:
                del self._open[place]
                known = True
        return known

    def settled(self) -> list[Outcome]:
        """Return, once, what was settled since this was asked last."""
        settled, self._settled = self._settled, []
        return settled


def _looked_up(outcome: Outcome, view: View) -> Outcome:
    sent_by = outcome.entry.sent_by if outcome.entry else None
    result, sentence = judge(outcome.order, view, sent_by, "")
    if result is Result.UNKNOWN:
        return outcome
    return outcome._replace(result=result, sentence=sentence, error=None, view=view)
