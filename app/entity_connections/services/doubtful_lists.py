"""Lists that have suddenly lost their records, which may be a mistake of the server."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

SECOND_LOOK_DELAY = 3.0
"""Seconds after which a second list is believed that is empty after a write that may have removed
records, whatever the answer was."""
FAILURE_DELAY = 60.0
"""Seconds in place of `SECOND_LOOK_DELAY` where most of what no write may have removed is gone,
too: then a failure of the server is likelier, and one lasts longer than a few seconds."""


class _Loss(NamedTuple):
    """What a list had lost, and when its answer came, on the monotonic clock."""

    ids: AbstractSet[str]
    answered_at: float


class DoubtfulLists:
    """Compares each whole list of an entity with the one before, and asks for a second look.

    A list that is empty now, or has lost more than half of its records, is doubtful until
    a second list, requested after the first one was answered, lacks the same records. So is
    a list without a record of which nobody knows whether a write has removed it, and one of
    several pages that has lost any.
    """

    def __init__(self) -> None:
        self._believed: dict[str, AbstractSet[str]] = {}
        self._losses: dict[str, _Loss] = {}
        self._gone: dict[str, AbstractSet[str]] = {}
        self._removed: AbstractSet[str] = frozenset()

    def start(self, acting_id: str, ids: AbstractSet[str]) -> None:
        """Compare the first list of an entity with the records of an earlier run."""
        self._believed.setdefault(acting_id, ids)

    def awaits_second(self, acting_id: str) -> bool:
        """Return whether the newest list of an entity is doubtful until a second one agrees."""
        return acting_id in self._losses

    def check(
        self,
        acting_id: str,
        ids: AbstractSet[str],
        removed: AbstractSet[str],
        in_doubt: AbstractSet[str],
        asked: float,
        answered_at: float,
        *,
        paged: bool,
    ) -> str:
        """Return why a list is doubtful, in a sentence, or "" where it is to be believed.

        Args:
            acting_id: the entity whose list it is.
            ids: of all records in the list.
            removed: ids of the records that a write may have removed, as Zuora answered.
            in_doubt: ids of the records that a write without a valid answer may have removed.
            asked: when the list was requested, in seconds on the monotonic clock.
            answered_at: when its answer had come, on the same clock.
            paged: whether it came in several pages.
        """
        gone = self._gone.get(acting_id, frozenset()) - ids
        # A write of before may have removed a record that the list of the other end held.
        self._removed = self._removed | removed
        removed |= self._removed & self._believed.get(acting_id, frozenset())
        removed, in_doubt = removed - gone, in_doubt - gone
        before = self._believed.get(acting_id, frozenset()) | removed | in_doubt
        lost = before - ids
        others = before - removed - in_doubt
        most_are_gone = 2 * len(others - ids) > len(others)
        doubtful = (bool(lost) and not ids) or not in_doubt <= ids or most_are_gone
        doubtful |= paged and not others <= ids
        first = self._losses.get(acting_id)
        delay = 0.0
        if (removed or in_doubt) and (most_are_gone or not ids):
            delay = FAILURE_DELAY if most_are_gone else SECOND_LOOK_DELAY
        agrees = first is not None and lost <= first.ids and asked >= first.answered_at + delay
        if not doubtful or agrees:
            self._believed[acting_id], self._gone[acting_id] = ids, gone | lost
            self._losses.pop(acting_id, None)
            return ""
        if first is None or not lost <= first.ids:
            self._losses[acting_id] = _Loss(lost, answered_at)
        return (
            f"{len(lost):,} of {len(before):,} connections have gone from the list since it was"
            " read before; a second reading must confirm it."
        )
