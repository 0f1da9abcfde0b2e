"""Our own name of a call, which Zuora repeats (contract E1)."""

import os

from entity_connections.domain.ids import hyphenate_id


def new_track_id() -> str:
    """Return a fresh `Zuora-Track-Id`: random, and shaped like a UUID."""
    return hyphenate_id(os.urandom(16).hex())
