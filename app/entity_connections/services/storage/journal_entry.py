"""One write to Zuora as the journal holds it."""

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from entity_connections.domain.actions import WRITES_BY_ID, Write
from entity_connections.services.storage.stored_values import (
    load_id,
    load_seconds,
    load_text,
    load_time,
)

OUTCOMES = (
    "confirmed", "refused", "not sent", "not done", "overtaken since", "sent again", "unknown",
    "released",
)  # fmt: skip
SENDING = timedelta(minutes=3)
"""How long after the intent its program may go on sending it."""
MAX_TENANT_LENGTH = 5_000
"""The longest path of a file, or URL of a tenant, and what tells apart those with the same."""
_MAX_SENTENCE_LENGTH = 1_000


class Party(NamedTuple):
    """An entity as it was called at that moment."""

    id: str
    title: str


class Entry(NamedTuple):
    """One write: its intent, and its newest outcome.

    Attributes:
        id: of the write; a UUID.
        at: when the intent was recorded, by the clock of that machine: for people.
        profile: the profile, or the address, it was sent through: for people.
        tenant: which tenant it was sent to, whatever the profile is called now.
        user: the login name, or the client id where there is none.
        status: the connection's status in the list before, or None for no connection.
        connection_id: the connection acted on, or the one a request made; "" while there is none.
        track_id: `Zuora-Track-Id` of the write.
        key: `Idempotency-Key`; "" for an action that has none.
        process: "host:pid:token:start" of the program that recorded the intent.
        records: ids of all connections of the pair before, the living one first.
        missing: what kept the list before from being whole, "" for a whole list.
        outcome: one of `OUTCOMES`, or None while none is recorded.
        success: whether Zuora answered `success: true`.
        request_id: `Zuora-Request-Id` of the response, or "".
        concluded_at: when the outcome was recorded, or None: for people.
        server_at: when the intent was recorded, by Zuora's clock; once an outcome is recorded,
            a moment after which the write was not sent any more. None if unknown.
        steady_at: the same moment in seconds on the monotonic clock of the machine in `process`,
            which all its programs share and which begins anew when it is started.
    """

    id: str
    at: datetime
    profile: str
    user: str
    action: Write
    acting: Party
    source: Party
    target: Party
    status: str | None
    connection_id: str
    track_id: str
    key: str
    process: str
    tenant: str = ""
    records: tuple[str, ...] = ()
    missing: str = ""
    outcome: str | None = None
    success: bool = False
    sentence: str = ""
    codes: str = ""
    request_id: str = ""
    concluded_at: datetime | None = None
    server_at: datetime | None = None
    steady_at: float | None = None

    @property
    def left_by(self) -> datetime | None:
        """The moment after which the write was not sent any more, by Zuora's clock."""
        if self.server_at is None or self.outcome is not None:
            return self.server_at
        return self.server_at + SENDING

    @property
    def open(self) -> bool:
        """Whether the outcome is unknown, or none is recorded."""
        return self.outcome in (None, "unknown")

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of source and target."""
        return self.source.id, self.target.id

    @property
    def pair(self) -> str:
        """Source and target for people."""
        return f"{self.source.title} → {self.target.title}"


def format_entry(entry: Entry) -> str:
    """Convert an entry to a JSON document."""
    converted = {
        "at": entry.at.isoformat(),
        "action": entry.action.id,
        "concluded_at": entry.concluded_at and entry.concluded_at.isoformat(),
        "server_at": entry.server_at and entry.server_at.isoformat(),
    }
    return json.dumps(entry._asdict() | converted)


def parse_entry(document: str) -> Entry:
    """Convert a JSON document to an entry; raises one of `INVALID` where it is not valid."""
    fields = json.loads(document)
    if fields["outcome"] not in (None, *OUTCOMES):
        raise ValueError("not an outcome")
    return Entry(
        id=load_id(fields["id"]),
        at=load_time(fields["at"]),
        profile=load_text(fields["profile"]),
        user=load_text(fields["user"]),
        action=WRITES_BY_ID[fields["action"]],
        acting=_parse_party(*fields["acting"]),
        source=_parse_party(*fields["source"]),
        target=_parse_party(*fields["target"]),
        status=load_text(fields["status"]) or None,
        connection_id=load_id(fields["connection_id"]),
        track_id=load_id(fields["track_id"]),
        key=load_id(fields["key"]),
        process=load_text(fields["process"]),
        tenant=load_text(fields["tenant"], MAX_TENANT_LENGTH),
        records=tuple(map(load_id, fields["records"])),
        missing=load_text(fields["missing"]),
        outcome=fields["outcome"],
        success=fields["success"] is True,
        sentence=load_text(fields["sentence"], _MAX_SENTENCE_LENGTH),
        codes=load_text(fields["codes"]),
        request_id=load_id(fields["request_id"]),
        concluded_at=_parse_time(fields["concluded_at"]),
        server_at=_parse_time(fields["server_at"]),
        steady_at=load_seconds(fields["steady_at"]),
    )


def _parse_time(value: str | None) -> datetime | None:
    return load_time(value) if value else None


def _parse_party(id_: str, title: str) -> Party:
    return Party(load_id(id_), load_text(title))
