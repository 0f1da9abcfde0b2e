"""Writes of which nobody knows yet whether they happened."""

from collections.abc import Iterable

from entity_connections.domain.connections import Row
from entity_connections.services.operations.operation import Outcome, Result
from entity_connections.services.operations.resolve import judge
from entity_connections.services.snapshot import Snapshot

Pair = tuple[str, str]
"""Source and target: what a row is about, whichever of the two is acted in."""


def pair_of(row: Row) -> Pair:
    """Return what stays the same of a row, whatever happens to its record."""
    return row.source.id, row.target.id


class Unknowns:
    """The unknown outcomes of one user, until lists tell what they are."""

    def __init__(self) -> None:
        self._open: dict[Pair, list[Outcome]] = {}
        self._settled: list[Outcome] = []

    def __contains__(self, row: Row) -> bool:
        return pair_of(row) in self._open

    def add(self, outcomes: Iterable[Outcome]) -> bool:
        """Take up those of `outcomes` that are unknown; return whether there are any."""
        unknown = [one for one in outcomes if one.result is Result.UNKNOWN]
        for one in unknown:
            self._open.setdefault(one.order.ends, []).append(one)
        return bool(unknown)

    def acting_ids(self, besides: str) -> list[str]:
        """Return the entities whose lists can tell, where that of `besides` cannot."""
        open_ = [one for pair, found in self._open.items() if besides not in pair for one in found]
        return list(dict.fromkeys(one.order.row.acting.id for one in open_))

    def entry_ids(self) -> set[str]:
        """Return the lines of the journal that are told of from here."""
        found = [one for those in self._open.values() for one in those]
        return {one.entry.id for one in found if one.entry is not None}

    def look_at(self, view: Snapshot) -> bool:
        """Settle what a list of either end tells; return whether a row is known again."""
        known = False
        for pair in [pair for pair in self._open if view.acting_id in pair]:
            looked = [_looked_up(one, view) for one in self._open[pair]]
            self._settled += [one for one in looked if one.result is not Result.UNKNOWN]
            self._open[pair] = [one for one in looked if one.result is Result.UNKNOWN]
            if not self._open[pair]:
                del self._open[pair]
                known = True
        return known

    def settled(self) -> list[Outcome]:
        """Return, once, what was settled since this was asked last."""
        settled, self._settled = self._settled, []
        return settled


def _looked_up(outcome: Outcome, view: Snapshot) -> Outcome:
    if view.asked <= (outcome.sent or 0.0):
        return outcome  # the list is older than the write
    sent_by = outcome.entry.sent_by if outcome.entry else None
    result, sentence = judge(outcome.order, view, sent_by, "", outcome.sent)
    if result is Result.UNKNOWN:
        return outcome
    return outcome._replace(result=result, sentence=sentence, error=None, view=view)
