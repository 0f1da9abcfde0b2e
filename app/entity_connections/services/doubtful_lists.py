"""Lists that have suddenly lost their records, which may be a mistake of the server."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple


class _Loss(NamedTuple):
    """What a list had lost, and when its answer came, on the monotonic clock."""

    ids: AbstractSet[str]
    answered_at: float


class DoubtfulLists:
    """Compares each whole list of an entity with the one before, and asks for a second look.

    A list that has lost more than half of its records is doubtful until a second list, requested
    after the first one was answered, lacks the same records.
    """

    def __init__(self) -> None:
        self._believed: dict[str, AbstractSet[str]] = {}
        self._losses: dict[str, _Loss] = {}

    def start(self, acting_id: str, ids: AbstractSet[str]) -> None:
        """Compare the first list of an entity with the records of an earlier run."""
        self._believed.setdefault(acting_id, ids)

    def check(self, acting_id: str, ids: AbstractSet[str], asked: float, answered_at: float) -> str:
        """Return why a list is doubtful, in a sentence, or "" where it is to be believed.

        Args:
            acting_id: the entity whose list it is.
            ids: of all records in the list.
            asked: when the list was requested, in seconds on the monotonic clock.
            answered_at: when its answer had come, on the same clock.
        """
        before = self._believed.get(acting_id, frozenset())
        lost = before - ids
        first = self._losses.get(acting_id)
        agrees = first is not None and lost <= first.ids and asked >= first.answered_at
        if 2 * len(lost) <= len(before) or agrees:
            self._believed[acting_id] = ids
            self._losses.pop(acting_id, None)
            return ""
        if first is None or not lost <= first.ids:
            self._losses[acting_id] = _Loss(lost, answered_at)
        return (
            f"{len(lost):,} of {len(before):,} connections have gone from the list since it was"
            " read before; a second reading must confirm it."
        )
