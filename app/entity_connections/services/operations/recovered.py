"""Writes that an earlier run left without an outcome: each is told and recorded once."""

from collections.abc import Iterable

from entity_connections.services.operations.operation import Outcome, Result
from entity_connections.services.screen_state import ScreenState


class LooseEnds:
    """Knows which of them the desk shows already, and which were looked up already."""

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._looked_up: set[str] = set()

    def show(self, desk: ScreenState, outcomes: Iterable[Outcome]) -> None:
        """Mark as unknown what is; what is known was recorded by whoever found out."""
        for outcome in outcomes:
            id_ = _id(outcome)
            if outcome.result is not Result.UNKNOWN:
                self._looked_up.add(id_)
            elif id_ not in self._shown:
                desk.restore([outcome])
                self._shown.add(id_)

    def due(self, desk: ScreenState) -> list[Outcome]:
        """Return, once, what lists have told and nobody has recorded."""
        return [one for one in desk.settled() if not one.entry or _id(one) not in self._looked_up]


def _id(outcome: Outcome) -> str:
    return outcome.entry.id if outcome.entry else ""
