"""The entities of a tenant and who may enter them (contract C)."""

import sqlite3
from collections.abc import Sequence

from entity_connections.domain.ids import normalize_id
from entity_connections.fake.scenarios.model import PROVISIONED, Entity, Role
from entity_connections.fake.state.database import decoded

_COLUMNS = "id, name, display_name, parent_id, timezone, status, locale"


def entity_id(given: str) -> str:
    """Return an id as this tenant spells it; other text as it is.

    With hyphens or without, in capitals or not: it is the same entity (contract C2).
    """
    return id_ if len(id_ := normalize_id(given)) == 32 else given


class Hierarchy:
    """Reads entities and roles; lists are in the order of creation."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def entities(self, status: str | None = None) -> list[Entity]:
        """Return all entities, or those with `status`."""
        return self._select("WHERE ? IS NULL OR status = ?", (status, status))

    def entity(self, id_: str) -> Entity | None:
        """Return the entity with exactly this id, if there is one."""
        # The ids of this tenant are ASCII; other text may not even fit into SQLite.
        found = self._select("WHERE id = ?", (id_,)) if id_.isascii() else []
        return found[0] if found else None

    def accessible(self, username: str) -> list[Entity]:
        """Return the entities this user may enter."""
        return self._select(
            "WHERE status = ? AND id IN (SELECT entity_id FROM role WHERE username = ?)",
            (PROVISIONED, username),
        )

    def role(self, username: str, entity_id: str) -> Role | None:
        """Return what this user is in this entity; None: may not enter it."""
        row = self._db.execute(
            "SELECT role FROM role JOIN entity ON id = entity_id"
            " WHERE username = ? AND entity_id = ? AND status = ?",
            (username, entity_id, PROVISIONED),
        ).fetchone()
        role: Role | None = row and row[0]
        return role

    def top(self) -> Entity:
        """Return the global entity."""
        return self._select("WHERE parent_id IS NULL", ())[0]

    def named(self, name: str) -> Entity | None:
        """Return the entity with exactly this name, if there is one."""
        found = self._select("WHERE name = ?", (name,)) if name.isascii() else []
        return found[0] if found else None

    def display_name(self, id_: str) -> str:
        """Return the name to use in a sentence; an entity nobody knows goes by its id."""
        entity = self.entity(id_)
        return entity.display_name if entity else f"the entity {id_[:64]}"

    def _select(self, condition: str, values: Sequence[str | None]) -> list[Entity]:
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM entity {condition} ORDER BY seq",  # noqa: S608 - ours
            values,
        )
        return [Entity(*row)._replace(display_name=decoded(row[2])) for row in rows]
