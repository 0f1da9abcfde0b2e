"""Our own name of a call, which Zuora repeats (contract E1)."""

import os

from app.domain.ids import hyphenated


def new_track_id() -> str:
    """Return a fresh `Zuora-Track-Id`: random, and shaped like a UUID."""
    return hyphenated(os.urandom(16).hex())
