"""Creating, changing, provisioning and removing entities (contract C1, C2, C4)."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from entity_connections.fake.model import (
    ADMINISTRATOR,
    LOCALE_PATTERN,
    MAX_ENTITIES,
    NAME_PATTERN,
    PROVISIONED,
    TIMEZONE_PATTERN,
    UNPROVISIONED,
    Caller,
    Entity,
)
from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state.database import encode_display_name
from entity_connections.fake.state.hierarchy import Hierarchy, normalize_entity_id

CHANGEABLE_FIELDS = ("name", "displayName", "locale", "timezone")
REQUIRED_FIELDS = ("name", "parentId", "locale", "timezone")

_PATTERNS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "name": (
        NAME_PATTERN,
        "name takes 1 to 255 letters A to Z, digits, spaces, periods and hyphens.",
    ),
    "displayName": (re.compile(r"(?s).{1,255}"), "displayName takes 1 to 255 characters."),
    "locale": (LOCALE_PATTERN, "locale must be a language and a country, such as en_US."),
    "timezone": (TIMEZONE_PATTERN, "timezone must be an IANA name, such as Europe/Paris."),
    "parentId": (re.compile(r"(?s).{1,36}"), "parentId must be the id of an entity."),
}


class Provisioning:
    """The four changes; each must be called inside a transaction and may raise `Refusal`."""

    def __init__(
        self, db: sqlite3.Connection, hierarchy: Hierarchy, new_id: Callable[[], str]
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._new_id = new_id

    def create(self, caller: Caller, fields: Mapping[str, object]) -> Entity:
        """Create an unprovisioned entity; the caller becomes its administrator."""
        self._check_permission(caller)
        values = _check_fields(fields, required=REQUIRED_FIELDS)
        parent = self._get_entity(normalize_entity_id(values["parentId"]))
        if len(self._hierarchy.entities()) >= MAX_ENTITIES:
            raise Refusal(Category.RULE, f"A hierarchy has at most {MAX_ENTITIES} entities.")
        self._check_name_is_free(values["name"], "")
        entity = Entity(
            self._new_id(), values["name"], values.get("displayName", values["name"]), parent.id,
            values["timezone"], UNPROVISIONED, values["locale"],
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO entity (id, name, display_name, parent_id, timezone, status, locale)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            entity._replace(display_name=encode_display_name(entity.display_name)),  # type: ignore[arg-type]
        )
        self._db.execute(
            "INSERT INTO role VALUES (?, ?, ?)", (caller.user.username, entity.id, ADMINISTRATOR)
        )
        return entity

    def change(self, caller: Caller, id_: str, fields: Mapping[str, object]) -> None:
        """Change an unprovisioned entity."""
        self._check_permission(caller)
        values = _check_fields(fields)
        entity = self._get_unprovisioned(id_, "changed")
        if "name" in values:
            self._check_name_is_free(values["name"], entity.id)
        self._db.execute(
            "UPDATE entity SET name = ?, display_name = ?, locale = ?, timezone = ? WHERE id = ?",
            (
                values.get("name", entity.name),
                encode_display_name(values.get("displayName", entity.display_name)),
                values.get("locale", entity.locale),
                values.get("timezone", entity.timezone),
                entity.id,
            ),
        )

    def provision(self, caller: Caller, id_: str) -> None:
        """Provision an entity; its parent must be provisioned already."""
        self._check_permission(caller)
        entity = self._get_unprovisioned(id_, "provisioned")
        parent = self._get_entity(entity.parent_id or "")
        if parent.status != PROVISIONED:
            message = f"{parent.display_name}, the parent, is not provisioned yet."
            raise Refusal(Category.RULE, message)
        self._db.execute("UPDATE entity SET status = ? WHERE id = ?", (PROVISIONED, entity.id))

    def remove(self, caller: Caller, id_: str) -> None:
        """Remove an unprovisioned entity, and every entity below it."""
        self._check_permission(caller)
        entity = self._get_unprovisioned(id_, "removed")
        self._db.execute("PRAGMA defer_foreign_keys = ON")
        below = (
            "WITH RECURSIVE below (id) AS (VALUES (?) UNION"
            " SELECT entity.id FROM entity JOIN below ON entity.parent_id = below.id)"
        )
        for table, column in (
            ("role", "entity_id"),
            ("access_request", "entity_id"),
            ("entity", "id"),
        ):
            self._db.execute(
                f"{below} DELETE FROM {table} WHERE {column} IN below",  # noqa: S608 - constants
                (entity.id,),
            )

    def _check_permission(self, caller: Caller) -> None:
        top = self._hierarchy.global_entity()
        if caller.entity_id != top.id or caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {top.display_name}, the global entity, acting there,"
                " may change the hierarchy.",
            )

    def _get_entity(self, id_: str) -> Entity:
        entity = self._hierarchy.entity(id_)
        if entity is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {id_[:64]}.")
        return entity

    def _get_unprovisioned(self, id_: str, participle: str) -> Entity:
        entity = self._get_entity(id_)
        if entity.status != UNPROVISIONED:
            raise Refusal(
                Category.RULE,
                f"{entity.display_name} is provisioned. Only an unprovisioned entity"
                f" can be {participle}.",
            )
        return entity

    def _check_name_is_free(self, name: str, id_: str) -> None:
        row = self._db.execute("SELECT id FROM entity WHERE name = ?", (name,)).fetchone()
        if row and row[0] != id_:
            message = f"The name {name} is taken. A name is unique in the hierarchy."
            raise Refusal(Category.RULE, message)


def _check_fields(fields: Mapping[str, object], required: tuple[str, ...] = ()) -> dict[str, str]:
    missing = [f"{name} is missing." for name in required if fields.get(name) is None]
    if missing:
        raise Refusal(Category.MISSING_FIELD, *missing, status=400)
    values: dict[str, str] = {}
    mistakes = []
    for name, value in fields.items():
        pattern, requirement = _PATTERNS[name]
        if value is None and name == "displayName":
            continue
        if isinstance(value, str) and pattern.fullmatch(value):
            values[name] = value
        else:
            mistakes.append(requirement)
    if mistakes:
        raise invalid_value(*mistakes)
    return values
