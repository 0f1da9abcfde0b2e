"""What was last read of a tenant, kept for the next start: rows to look at while nothing answers.

The file holds names and ids, no secret. It is a convenience: one that is damaged,
foreign or too long is as good as none.
"""

import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from entity_connections import files
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.text import clean
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.entries import moment
from entity_connections.services.tenant import Tenant

LIMIT = 8_000_000
"""Most bytes read, and therefore written."""
STALE = timedelta(minutes=5)
"""How old the moments in the file may be while the lists in it are still as they were read."""
ENOUGH = 40_000
"""Connections kept: the newest lists until there are as many, the first whatever its length."""

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Remembered(NamedTuple):
    """What a store holds.

    Attributes:
        entities: the hierarchy.
        accessible_ids: ids of the entities the user could enter, None if unknown.
        views: the lists by acting entity, with the moment they were asked for.
        acting_id: the entity acted in last, or "".
        direction: the tab that was in front.
    """

    entities: tuple[Entity, ...]
    accessible_ids: AbstractSet[str] | None
    views: Mapping[str, Snapshot]
    acting_id: str
    direction: Direction


class Store:
    """The last known rows of one profile. Every method blocks for the disk.

    Args:
        path: the file, made with mode 0600; None remembers nothing.
        tenant: says which tenant it is; what a file holds of another is of no use.
    """

    def __init__(self, path: Path | None, tenant: str = "") -> None:
        self.path = path
        self.tenant = tenant
        self._saved: tuple[datetime, object] | None = None

    def load(self) -> Remembered | None:
        """Return what was saved last, or None when there is nothing of use."""
        if self.path is None:
            return None
        try:
            fields = _read(self.path)
            return _remembered(fields) if fields.get("tenant") == self.tenant else None
        except (OSError, ValueError, RecursionError):
            return None

    def save(
        self, tenant: Tenant, acting_id: str, direction: Direction = Direction.OUTBOUND
    ) -> None:
        """Remember what a tenant has read so far; trouble with the disk is no reason to stop.

        Where nothing has changed since it was saved, it is not saved again for a while.
        """
        if self.path is None or not len(tenant.hierarchy):
            return
        views, now = list(_kept(tenant)), tenant.clock()
        known = [(one.acting_id, one.warnings, one.connections) for one in views]
        state = (acting_id, direction, tenant.accessible_ids, list(tenant.hierarchy), known)
        if self._saved and self._saved[1] == state and now - self._saved[0] < STALE:
            return
        fields = {
            "version": 1,
            "tenant": self.tenant,
            "actingId": acting_id,
            "direction": direction.value,
            "enterable": None if tenant.accessible_ids is None else sorted(tenant.accessible_ids),
            "entities": [list(one[:5]) for one in tenant.hierarchy],
            "views": list(map(_fields, views)),
        }
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        data = text.encode(errors="replace")
        if len(data) > LIMIT:
            return
        with suppress(OSError):
            files.replace_file(self.path, data)
            self._saved = now, state


def known_entities(path: Path) -> list[tuple[str, str, str]]:
    """Return id, name and display name of the entities that a store holds; none if it is unusable.

    For shell completion: it loads next to nothing.
    """
    try:
        return [one[:3] for one in _entities(_read(path))]
    except (OSError, ValueError, RecursionError):
        return []


def _kept(tenant: Tenant) -> Iterator[Snapshot]:
    kept = 0
    for view in tenant.snapshots():
        if kept and kept + len(view.connections) > ENOUGH:
            break
        kept += len(view.connections)
        yield view


def _fields(view: Snapshot) -> dict[str, object]:
    return {
        "actingId": view.acting_id,
        "readAt": view.read_at.isoformat(),
        "warnings": view.warnings,
        "connections": view.connections,
    }


def _read(path: Path) -> dict[str, object]:
    found = json.loads(files.read_private(path, LIMIT))
    if not isinstance(found, dict) or found.get("version") != 1:
        raise ValueError("not a store")
    return found


def _remembered(fields: dict[str, object]) -> Remembered:
    entities = tuple(_entities(fields))
    accessible_ids = fields.get("enterable")
    may_enter = frozenset(map(_id, accessible_ids)) if isinstance(accessible_ids, list) else None
    views = {view.acting_id: view for view in _loaded(fields, Hierarchy(entities), may_enter)}
    direction = Direction.INBOUND if fields.get("direction") == "inbound" else Direction.OUTBOUND
    acting_id = fields.get("actingId")
    return Remembered(entities, may_enter, views, _id(acting_id) if acting_id else "", direction)


def _entities(fields: dict[str, object]) -> Iterator[Entity]:
    for id_, name, display_name, parent_id, status in _list(fields.get("entities"), 5):
        parent = None if parent_id is None else _id(parent_id)
        yield Entity(_id(id_), _text(name), _text(display_name), parent, _text(status))


def _loaded(
    fields: dict[str, object], hierarchy: Hierarchy, accessible_ids: AbstractSet[str] | None
) -> Iterator[Snapshot]:
    views = fields.get("views")
    for one in views if isinstance(views, list) else ():
        read_at = moment(one.get("readAt")) if isinstance(one, dict) else None
        if read_at is None:
            raise ValueError("a view without a moment")
        warnings = one.get("warnings")
        connections = {
            _id(id_): Connection(_id(id_), _id(source), _id(target), _text(status))
            for id_, source, target, status in _list(one.get("connections"), 4)
        }
        yield Snapshot(
            acting_id=_id(one.get("actingId")),
            hierarchy=hierarchy,
            connections=tuple(connections.values()),
            accessible_ids=accessible_ids,
            read_at=read_at,
            warnings=tuple(map(_text, warnings)) if isinstance(warnings, list) else (),
        )


def _list(value: object, width: int) -> Iterator[list[object]]:
    for one in value if isinstance(value, list) else ():
        if not isinstance(one, list) or len(one) != width:
            raise ValueError("not a row")
        yield one


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - one kind of trouble for all of a file
    return clean(value)
