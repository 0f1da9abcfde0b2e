"""The entities of a tenant, and the roles of users in them (contract C)."""

import sqlite3
from collections.abc import Sequence

from entity_connections.domain.entities import PROVISIONED
from entity_connections.domain.ids import normalize_id
from entity_connections.fake.model import Entity, Role
from entity_connections.fake.refusal import not_found
from entity_connections.fake.state.database import encode_text, select_one

_SELECT = f"SELECT {', '.join(Entity._fields)} FROM entity"  # noqa: S608 - constants


def normalize_entity_id(text: str) -> str:
    """Return an id in lower case without hyphens (contract C2); other text unchanged."""
    return id_ if len(id_ := normalize_id(text)) == 32 else text


class Hierarchy:
    """Reads and writes entities; they come in the order of creation."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def entities(self, status: str | None = None) -> list[Entity]:
        """Return all entities, or those with `status`."""
        return self._select("WHERE ? IS NULL OR status = ?", (status, status))

    def entity(self, id_: str) -> Entity:
        """Return the entity with this id; raise `Refusal` when there is none."""
        entity = self._find("id", id_)
        if entity is None:
            raise not_found(f"There is no entity {id_[:64]}.")
        return entity

    def accessible(self, user: str) -> list[Entity]:
        """Return the entities that a user may enter."""
        return self._select(
            "WHERE status = ? AND id IN (SELECT entity_id FROM role WHERE user = ?)",
            (PROVISIONED, user),
        )

    def role(self, user: str, entity_id: str) -> Role | None:
        """Return the role of a user in an entity; None when the user may not enter it."""
        row = self._db.execute(
            "SELECT role FROM role JOIN entity ON id = entity_id"
            " WHERE user = ? AND entity_id = ? AND status = ?",
            (user, entity_id, PROVISIONED),
        ).fetchone()
        role: Role | None = row and row[0]
        return role

    def global_entity(self) -> Entity:
        """Return the global entity."""
        return self._select("WHERE parent_id IS NULL", ())[0]

    def by_name(self, name: str) -> Entity | None:
        """Return the entity with this name; None when there is none."""
        return self._find("name", name)

    def display_name(self, id_: str) -> str:
        """Return the display name for a message; for an unknown entity one with its id."""
        entity = self._find("id", id_)
        return entity.display_name if entity else f"the entity {id_[:64]}"

    def add(self, entity: Entity) -> None:
        """Add an entity."""
        self._db.execute(
            "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
            " VALUES (?, ?, CAST(? AS TEXT), ?, ?, ?, ?)",
            (entity.id, entity.name, encode_text(entity.display_name), *entity[3:]),
        )

    def update(self, entity: Entity) -> None:
        """Change everything but the id and the parent of an entity."""
        self._db.execute(
            "UPDATE entity SET name = ?, display_name = CAST(? AS TEXT), timezone = ?,"
            " status = ?, locale = ? WHERE id = ?",
            (entity.name, encode_text(entity.display_name), *entity[4:], entity.id),
        )

    def _find(self, column: str, value: str) -> Entity | None:
        row = select_one(self._db, f"{_SELECT} WHERE {column} = ?", [value])
        return Entity(*row) if row else None

    def _select(self, condition: str, values: Sequence[str | None]) -> list[Entity]:
        rows = self._db.execute(f"{_SELECT} {condition} ORDER BY seq", values)
        return [Entity(*row) for row in rows]
