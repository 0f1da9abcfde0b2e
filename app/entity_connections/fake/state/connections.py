"""The records of connections, without any rule about them (contract D3)."""

import sqlite3

from entity_connections.fake.scenarios.model import DISCONNECTED, Connection

_COLUMNS = "id, source_id, target_id, status"
# SQLite writes it in half the time that it takes to make it of Python's objects.
_AS_JSON = (
    "json_object('id', id, 'sourceEntityId', source_id, 'targetEntityId', target_id,"
    " 'status', status)"
)
_DIRECTIONS = {
    "outbound": "SELECT seq FROM connection WHERE source_id = :entity",
    "inbound": "SELECT seq FROM connection WHERE target_id = :entity",
    None: "SELECT seq FROM listed WHERE entity_id = :entity",
}


class Connections:
    """Reads and changes records; lists are in the order of creation unless told."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def page(
        self,
        entity_id: str,
        direction: str | None,
        *,
        offset: int,
        limit: int,
        newest_first: bool = False,
    ) -> list[str]:
        """Return a piece of the list of `entity_id`, each record as the JSON of contract D3.

        A direction of None means both.
        """
        order = "ORDER BY seq DESC" if newest_first else "ORDER BY seq"
        rows = self._db.execute(
            # What is skipped is skipped in the index, and never read.
            f"SELECT {_AS_JSON} FROM connection WHERE seq IN"  # noqa: S608 - ours
            f" ({_DIRECTIONS[direction]} {order} LIMIT :limit OFFSET :offset) {order}",
            {"entity": entity_id, "limit": limit, "offset": offset},
        )
        return [text for (text,) in rows]

    def get(self, id_: str) -> Connection | None:
        """Return the record with exactly this id, if there is one."""
        if not id_.isascii():
            return None
        return self._first("WHERE id = ?", id_)

    def living(self, source_id: str, target_id: str) -> Connection | None:
        """Return the pair's Pending or Connected record, if there is one."""
        return self._first(
            "WHERE source_id = ? AND target_id = ? AND status IN ('Pending', 'Connected')",
            source_id,
            target_id,
        )

    def last_ended(self, source_id: str, target_id: str) -> Connection | None:
        """Return the pair's newest Disconnected record, if there is one."""
        return self._first(
            "WHERE source_id = ? AND target_id = ? AND status = ? ORDER BY seq DESC",
            source_id,
            target_id,
            DISCONNECTED,
        )

    def add(self, id_: str, source_id: str, target_id: str, status: str) -> None:
        """Create a record.

        Raises:
            sqlite3.IntegrityError: The pair has a living record already.
        """
        self._db.execute(
            "INSERT INTO connection (id, source_id, target_id, status) VALUES (?, ?, ?, ?)",
            (id_, source_id, target_id, status),
        )

    def set_status(self, id_: str, status: str) -> None:
        """Give a record another status.

        Raises:
            sqlite3.IntegrityError: That would be the pair's second living record.
        """
        self._db.execute("UPDATE connection SET status = ? WHERE id = ?", (status, id_))

    def remove(self, id_: str) -> None:
        """Delete a record."""
        self._db.execute("DELETE FROM connection WHERE id = ?", (id_,))

    def _first(self, condition: str, *values: str) -> Connection | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM connection {condition} LIMIT 1",  # noqa: S608 - ours
            values,
        ).fetchone()
        return Connection(*row) if row else None
