"""The record of every write: what was intended, before it is sent, and what became of it.

One JSON object a line, appended and never changed: an intent, durable before the
request leaves, and later one or more outcomes. Each line carries the SHA-256 of
the line before it, so that a changed or missing line is found.
"""

import os
import socket
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from entity_connections.domain.actions import Action
from entity_connections.domain.clock import now
from entity_connections.domain.text import clean
from entity_connections.services.storage import entries
from entity_connections.services.storage.chain import Chain
from entity_connections.services.storage.entries import Entry, Party
from entity_connections.services.storage.links import Verdict, parsed, split

__all__ = ["Entry", "Journal", "JournalError", "Party", "Verdict"]

LEFT_ALONE = timedelta(minutes=10)
"""How long a write of a program that still runs is that program's own business."""


class JournalError(Exception):
    """The journal cannot be written or read; the message is a sentence for people."""


class Journal:
    """The journal of this program's user.

    Every method blocks for the disk and may be called from a thread; several
    programs may share one file. Each raises JournalError.

    Args:
        path: the file, made with mode 0600 when first needed; None keeps it in memory only.
            Beside it stands `<name>.head`, which tells the last line.
        profile: what is recorded as the profile: for people, who may call it otherwise tomorrow.
        tenant: says which tenant that is; nothing is known of the writes to another.
        clock: tells the present moment.

    Attributes:
        last: the intent that was written last through this journal.
    """

    def __init__(
        self,
        path: Path | None,
        profile: str,
        tenant: str = "",
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.path = path
        self.profile, self.tenant = clean(profile), clean(tenant)
        self.last: Entry | None = None
        self.clock = clock
        self._chain = Chain(path)

    def record_intents(self, make: Callable[[list[Entry]], list[Entry]]) -> list[Entry]:
        """Record that operations are about to be sent; when this returns, the disk has them.

        `make` receives the open entries while no program can add one, and returns the
        entries to record; what it raises is raised here, and nothing is recorded.
        """
        made: list[Entry] = []

        def line(read: Callable[[], bytes]) -> dict[str, object]:
            made.extend(make(_open(read())))
            return entries.intent(made[0])

        with _sentences("written", self.path):
            self._chain.append(line)
        self.last = made[0]
        return made

    def new_entry(
        self,
        *,
        action: Action,
        acting: Party,
        source: Party,
        target: Party,
        status: str | None,
        connection_id: str,
        records: tuple[str, ...],
        track_id: str,
        key: str,
        user: str,
    ) -> Entry:
        """Return an entry for an operation that is about to be sent now, with clean texts."""
        return Entry(
            id=str(uuid.uuid4()),
            at=self.clock(),
            profile=self.profile,
            user=clean(user),
            action=action,
            acting=_clean_party(acting),
            source=_clean_party(source),
            target=_clean_party(target),
            status=clean(status) if status else None,
            connection_id=clean(connection_id),
            track_id=clean(track_id),
            key=clean(key),
            process=this_process(),
            tenant=self.tenant,
            records=tuple(map(clean, records)),
        )

    def record_outcome(
        self,
        entry_id: str,
        outcome: str,
        sentence: str,
        codes: str = "",
        request_id: str = "",
        connection_id: str = "",
    ) -> None:
        """Record what became of a write; the newest outcome counts."""
        line = entries.outcome(
            entry_id, self.clock(), outcome, sentence, codes, request_id, connection_id
        )
        with _sentences("written", self.path):
            self._chain.append(lambda _: line)

    def read_entries(self) -> list[Entry]:
        """Return every write of every profile, oldest first; lines without a meaning are left out.

        What those are is told by `verify`.
        """
        with _sentences("read", self.path):
            return _entries(self._chain.read())

    def read_open(self) -> list[Entry]:
        """Return the writes, to whatever tenant, whose outcome is not known, oldest first."""
        with _sentences("read", self.path):
            return _open(self._chain.read())

    def read_unresolved(self) -> list[Entry]:
        """Return those of the open writes to this tenant that are ours to look up, oldest first.

        Those of a program that still runs here are left to it for ten minutes.
        """
        time = self.clock()
        return [
            entry
            for entry in self.read_open()
            if entry.tenant == self.tenant
            and not (time - entry.at < LEFT_ALONE and _alive(entry.process))
        ]

    def verify(self) -> Verdict:
        """Look for lines that were changed or are missing."""
        with _sentences("read", self.path):
            return self._chain.verify()


def _open(data: bytes) -> list[Entry]:
    return [one for one in _entries(data) if one.open]


def _entries(data: bytes) -> list[Entry]:
    return entries.merged(filter(None, map(parsed, split(data))))


def _clean_party(party: Party) -> Party:
    return Party(clean(party.id), clean(party.title))


@contextmanager
def _sentences(done: str, path: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error).removesuffix(".")
        raise JournalError(f"The journal {path} cannot be {done}: {why}.") from error


def this_process() -> str:
    """Return which program this is: "host:pid"."""
    return f"{clean(socket.gethostname())}:{os.getpid()}"


def _alive(process: str) -> bool:
    """Whether the program "host:pid" runs on this machine, as far as can be told."""
    host, _, digits = process.rpartition(":")
    pid = int(digits) if digits.isascii() and digits.isdecimal() else 0
    if host != clean(socket.gethostname()) or not pid:  # 0 would mean ourselves
        return False
    if sys.platform == "win32":
        return True  # there, asking about a process may end it
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
