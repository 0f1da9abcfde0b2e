"""Reading the users of a tenant, each of whom owns one OAuth client (contract A2)."""

import sqlite3

from entity_connections.fake.model import User

_COLUMNS = "user.username, user.login, user.client_id, user.client_secret, user.home_entity_id"


class Users:
    """Reads users; they come in the order of the scenario."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> tuple[User, ...]:
        """Return all users."""
        return tuple(User(*row) for row in self._rows("ORDER BY seq"))

    def by_login(self, login: str) -> User | None:
        """Return the user with this login; None when there is none."""
        return self._first("WHERE login = ?", login)

    def by_client(self, client_id: str) -> User | None:
        """Return the owner of an OAuth client; None when there is none."""
        return self._first("WHERE client_id = ?", client_id)

    def by_token(self, token: str, now: float) -> tuple[User, str | None] | None:
        """Return the owner of a token, and the id of the entity it is restricted to (or None).

        None when the token does not exist or has expired at `now`.
        """
        row = self._db.execute(
            f"SELECT {_COLUMNS}, token.only_entity_id FROM token JOIN user USING (username)"  # noqa: S608 - constants
            " WHERE token = ? AND expires > ?",
            (token, now),
        ).fetchone()
        return (User(*row[:5]), row[5]) if row else None

    def _first(self, condition: str, value: str) -> User | None:
        try:
            row = self._rows(condition, value).fetchone()
        except UnicodeEncodeError:  # half a surrogate pair, which no login or id contains
            return None
        return User(*row) if row else None

    def _rows(self, condition: str, *values: str) -> sqlite3.Cursor:
        return self._db.execute(f"SELECT {_COLUMNS} FROM user {condition}", values)  # noqa: S608 - constants
