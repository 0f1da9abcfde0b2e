"""Requests that a user may enter other entities (contract C1, C4).

They are made in the user's home entity, and granted or denied in the other entity.
"""

import sqlite3
from collections.abc import Sequence

from entity_connections.fake.model import (
    ACCESS_DENIED,
    ACTIVE,
    ADMINISTRATOR,
    PENDING_REVIEW,
    PROVISIONED,
    STANDARD_USER,
    AccessStatus,
    Caller,
    User,
)
from entity_connections.fake.rules.refusal import Category, Refusal
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users


class AccessRequests:
    """The three changes; each must be called inside a transaction and may raise `Refusal`."""

    def __init__(self, db: sqlite3.Connection, hierarchy: Hierarchy, users: Users) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._users = users

    def request(self, caller: Caller, login: str, entity_ids: Sequence[str]) -> None:
        """Request access to all of these entities; if one is refused, nothing is requested.

        Access to entities that the caller administers too is granted at once.
        """
        user = self.user(login)
        home = self._hierarchy.display_name(user.home_entity_id)
        if caller.entity_id != user.home_entity_id or caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {home}, acting there, may request access for {login}.",
            )
        unique_ids = list(dict.fromkeys(entity_ids))
        refusals = [
            refusal for id_ in unique_ids if (refusal := self._find_refusal(caller, user, id_))
        ]
        if refusals:
            messages = [refusal.messages[0] for refusal in refusals[:10]]
            raise Refusal(refusals[0].category, *messages)
        for id_ in unique_ids:
            if self._hierarchy.role(caller.user.username, id_) == ADMINISTRATOR:
                self._grant(user, id_)
            else:
                self._set_status(user, id_, PENDING_REVIEW)

    def answer(self, caller: Caller, login: str, status: AccessStatus) -> None:
        """Grant or deny the request for access to the acting entity that is Pending Review."""
        user = self.user(login)
        name = self._hierarchy.display_name(caller.entity_id)
        if caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {name}, acting there, may grant or deny access to it.",
            )
        if self._read_status(user, caller.entity_id) != PENDING_REVIEW:
            message = f"No request of {user.login} for access to {name} is Pending Review."
            raise Refusal(Category.RULE, message)
        if status == ACTIVE:
            self._grant(user, caller.entity_id)
        else:
            self._set_status(user, caller.entity_id, ACCESS_DENIED)

    def user(self, login: str) -> User:
        """Return the user with this login; raise `Refusal` when there is none."""
        user = self._users.by_login(login)
        if user is None:
            raise Refusal(Category.NOT_FOUND, f"There is no user {login[:64]}.")
        return user

    def _find_refusal(self, caller: Caller, user: User, entity_id: str) -> Refusal | None:
        entity = self._hierarchy.entity(entity_id)
        if entity is None:
            return Refusal(Category.NOT_FOUND, f"There is no entity {entity_id[:64]}.")
        name = entity.display_name
        if entity.status != PROVISIONED:
            return Refusal(Category.RULE, f"{name} is not provisioned yet.")
        if self._hierarchy.role(caller.user.username, entity_id) is None:
            message = f"{caller.user.login} has no access to {name} and cannot request it."
            return Refusal(Category.PERMISSION, message)
        if self._hierarchy.role(user.username, entity_id) is not None:
            return Refusal(Category.RULE, f"{user.login} may enter {name} already.")
        if self._read_status(user, entity_id) == PENDING_REVIEW:
            message = f"The request of {user.login} for access to {name} is Pending Review already."
            return Refusal(Category.RULE, message)
        return None

    def _grant(self, user: User, entity_id: str) -> None:
        self._set_status(user, entity_id, ACTIVE)
        self._db.execute(
            "INSERT OR IGNORE INTO role VALUES (?, ?, ?)",
            (user.username, entity_id, STANDARD_USER),
        )

    def _set_status(self, user: User, entity_id: str, status: AccessStatus) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO access_request VALUES (?, ?, ?)",
            (user.username, entity_id, status),
        )

    def _read_status(self, user: User, entity_id: str) -> str | None:
        row = self._db.execute(
            "SELECT status FROM access_request WHERE username = ? AND entity_id = ?",
            (user.username, entity_id),
        ).fetchone()
        return row[0] if row else None
