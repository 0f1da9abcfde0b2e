"""The users of a tenant, each of whom owns one OAuth client (contract A2)."""

import sqlite3
from typing import Literal

from entity_connections.fake.model import User
from entity_connections.fake.state.database import select_one

_SELECT = "SELECT name, username, client_id, client_secret, home_entity_id FROM user"


class Users:
    """Reads and writes users; they come in the order of the scenario."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> tuple[User, ...]:
        """Return all users."""
        return tuple(User(*row) for row in self._db.execute(f"{_SELECT} ORDER BY seq"))

    def find(self, column: Literal["username", "client_id"], value: str) -> User | None:
        """Return the user with this username or OAuth client; None when there is none."""
        row = select_one(self._db, f"{_SELECT} WHERE {column} = ?", [value])
        return User(*row) if row else None

    def find_by_token(self, token: str, now: float) -> tuple[User, str | None] | None:
        """Return the owner of a token, and the id of the only entity that the token is for.

        The id is None when the token is for all entities of the owner. None when there is no
        such token, or it has expired at `now`.
        """
        row = self._db.execute(
            "SELECT name, username, client_id, client_secret, home_entity_id, only_entity_id"
            " FROM token JOIN user ON name = user WHERE token = ? AND expires > ?",
            (token, now),
        ).fetchone()
        return (User(*row[:-1]), row[-1]) if row else None

    def add(self, user: User) -> None:
        """Add a user."""
        self._db.execute(
            "INSERT INTO user (name, username, client_id, client_secret, home_entity_id)"
            " VALUES (?, ?, ?, ?, ?)",
            (user.name, user.username, user.client_id, user.client_secret, user.home_entity_id),
        )
