"""One write as the journal holds it, and the two kinds of line it is made of.

A line may have been edited by anybody: what cannot be understood is left out, and
names are cleaned again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from entity_connections.domain.actions import ACTIONS_BY_ID, Action
from entity_connections.domain.text import clean

SENTENCE = 1_000
"""Most characters kept of a sentence."""
OUTCOMES = ("confirmed", "refused", "not done", "overtaken since", "unknown")
SENDING = timedelta(minutes=3)
"""How long after the intent a program that then stopped may have gone on sending it."""

_ID = re.compile(r"[0-9A-Za-z._-]{1,254}")

Fields = Mapping[str, object]


class Party(NamedTuple):
    """An entity as it was called at that moment."""

    id: str
    title: str


class Entry(NamedTuple):
    """One write: its intent, and what became of it so far.

    Attributes:
        id: of the write; a UUID.
        at: when the intent was written.
        profile: the profile, or the address, it was sent through: for people.
        tenant: which tenant it was sent to, whatever the profile is called now.
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
        records: ids of all records of the pair before, the living one first.
        outcome: one of `OUTCOMES`, or None while none is recorded.
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
    tenant: str = ""
    records: tuple[str, ...] = ()
    outcome: str | None = None
    sentence: str = ""
    codes: str = ""
    request_id: str = ""
    concluded_at: datetime | None = None

    @property
    def sent_by(self) -> datetime:
        """When it had left for the last time, at the latest."""
        return self.concluded_at or self.at + SENDING

    @property
    def open(self) -> bool:
        """Whether nobody knows what became of it, or nobody has told yet."""
        return self.outcome in (None, "unknown")

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of the two entities in the direction of sharing."""
        return self.source.id, self.target.id

    @property
    def pair(self) -> str:
        """The two entities in the direction of sharing."""
        return f"{self.source.title} → {self.target.title}"


def intent(entry: Entry) -> dict[str, object]:
    """Return the line that is written before anything is sent."""
    return {
        "kind": "intent",
        "id": entry.id,
        "at": entry.at.isoformat(),
        "profile": entry.profile,
        "tenant": entry.tenant,
        "user": entry.user,
        "action": entry.action.id,
        "acting": entry.acting._asdict(),
        "source": entry.source._asdict(),
        "target": entry.target._asdict(),
        "status": entry.status,
        "connectionId": entry.connection_id,
        "records": entry.records,
        "trackId": entry.track_id,
        "idempotencyKey": entry.key,
        "process": entry.process,
    }


def outcome(
    id_: str, at: datetime, word: str, sentence: str, codes: str, request_id: str, made: str
) -> dict[str, object]:
    """Return the line that says what became of the write `id_`; `made` is a connection's id."""
    return {
        "kind": "outcome",
        "id": id_,
        "at": at.isoformat(),
        "outcome": word,
        "sentence": clean(sentence, SENTENCE),
        "codes": clean(codes),
        "requestId": clean(request_id),
        "connectionId": clean(made),
    }


def merged(lines: Iterable[Fields]) -> list[Entry]:
    """Return every write with its newest outcome, in the order of the intents."""
    found: dict[str, Entry] = {}
    for fields in lines:
        id_ = _text(fields, "id")
        match fields.get("kind"):
            case "intent" if id_ and id_ not in found:
                if entry := _entry(id_, fields):
                    found[id_] = entry
            case "outcome" if id_ in found:
                found[id_] = _concluded(found[id_], fields)
    return list(found.values())


def _entry(id_: str, fields: Fields) -> Entry | None:
    at = moment(fields.get("at"))
    action = ACTIONS_BY_ID.get(_text(fields, "action"))
    acting, source, target = (_party(fields, end) for end in ("acting", "source", "target"))
    if at is None or action is None or not (acting.id and source.id and target.id):
        return None
    return Entry(
        id=id_,
        at=at,
        profile=_text(fields, "profile"),
        user=_text(fields, "user"),
        action=action,
        acting=acting,
        source=source,
        target=target,
        status=_text(fields, "status") or None,
        connection_id=_id(fields, "connectionId"),
        track_id=_id(fields, "trackId"),
        key=_id(fields, "idempotencyKey"),
        process=_text(fields, "process"),
        tenant=_text(fields, "tenant"),
        records=tuple(_records(fields)),
    )


def _records(fields: Fields) -> Iterator[str]:
    """Return the ids of the pair's records; at least that of the one acted on."""
    found = fields.get("records")
    for id_ in found if isinstance(found, list) else (fields.get("connectionId"),):
        if isinstance(id_, str) and _ID.fullmatch(id_):
            yield id_


def _concluded(entry: Entry, fields: Fields) -> Entry:
    word = _text(fields, "outcome")
    if word not in OUTCOMES:
        return entry
    return entry._replace(
        outcome=word,
        sentence=_text(fields, "sentence", SENTENCE),
        codes=_text(fields, "codes") or entry.codes,
        request_id=_id(fields, "requestId") or entry.request_id,
        connection_id=_id(fields, "connectionId") or entry.connection_id,
        concluded_at=moment(fields.get("at")),
    )


def _party(fields: Fields, name: str) -> Party:
    found = fields.get(name)
    inner: Fields = found if isinstance(found, dict) else {}
    return Party(_id(inner, "id"), _text(inner, "title") or _id(inner, "id"))


def _id(fields: Fields, name: str) -> str:
    """Return a word that may go into a header and a path, or ""."""
    value = fields.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _text(fields: Fields, name: str, limit: int = 255) -> str:
    value = fields.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """Return the moment that a text of ISO 8601 means, in UTC, or None."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
