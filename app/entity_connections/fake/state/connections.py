"""The connection records of a tenant (contract D3)."""

import sqlite3

from entity_connections.domain.connections import Connection
from entity_connections.fake.refusal import not_found
from entity_connections.fake.state.database import select_one

# SQLite writes the JSON in half of the time that Python would take.
_AS_JSON = (
    "json_object('id', id, 'sourceEntityId', source_id, 'targetEntityId', target_id,"
    " 'status', status)"
)
_SELECT = "SELECT id, source_id, target_id, status FROM connection"
_DIRECTIONS = {
    "outbound": "SELECT seq FROM connection WHERE source_id = :entity",
    "inbound": "SELECT seq FROM connection WHERE target_id = :entity",
    None: "SELECT seq FROM connection_of_entity WHERE entity_id = :entity",
}


class Connections:
    """Reads and writes connection records; they come in the order of creation.

    A second Pending or Connected record for a pair of entities raises `sqlite3.IntegrityError`.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def list_page(
        self,
        entity_id: str,
        direction: str | None,
        *,
        offset: int,
        limit: int,
        newest_first: bool = False,
    ) -> list[str]:
        """Return at most `limit` records of an entity after `offset`, as JSON (contract D3).

        `direction` is inbound, outbound or, for both, None.
        """
        order = "ORDER BY seq DESC" if newest_first else "ORDER BY seq"
        rows = self._db.execute(
            # The skipped records are skipped in the index, without reading them.
            f"SELECT {_AS_JSON} FROM connection WHERE seq IN"  # noqa: S608 - constants
            f" ({_DIRECTIONS[direction]} {order} LIMIT :limit OFFSET :offset) {order}",
            {"entity": entity_id, "limit": limit, "offset": offset},
        )
        return [text for (text,) in rows]

    def all(self) -> tuple[Connection, ...]:
        """Return all records of the tenant."""
        return tuple(Connection(*row) for row in self._db.execute(f"{_SELECT} ORDER BY seq"))

    def get(self, id_: str) -> Connection:
        """Return the record with this id; raise `Refusal` when there is none."""
        connection = self._find("WHERE id = ?", id_)
        if connection is None:
            raise not_found(f"There is no connection {id_[:64]}.")
        return connection

    def find_active(self, source_id: str, target_id: str) -> Connection | None:
        """Return the pair's Pending or Connected record; None when there is none."""
        return self._find(
            "WHERE source_id = ? AND target_id = ? AND status IN ('Pending', 'Connected')",
            source_id,
            target_id,
        )

    def find_last_disconnected(self, source_id: str, target_id: str) -> Connection | None:
        """Return the pair's newest Disconnected record; None when there is none."""
        return self._find(
            "WHERE source_id = ? AND target_id = ? AND status = 'Disconnected' ORDER BY seq DESC",
            source_id,
            target_id,
        )

    def add(self, id_: str, source_id: str, target_id: str, status: str) -> None:
        """Add a record."""
        self._db.execute(
            "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
            (id_, source_id, target_id, status),
        )

    def set_status(self, id_: str, status: str) -> None:
        """Change the status of a record."""
        self._db.execute("UPDATE connection SET status = ? WHERE id = ?", (status, id_))

    def remove(self, id_: str) -> None:
        """Delete a record."""
        self._db.execute("DELETE FROM connection WHERE id = ?", (id_,))

    def _find(self, condition: str, *values: str) -> Connection | None:
        row = select_one(self._db, f"{_SELECT} {condition}", values)
        return Connection(*row) if row else None
