"""One write to Zuora as the journal holds it, and the rows it is stored in."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from entity_connections.domain.actions import ACTIONS_BY_ID, Action
from entity_connections.domain.text import clean
from entity_connections.services.storage.stored_values import (
    load_id,
    load_optional_id,
    load_text,
    load_time,
)

MAX_SENTENCE_LENGTH = 1_000
"""Most characters kept of a sentence."""
MAX_RECORDS_LENGTH = 1_000_000
"""Most characters read of the ids of a pair's records."""
OUTCOMES = ("confirmed", "refused", "not done", "overtaken since", "unknown")
SENDING = timedelta(minutes=3)
"""How long after the intent a program that then stopped may have gone on sending it."""


class Party(NamedTuple):
    """An entity as it was called at that moment."""

    id: str
    title: str


class Entry(NamedTuple):
    """One write: its intent, and its newest outcome.

    Attributes:
        id: of the write; a UUID.
        at: when the intent was recorded.
        profile: the profile, or the address, it was sent through: for people.
        tenant: which tenant it was sent to, whatever the profile is called now.
        user: the login name, or the client id where there is none.
        action: what was asked.
        acting: the entity acted in.
        source: the entity that shares.
        target: the entity that is shared to.
        status: the connection's status in the list before, or None for no connection.
        connection_id: the connection acted on, or the one a request made; "" while there is none.
        track_id: `Zuora-Track-Id` of the write.
        key: `Idempotency-Key`; "" for an action that has none.
        process: "host:pid" of the program that recorded the intent.
        records: ids of all connections of the pair before, the living one first.
        outcome: one of `OUTCOMES`, or None while none is recorded.
        sentence: the outcome in a sentence, or "".
        codes: Zuora's codes, or "".
        request_id: `Zuora-Request-Id` of the response, or "".
        concluded_at: when the outcome was recorded, or None.
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
    tenant: str = ""
    records: tuple[str, ...] = ()
    outcome: str | None = None
    sentence: str = ""
    codes: str = ""
    request_id: str = ""
    concluded_at: datetime | None = None

    @property
    def sent_by(self) -> datetime:
        """The moment after which the write was not sent any more."""
        return self.concluded_at or self.at + SENDING

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


def format_row(entry: Entry) -> list[str | None]:
    """Convert an entry to the values of its row, in the order of the fields."""
    return [_format_value(value) for value in entry]


def _format_value(value: object) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            return value.isoformat()
        case Action():
            return value.id
        case tuple():  # a Party, or the ids of records: only a title may hold spaces
            return " ".join(clean(part) for part in value)
    return clean(str(value), MAX_SENTENCE_LENGTH)


def parse_rows(rows: Iterable[Sequence[object]]) -> list[Entry]:
    """Convert rows to entries.

    A row with a value that is not valid is left out: `Journal.verify` says that it was changed.
    """
    entries = []
    for row in rows:
        with suppress(ValueError, KeyError):
            entries.append(_parse_row(dict(zip(Entry._fields, row, strict=True))))
    return entries


def _parse_row(row: dict[str, object]) -> Entry:
    outcome = load_text(row["outcome"]) or None
    if outcome not in (None, *OUTCOMES):
        raise ValueError("not an outcome")
    return Entry(
        id=load_id(row["id"]),
        at=load_time(row["at"]),
        profile=load_text(row["profile"]),
        user=load_text(row["user"]),
        action=ACTIONS_BY_ID[load_text(row["action"])],
        acting=_parse_party(row["acting"]),
        source=_parse_party(row["source"]),
        target=_parse_party(row["target"]),
        status=load_text(row["status"]) or None,
        connection_id=load_optional_id(row["connection_id"]),
        track_id=load_optional_id(row["track_id"]),
        key=load_optional_id(row["key"]),
        process=load_text(row["process"]),
        tenant=load_text(row["tenant"]),
        records=tuple(map(load_id, load_text(row["records"], MAX_RECORDS_LENGTH).split())),
        outcome=outcome,
        sentence=load_text(row["sentence"], MAX_SENTENCE_LENGTH),
        codes=load_text(row["codes"]),
        request_id=load_optional_id(row["request_id"]),
        concluded_at=load_time(row["concluded_at"]) if row["concluded_at"] else None,
    )


def _parse_party(value: object) -> Party:
    id_, _, title = load_text(value, MAX_SENTENCE_LENGTH).partition(" ")
    return Party(load_id(id_), title)
