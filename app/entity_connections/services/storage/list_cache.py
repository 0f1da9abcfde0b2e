"""The lists last read of a tenant, kept so that the next start shows rows at once.

They hold names and ids, no secret. The cache is a convenience: where it cannot be
read or written, the program works without it.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from entity_connections.domain.connections import Connection, Direction, Ends
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.stored_values import INVALID, load_id, load_text, load_time

MAX_SNAPSHOTS = 20
"""How many lists are kept, the newest: the first frame of the screen waits for them."""
_SELECT = "SELECT lists FROM list_cache WHERE profile = ? AND tenant IS coalesce(?, tenant)"


class CachedLists(NamedTuple):
    """What was last read of a tenant, and where the user was.

    Attributes:
        acting_id: the entity; "" where it is not known.
        ends: the ends of each connection, by its id, in all lists read so far: it tells which
            list to read, where only the newest `snapshots` are kept.
    """

    hierarchy: Hierarchy
    snapshots: tuple[Snapshot, ...]
    acting_id: str
    direction: Direction
    ends: Mapping[str, Ends]


class ListCache:
    """The cached lists of one profile. Every method blocks for the disk and never raises.

    Args:
        path: the SQLite file, made when first written; None keeps the lists in memory.
        profile: a profile, or an address.
        tenant: lists of another tenant are ignored; None accepts any tenant.
    """

    def __init__(self, path: Path | None, profile: str, tenant: str | None = None) -> None:
        self.path = path
        self.profile, self.tenant = profile, tenant
        self._database = Database(path)

    def load(self) -> CachedLists | None:
        """Read what was saved last; None where there is nothing of use."""
        with suppress(DatabaseError, *INVALID):
            with self._database.transaction() as connection:
                row = connection.execute(_SELECT, (self.profile, self.tenant)).fetchone()
            return _parse_lists(json.loads(row[0])) if row else None
        return None

    def save(self, lists: CachedLists) -> None:
        """Replace what was saved before."""
        row = self.profile, self.tenant, json.dumps(_format_lists(lists))
        with suppress(DatabaseError), self._database.transaction(write=True) as connection:
            connection.execute("REPLACE INTO list_cache VALUES (?, ?, ?)", row)


def _format_lists(lists: CachedLists) -> dict[str, object]:
    ids = lists.hierarchy.accessible_ids
    return {
        "entities": [entity[:5] for entity in lists.hierarchy],
        "missing": lists.hierarchy.missing,
        "accessible_ids": None if ids is None else sorted(ids),
        "snapshots": [
            (
                shot.acting_id,
                shot.connections,
                shot.read_at.isoformat(),
                shot.warnings,
                shot.missing,
            )
            for shot in lists.snapshots[:MAX_SNAPSHOTS]
        ],
        "acting_id": lists.acting_id,
        "direction": lists.direction.value,
        "ends": lists.ends,
    }


def _parse_lists(fields: dict[str, Any]) -> CachedLists:
    entities = tuple(
        Entity(
            load_id(id_),
            load_text(name),
            load_text(title),
            parent and load_id(parent),
            load_text(status),
        )
        for id_, name, title, parent, status in fields["entities"]
    )
    ids = fields["accessible_ids"]
    accessible_ids = None if ids is None else frozenset(map(load_id, ids))
    hierarchy = Hierarchy(entities, load_text(fields["missing"]), accessible_ids)
    snapshots = tuple(
        Snapshot(
            acting_id=load_id(acting_id),
            hierarchy=hierarchy,
            connections=tuple(
                Connection(load_id(id_), load_id(source_id), load_id(target_id), load_text(status))
                for id_, source_id, target_id, status in connections
            ),
            read_at=load_time(read_at),
            warnings=tuple(map(load_text, warnings)),
            missing=load_text(missing),
        )
        for acting_id, connections, read_at, warnings, missing in fields["snapshots"]
    )
    direction = Direction(fields["direction"])
    acting_id = load_id(fields["acting_id"])
    ends = {
        load_id(id_): (load_id(source_id), load_id(target_id))
        for id_, (source_id, target_id) in fields["ends"].items()
    }
    return CachedLists(hierarchy, snapshots, acting_id, direction, ends)
