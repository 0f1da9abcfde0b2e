"""Making, changing, provisioning and removing entities (contract C1, C2, C4)."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from entity_connections.fake.api.answers import Category, Refusal
from entity_connections.fake.scenarios.model import (
    ADMINISTRATOR,
    PROVISIONED,
    UNPROVISIONED,
    Caller,
    Entity,
)
from entity_connections.fake.state.database import encoded
from entity_connections.fake.state.hierarchy import Hierarchy, entity_id

MOST = 512
"""Entities in a hierarchy, the global one included."""
NAME = re.compile(r"[A-Za-z0-9 .-]{1,255}")
"""What an entity may be called."""
LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
TIMEZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")

CHANGEABLE = ("name", "displayName", "locale", "timezone")
NEEDED = ("name", "parentId", "locale", "timezone")

_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "name": (NAME, "name takes 1 to 255 letters A to Z, digits, spaces, periods and hyphens."),
    "displayName": (re.compile(r"(?s).{1,255}"), "displayName takes 1 to 255 characters."),
    "locale": (LOCALE, "locale must be a language and a country, such as en_US."),
    "timezone": (TIMEZONE, "timezone must be an IANA name, such as Europe/Paris."),
    "parentId": (re.compile(r"(?s).{1,36}"), "parentId must be the id of an entity."),
}


class Provisioning:
    """The four changes; each is called inside a transaction and may raise `Refusal`."""

    def __init__(
        self, db: sqlite3.Connection, hierarchy: Hierarchy, new_id: Callable[[], str]
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._new_id = new_id

    def create(self, caller: Caller, fields: Mapping[str, object]) -> Entity:
        """Make an entity, Unprovisioned; who makes it is its administrator."""
        self._check_caller(caller)
        given = _checked(fields, needed=NEEDED)
        parent = self._existing(entity_id(given["parentId"]))
        if len(self._hierarchy.entities()) >= MOST:
            raise Refusal(Category.RULE, f"A hierarchy has at most {MOST} entities.")
        self._check_free(given["name"], "")
        made = Entity(
            self._new_id(), given["name"], given.get("displayName", given["name"]), parent.id,
            given["timezone"], UNPROVISIONED, given["locale"],
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            made._replace(display_name=encoded(made.display_name)),  # type: ignore[arg-type]
        )
        self._db.execute(
            "INSERT INTO role VALUES (?, ?, ?)", (caller.user.username, made.id, ADMINISTRATOR)
        )
        return made

    def change(self, caller: Caller, id_: str, fields: Mapping[str, object]) -> None:
        """Change an entity that is not provisioned yet."""
        self._check_caller(caller)
        given = _checked(fields)
        entity = self._unprovisioned(id_, "changed")
        if "name" in given:
            self._check_free(given["name"], entity.id)
        self._db.execute(
            "UPDATE entity SET name = ?, display_name = ?, locale = ?, timezone = ? WHERE id = ?",
            (
                given.get("name", entity.name),
                encoded(given.get("displayName", entity.display_name)),
                given.get("locale", entity.locale),
                given.get("timezone", entity.timezone),
                entity.id,
            ),
        )

    def provision(self, caller: Caller, id_: str) -> None:
        """Make an entity one that can be entered; its parent must be one already."""
        self._check_caller(caller)
        entity = self._unprovisioned(id_, "provisioned")
        parent = self._existing(entity.parent_id or "")
        if parent.status != PROVISIONED:
            message = f"{parent.display_name}, the parent, is not provisioned yet."
            raise Refusal(Category.RULE, message)
        self._db.execute("UPDATE entity SET status = ? WHERE id = ?", (PROVISIONED, entity.id))

    def remove(self, caller: Caller, id_: str) -> None:
        """Remove an entity that is not provisioned yet, and every entity below it."""
        self._check_caller(caller)
        entity = self._unprovisioned(id_, "removed")
        self._db.execute("PRAGMA defer_foreign_keys = ON")
        below = (
            "WITH RECURSIVE below (id) AS (VALUES (?) UNION"
            " SELECT entity.id FROM entity JOIN below ON entity.parent_id = below.id)"
        )
        for table, column in (("role", "entity_id"), ("access_request", "entity_id")):
            self._db.execute(
                f"{below} DELETE FROM {table} WHERE {column} IN below",  # noqa: S608 - ours
                (entity.id,),
            )
        self._db.execute(f"{below} DELETE FROM entity WHERE id IN below", (entity.id,))  # noqa: S608 - ours

    def _check_caller(self, caller: Caller) -> None:
        top = self._hierarchy.top()
        if caller.entity_id != top.id or caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {top.display_name}, the global entity, acting there,"
                " may change the hierarchy.",
            )

    def _existing(self, id_: str) -> Entity:
        entity = self._hierarchy.entity(id_)
        if entity is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {id_[:64]}.")
        return entity

    def _unprovisioned(self, id_: str, done: str) -> Entity:
        entity = self._existing(id_)
        if entity.status != UNPROVISIONED:
            raise Refusal(
                Category.RULE,
                f"{entity.display_name} is provisioned. Only an unprovisioned entity"
                f" can be {done}.",
            )
        return entity

    def _check_free(self, name: str, id_: str) -> None:
        row = self._db.execute("SELECT id FROM entity WHERE name = ?", (name,)).fetchone()
        if row and row[0] != id_:
            message = f"The name {name} is taken. A name is unique in the hierarchy."
            raise Refusal(Category.RULE, message)


def _checked(fields: Mapping[str, object], needed: tuple[str, ...] = ()) -> dict[str, str]:
    missing = [f"{name} is missing." for name in needed if fields.get(name) is None]
    if missing:
        raise Refusal(Category.MISSING_FIELD, *missing, status=400)
    found: dict[str, str] = {}
    mistakes = []
    for name, value in fields.items():
        form, sentence = _FORMS[name]
        if value is None and name == "displayName":
            continue
        if isinstance(value, str) and form.fullmatch(value):
            found[name] = value
        else:
            mistakes.append(sentence)
    if mistakes:
        raise Refusal(Category.INVALID_VALUE, *mistakes, status=400)
    return found
