"""The lists last read of a tenant, kept so that the next start shows rows at once.

They hold names and ids, no secret. The cache is a convenience: where it cannot be
read or written, the program works without it.
"""

import json
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.stored_values import (
    load_id,
    load_optional_id,
    load_text,
    load_time,
)

SAVE_INTERVAL = timedelta(minutes=5)
"""Lists that have not changed are saved again after this time: only to keep their age right."""
_INVALID = (ValueError, TypeError, LookupError)
"""What parsing raises for content that was damaged or edited."""


class CachedLists(NamedTuple):
    """What was last read of a tenant.

    Attributes:
        entities: the hierarchy.
        accessible_ids: ids of the entities the user may enter, None if unknown.
        snapshots: the lists, the newest first.
        acting_id: the entity acted in last, or "".
        direction: the tab that was in front.
    """

    entities: tuple[Entity, ...]
    accessible_ids: AbstractSet[str] | None
    snapshots: tuple[Snapshot, ...]
    acting_id: str
    direction: Direction


class ListCache:
    """The cached lists of one profile. Every method blocks for the disk and never raises.

    Args:
        path: the SQLite file, made when first written; None keeps the lists in memory.
        profile: a profile, or an address.
        tenant: which tenant it is; cached lists of another tenant are ignored.
        max_connections: how many connections are kept. The newest list is always kept.
    """

    def __init__(
        self, path: Path | None, profile: str, tenant: str = "", max_connections: int = 40_000
    ) -> None:
        self.path = path
        self.profile, self.tenant = profile, tenant
        self._max_connections = max_connections
        self._database = Database(path)
        self._saved: tuple[datetime, object] | None = None

    def load(self) -> CachedLists | None:
        """Read what was saved last; None where there is nothing of use."""
        row = self._read_row()
        if row is None or row[0] != self.tenant:
            return None
        try:
            return _parse_lists(json.loads(row[1]))
        except _INVALID:
            return None

    def load_entities(self) -> list[Entity]:
        """Read only the entities, whichever tenant the profile led to."""
        row = self._read_row()
        try:
            return list(_parse_entities(json.loads(row[1])["entities"])) if row else []
        except _INVALID:
            return []

    def save(self, lists: CachedLists) -> None:
        """Replace what was saved before; lists that have not changed wait for `SAVE_INTERVAL`."""
        snapshots = list(self._limit(lists.snapshots))
        newest = max((shot.read_at for shot in snapshots), default=datetime.min.replace(tzinfo=UTC))
        shown = [(shot.acting_id, shot.warnings, shot.connections) for shot in snapshots]
        content = (lists._replace(snapshots=()), shown)
        if self._saved and content == self._saved[1] and newest - self._saved[0] < SAVE_INTERVAL:
            return
        lists = lists._replace(snapshots=tuple(snapshots))
        values = (self.profile, self.tenant, json.dumps(_format_lists(lists)))
        with suppress(DatabaseError):
            with self._database.write() as connection:
                connection.execute("REPLACE INTO list_cache VALUES (?, ?, ?)", values)
            self._saved = newest, content

    def _read_row(self) -> tuple[str, str] | None:
        query = "SELECT tenant, lists FROM list_cache WHERE profile = ?"
        try:
            with self._database.read() as connection:
                row: tuple[str, str] | None = connection.execute(query, (self.profile,)).fetchone()
                return row
        except DatabaseError:
            return None

    def _limit(self, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
        connections = 0
        for snapshot in snapshots:
            if connections and connections + len(snapshot.connections) > self._max_connections:
                return
            connections += len(snapshot.connections)
            yield snapshot


def _format_lists(lists: CachedLists) -> dict[str, object]:
    accessible_ids = lists.accessible_ids
    return {
        "entities": [entity[:5] for entity in lists.entities],
        "accessible_ids": None if accessible_ids is None else sorted(accessible_ids),
        "snapshots": [
            (shot.acting_id, shot.read_at.isoformat(), shot.warnings, shot.connections)
            for shot in lists.snapshots
        ],
        "acting_id": lists.acting_id,
        "direction": lists.direction.value,
    }


def _parse_lists(fields: dict[str, Any]) -> CachedLists:
    entities = tuple(_parse_entities(fields["entities"]))
    ids = fields["accessible_ids"]
    accessible_ids = None if ids is None else frozenset(load_id(id_) for id_ in ids)
    hierarchy = Hierarchy(entities)
    snapshots = (
        Snapshot(
            acting_id=load_id(acting_id),
            hierarchy=hierarchy,
            connections=tuple(_parse_connections(connections)),
            accessible_ids=accessible_ids,
            read_at=load_time(read_at),
            warnings=tuple(load_text(warning) for warning in warnings),
        )
        for acting_id, read_at, warnings, connections in fields["snapshots"]
    )
    return CachedLists(
        entities=entities,
        accessible_ids=accessible_ids,
        snapshots=tuple(snapshots),
        acting_id=load_optional_id(fields["acting_id"]),
        direction=Direction(fields["direction"]),
    )


def _parse_entities(rows: Iterable[Any]) -> Iterator[Entity]:
    for id_, name, display_name, parent_id, status in rows:
        yield Entity(
            load_id(id_),
            load_text(name),
            load_text(display_name),
            load_optional_id(parent_id) or None,
            load_text(status),
        )


def _parse_connections(rows: Iterable[Any]) -> Iterator[Connection]:
    for id_, source_id, target_id, status in rows:
        yield Connection(load_id(id_), load_id(source_id), load_id(target_id), load_text(status))
