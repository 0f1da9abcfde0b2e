"""Reading the entities of a tenant, and the roles of users in them (contract C)."""

import sqlite3
from collections.abc import Sequence

from entity_connections.domain.ids import normalize_id
from entity_connections.fake.model import PROVISIONED, Entity, Role
from entity_connections.fake.state.database import decode_display_name

_COLUMNS = "id, name, display_name, parent_id, timezone, status, locale"


def normalize_entity_id(text: str) -> str:
    """Return an id in lower case without hyphens (contract C2); other text unchanged."""
    return id_ if len(id_ := normalize_id(text)) == 32 else text


class Hierarchy:
    """Reads entities and roles; entities come in the order of creation."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def entities(self, status: str | None = None) -> list[Entity]:
        """Return all entities, or those with `status`."""
        return self._select("WHERE ? IS NULL OR status = ?", (status, status))

    def entity(self, id_: str) -> Entity | None:
        """Return the entity with this id; None when there is none."""
        return self._find("WHERE id = ?", id_)

    def accessible(self, username: str) -> list[Entity]:
        """Return the entities that a user may enter."""
        return self._select(
            "WHERE status = ? AND id IN (SELECT entity_id FROM role WHERE username = ?)",
            (PROVISIONED, username),
        )

    def role(self, username: str, entity_id: str) -> Role | None:
        """Return the role of a user in an entity; None when the user may not enter it."""
        row = self._db.execute(
            "SELECT role FROM role JOIN entity ON id = entity_id"
            " WHERE username = ? AND entity_id = ? AND status = ?",
            (username, entity_id, PROVISIONED),
        ).fetchone()
        role: Role | None = row and row[0]
        return role

    def global_entity(self) -> Entity:
        """Return the global entity."""
        return self._select("WHERE parent_id IS NULL", ())[0]

    def by_name(self, name: str) -> Entity | None:
        """Return the entity with this name; None when there is none."""
        return self._find("WHERE name = ?", name)

    def display_name(self, id_: str) -> str:
        """Return the display name for a message; for an unknown entity one with its id."""
        entity = self.entity(id_)
        return entity.display_name if entity else f"the entity {id_[:64]}"

    def _find(self, condition: str, text: str) -> Entity | None:
        # Ids and names are ASCII; other text may hold what SQLite cannot take.
        entities = self._select(condition, (text,)) if text.isascii() else []
        return entities[0] if entities else None

    def _select(self, condition: str, values: Sequence[str | None]) -> list[Entity]:
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM entity {condition} ORDER BY seq",  # noqa: S608 - constants
            values,
        )
        return [Entity(*row)._replace(display_name=decode_display_name(row[2])) for row in rows]
