"""The people of a tenant, each the owner of one OAuth client (contract A2)."""

import sqlite3

from entity_connections.fake.scenarios.model import User

_COLUMNS = "user.username, user.login, user.client_id, user.client_secret, user.home_entity_id"


class Users:
    """Reads users; the list is in the order of the scenario."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> tuple[User, ...]:
        """Return everyone."""
        return tuple(User(*row) for row in self._rows("ORDER BY seq"))

    def by_login(self, login: str) -> User | None:
        """Return the user with exactly this login name."""
        return self._first("WHERE login = ?", login)

    def by_client(self, client_id: str) -> User | None:
        """Return the owner of an OAuth client."""
        return self._first("WHERE client_id = ?", client_id)

    def by_token(self, token: str, now: float) -> tuple[User, str | None] | None:
        """Return who a token was issued to, and the one entity it is narrowed to, if any."""
        row = self._db.execute(
            f"SELECT {_COLUMNS}, token.only_entity_id FROM token JOIN user USING (username)"  # noqa: S608 - ours
            " WHERE token = ? AND expires > ?",
            (token, now),
        ).fetchone()
        return (User(*row[:5]), row[5]) if row else None

    def _first(self, condition: str, value: str) -> User | None:
        try:
            row = self._rows(condition, value).fetchone()
        except UnicodeEncodeError:  # half a surrogate pair: nobody is called that
            return None
        return User(*row) if row else None

    def _rows(self, condition: str, *values: str) -> sqlite3.Cursor:
        return self._db.execute(f"SELECT {_COLUMNS} FROM user {condition}", values)  # noqa: S608 - ours
