"""The tokens of real tenants, for the next process: Zuora counts the tokens that it gives.

A token is kept for minutes only, so that a right granted since is seen soon. The cache is a
convenience: where it cannot be read or written, the program works without it.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from entity_connections.domain.clock import monotonic, wall_time
from entity_connections.domain.secret import Secret
from entity_connections.services.storage.database import Database, DatabaseError
from entity_connections.services.storage.stored_values import INVALID, load_id

MAX_AGE = 300.0
"""Seconds for which another process uses a token, at most."""

_TOKEN = re.compile(r"[!-~]{1,8192}")
_SELECT = """
    SELECT token, entity_ids, saved_at, expires_at FROM token WHERE base_url = ? AND client_id = ?
"""


class Token(NamedTuple):
    """A token.

    Attributes:
        secret: the bearer token itself.
        renew_at: from when it is renewed, on the monotonic clock.
        entity_ids: normalized ids of the entities it is valid for, in Zuora's order;
            empty if the scope names none.
    """

    secret: Secret
    renew_at: float
    entity_ids: tuple[str, ...]


class TokenCache:
    """The cached token of one OAuth client, none without a path. Every method blocks."""

    def __init__(self, path: Path | None, base_url: str, client_id: str) -> None:
        self._database = Database(path)
        self._base_url, self._client_id = base_url, client_id

    def load(self) -> Token | None:
        """Return the token that was saved last, None where there is none of use."""
        with suppress(DatabaseError, *INVALID):
            with self._database.transaction() as connection:
                row = connection.execute(_SELECT, (self._base_url, self._client_id)).fetchone()
            token, entity_ids, saved_at, expires_at = row
            # A clock that was set back since says nothing about the age of a token.
            if float(saved_at) <= wall_time() < float(expires_at) and _TOKEN.fullmatch(token):
                ids = tuple(map(load_id, entity_ids.split()))
                renew_at = monotonic() + float(expires_at) - wall_time()
                return Token(Secret(token), renew_at, ids)
        return None

    def save(self, token: Token) -> None:
        """Replace the token that was saved before."""
        now = wall_time()
        expires_at = now + min(token.renew_at - monotonic(), MAX_AGE)
        ids = " ".join(token.entity_ids)
        row = self._base_url, self._client_id, token.secret.get_secret_value(), ids, now, expires_at
        with suppress(DatabaseError):
            self._write("REPLACE INTO token VALUES (?, ?, ?, ?, ?, ?)", *row)

    def remove_all(self) -> None:
        """Remove the tokens of all OAuth clients of the tenant.

        Raises:
            DatabaseError: the file cannot be written.
        """
        if self._database.path is not None and self._database.path.exists():
            self._write("DELETE FROM token WHERE base_url = ?", self._base_url)

    def _write(self, statement: str, *values: str | float) -> None:
        with self._database.transaction(write=True) as connection:
            connection.execute("PRAGMA secure_delete = ON")  # no old token stays in the file
            connection.execute(statement, values)
