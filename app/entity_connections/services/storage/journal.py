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
from entity_connections.domain.entities import Entity
from entity_connections.domain.text import clean
from entity_connections.services.operations.operation import Order, Result
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
        process_id: str | None = None,
    ) -> None:
        self.path = path
        self.process_id = process_id or this_process()
        self.profile, self.tenant = clean(profile), clean(tenant)
        self.last: Entry | None = None
        self.clock = clock
        self._chain = Chain(path)

    def intend(
        self,
        order: Order,
        user: str,
        track_id: str,
        admit: Callable[[Order, list[Entry]], Order] = lambda order, _: order,
    ) -> Entry:
        """Record that an order is about to be sent; when this returns, the disk has it.

        `admit` is shown the open writes while no program can add one; it returns the
        order as it is to be recorded, or raises what is raised here then.
        """
        made: list[Entry] = []

        def line(read: Callable[[], bytes]) -> dict[str, object]:
            admitted = admit(order, _open(read()))
            made.append(self._entry(admitted, user, track_id))
            return entries.intent(made[0])

        with _sentences("written", self.path):
            self._chain.append(line)
        self.last = made[0]
        return made[0]

    def _entry(self, order: Order, user: str, track_id: str) -> Entry:
        row = order.row
        return Entry(
            id=str(uuid.uuid4()),
            at=self.clock(),
            profile=self.profile,
            user=clean(user),
            action=order.action,
            acting=_party(row.acting),
            source=_party(row.source),
            target=_party(row.target),
            status=clean(row.status) if row.status else None,
            connection_id=clean(order.connection_id),
            track_id=clean(track_id),
            key=clean(order.key) if order.action is Action.REQUEST else "",
            process=self.process_id,
            tenant=self.tenant,
            records=tuple(clean(one.id) for one in row.records),
        )

    def conclude(
        self,
        entry_id: str,
        outcome: Result,
        sentence: str,
        codes: str = "",
        request_id: str = "",
        connection_id: str = "",
    ) -> None:
        """Record what became of a write; the newest outcome counts."""
        line = entries.outcome(
            entry_id, self.clock(), outcome.value, sentence, codes, request_id, connection_id
        )
        with _sentences("written", self.path):
            self._chain.append(lambda _: line)

    def entries(self) -> list[Entry]:
        """Return every write of every profile, oldest first; lines without a meaning are left out.

        What those are is told by `verify`.
        """
        with _sentences("read", self.path):
            return _entries(self._chain.read())

    def open(self) -> list[Entry]:
        """Return the writes, to whatever tenant, whose outcome is not known, oldest first."""
        with _sentences("read", self.path):
            return _open(self._chain.read())

    def unsettled(self) -> list[Entry]:
        """Return those of the open writes to this tenant that are ours to look up, oldest first.

        Those of a program that still runs here are left to it for ten minutes.
        """
        time = self.clock()
        return [
            entry
            for entry in self.open()
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


def _party(entity: Entity) -> Party:
    return Party(clean(entity.id), clean(entity.title))


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
