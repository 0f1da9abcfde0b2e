"""Our own name of a call, which Zuora repeats (contract E1)."""

from entity_connections.domain.ids import new_uuid


def new_track_id() -> str:
    """Return a fresh `Zuora-Track-Id`: random, and shaped like a UUID."""
    return new_uuid()
