"""What was last read of a tenant, kept for the next start: rows to look at while nothing answers.

The file holds names and ids, no secret. It is a convenience: one that is damaged,
foreign or too long is as good as none.
"""

import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from app.domain.connections import Connection, Direction
from app.domain.entities import Entity, Hierarchy
from app.domain.text import clean
from app.services import private
from app.services.entries import moment
from app.services.tenant import Tenant, View

LIMIT = 8_000_000
"""Most bytes read."""
ENOUGH = 40_000
"""Connections kept: the newest lists until there are as many, the first whatever its length."""

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Remembered(NamedTuple):
    """What a store holds.

    Attributes:
        entities: the hierarchy.
        enterable: ids of the entities the user could enter, None if unknown.
        views: the lists by acting entity, with the moment they were asked for.
        acting_id: the entity acted in last, or "".
        direction: the tab that was in front.
    """

    entities: tuple[Entity, ...]
    enterable: AbstractSet[str] | None
    views: Mapping[str, View]
    acting_id: str
    direction: Direction


class Store:
    """The last known rows of one profile. Every method blocks for the disk.

    Args:
        path: the file, made with mode 0600; None remembers nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.trouble = ""
        """Why nothing was loaded or saved last time, in a sentence; "" where it went well."""

    def load(self) -> Remembered | None:
        """Return what was saved last, or None when there is nothing of use."""
        self.trouble = ""
        if self.path is None:
            return None
        try:
            return _remembered(_read(self.path))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            self.trouble = f"What was last read of the tenant cannot be used: {self.path}."
            return None

    def save(
        self, tenant: Tenant, acting_id: str, direction: Direction = Direction.OUTBOUND
    ) -> None:
        """Remember what a tenant has read so far; trouble with the disk is no reason to stop."""
        self.trouble = ""
        if self.path is None or not len(tenant.hierarchy):
            return
        fields = {
            "version": 1,
            "actingId": acting_id,
            "direction": direction.value,
            "enterable": None if tenant.enterable is None else sorted(tenant.enterable),
            "entities": [list(one[:5]) for one in tenant.hierarchy],
            "views": list(_views(tenant)),
        }
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        try:
            private.replace(self.path, data.encode(errors="replace"))
        except OSError as error:
            why = error.strerror or "the disk does not take it"
            self.trouble = f"What was read cannot be kept in {self.path}: {why}."


def known_entities(path: Path) -> list[tuple[str, str, str]]:
    """Return id, name and display name of the entities that a store holds; none if it is unusable.

    For shell completion: it loads next to nothing.
    """
    try:
        return [one[:3] for one in _entities(_read(path))]
    except (OSError, ValueError, RecursionError):
        return []


def _views(tenant: Tenant) -> Iterator[dict[str, object]]:
    kept = 0
    for view in tenant.views():
        if kept and kept + len(view.connections) > ENOUGH:
            break
        kept += len(view.connections)
        yield {
            "actingId": view.acting_id,
            "readAt": view.read_at.isoformat(),
            "remarks": view.remarks,
            "connections": view.connections,
        }


def _read(path: Path) -> dict[str, object]:
    found = json.loads(private.read(path, LIMIT))
    if not isinstance(found, dict) or found.get("version") != 1:
        raise ValueError("not a store")
    return found


def _remembered(fields: dict[str, object]) -> Remembered:
    entities = tuple(_entities(fields))
    enterable = fields.get("enterable")
    may_enter = frozenset(map(_id, enterable)) if isinstance(enterable, list) else None
    views = {view.acting_id: view for view in _loaded(fields, Hierarchy(entities), may_enter)}
    direction = Direction.INBOUND if fields.get("direction") == "inbound" else Direction.OUTBOUND
    acting_id = fields.get("actingId")
    return Remembered(entities, may_enter, views, _id(acting_id) if acting_id else "", direction)


def _entities(fields: dict[str, object]) -> Iterator[Entity]:
    for id_, name, display_name, parent_id, status in _list(fields.get("entities"), 5):
        parent = None if parent_id is None else _id(parent_id)
        yield Entity(_id(id_), _text(name), _text(display_name), parent, _text(status))


def _loaded(
    fields: dict[str, object], hierarchy: Hierarchy, enterable: AbstractSet[str] | None
) -> Iterator[View]:
    views = fields.get("views")
    for one in views if isinstance(views, list) else ():
        read_at = moment(one.get("readAt")) if isinstance(one, dict) else None
        if read_at is None:
            raise ValueError("a view without a moment")
        remarks = one.get("remarks")
        connections = {
            _id(id_): Connection(_id(id_), _id(source), _id(target), _text(status))
            for id_, source, target, status in _list(one.get("connections"), 4)
        }
        yield View(
            acting_id=_id(one.get("actingId")),
            hierarchy=hierarchy,
            connections=tuple(connections.values()),
            enterable=enterable,
            read_at=read_at,
            remarks=tuple(map(_text, remarks)) if isinstance(remarks, list) else (),
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
