"""Connections and their statuses (contract D2)."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

CONNECTED = "Connected"
PENDING = "Pending"
DISCONNECTED = "Disconnected"
KNOWN_STATUSES = frozenset({CONNECTED, PENDING, DISCONNECTED})

Ends = tuple[str, str]
"""The ids of the source and the target of a pair."""


class Direction(Enum):
    """Which end of a connection the acting entity is; the value is Zuora's word."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"

    @property
    def opposite(self) -> "Direction":
        """The same connection as the counterpart sees it."""
        return Direction.INBOUND if self is Direction.OUTBOUND else Direction.OUTBOUND


class Connection(NamedTuple):
    """A record of Zuora's list: source -> target, with a status.

    The ids of the entities are normalized. The id of the connection is as Zuora wrote
    it, because it goes back into a path. `status` may be a word that is not in KNOWN_STATUSES.
    """

    id: str
    source_id: str
    target_id: str
    status: str

    @property
    def ends(self) -> Ends:
        """The ids of source and target."""
        return self.source_id, self.target_id

    def direction(self, acting_id: str) -> Direction:
        """Return the direction, seen from `acting_id`."""
        return Direction.OUTBOUND if self.source_id == acting_id else Direction.INBOUND


def describe_unknown_statuses(statuses: Iterable[str]) -> str:
    """Return in a sentence that what has an unknown one of these statuses is left out, or ""."""
    unknown = [status for status in statuses if status not in KNOWN_STATUSES]
    words = ", ".join(sorted({f'"{status}"' for status in unknown}))
    left_out = f"Left out, because the status is not known here: {len(unknown):,} × {words}."
    return left_out if unknown else ""
