"""The record of every write: what was intended, before it is sent, and what became of it.

One JSON object a line, appended and never changed: an intent, durable before the
request leaves, and later one or more outcomes. Each line carries the SHA-256 of
the line before it, so that a changed or missing line is found.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from app.domain.actions import Action


class Party(NamedTuple):
    """An entity as it was called at that moment."""

    id: str
    title: str


class Entry(NamedTuple):
    """One write: its intent, and what became of it so far.

    Attributes:
        id: of the write; a UUID.
        at: when the intent was written.
        profile: the profile, or the address, it was sent through.
        user: the login name, or the client id where there is none.
        action: what was asked.
        acting: the entity acted in.
        source: the end that shares.
        target: the end that is shared to.
        status: what the list showed before, or None for no connection.
        connection_id: the record acted on, or the one a request made; "" while there is none.
        track_id: `Zuora-Track-Id` of the write.
        key: `Idempotency-Key`; "" for what carries none.
        process: "host:pid" of the program that wrote it.
        outcome: "confirmed", "refused", "not done", "unknown", or None while none is recorded.
        sentence: the outcome in a sentence, or "".
        codes: Zuora's codes, or "".
        request_id: `Zuora-Request-Id` of the answer, or "".
        concluded_at: when the outcome was written, or None.
    """

    id: str
    at: datetime
    profile: str
    user: str
    action: Action
    acting: Party
    source: Party
    target: Party
    status: str | None
    connection_id: str
    track_id: str
    key: str
    process: str
    outcome: str | None = None
    sentence: str = ""
    codes: str = ""
    request_id: str = ""
    concluded_at: datetime | None = None


class JournalError(Exception):
    """The journal cannot be written or read; the message is a sentence for people."""


class Journal:
    """The journal of this program's user.

    Every method blocks for the disk and may be called from a thread; several
    programs may share one file.

    Args:
        path: the file, made with mode 0600 when first needed; None keeps it in memory only.
        profile: what is recorded as the profile.
        clock: tells the present moment.
    """

    def __init__(
        self,
        path: Path | None,
        profile: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self.profile = profile
        self._clock = clock
