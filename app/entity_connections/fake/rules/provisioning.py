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
from entity_connections.fake.refusal import (
    Category,
    Refusal,
    broken_rule,
    forbidden,
    invalid_value,
)
from entity_connections.fake.state.hierarchy import Hierarchy, normalize_entity_id

CHANGEABLE_FIELDS = ("name", "displayName", "locale", "timezone")
REQUIRED_FIELDS = ("name", "parentId", "locale", "timezone")

_REQUIREMENTS: dict[str, tuple[re.Pattern[str], str]] = {
    "name": (NAME_PATTERN, "takes 1 to 255 letters A to Z, digits, spaces, periods and hyphens"),
    "displayName": (re.compile(r"(?s).{1,255}"), "takes 1 to 255 characters"),
    "locale": (LOCALE_PATTERN, "must be a language and a country, such as en_US"),
    "timezone": (TIMEZONE_PATTERN, "must be an IANA name, such as Europe/Paris"),
    "parentId": (re.compile(r"(?s).{1,36}"), "must be the id of an entity"),
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
        missing = [f"{name} is missing." for name in REQUIRED_FIELDS if fields.get(name) is None]
        if missing:
            raise Refusal(Category.MISSING_FIELD, *missing, status=400)
        values = _check_fields(fields)
        name = values["name"]
        entity = Entity(
            id=self._new_id(),
            name=name,
            display_name=values.get("displayName", name),
            parent_id=self._hierarchy.entity(normalize_entity_id(values["parentId"])).id,
            timezone=values["timezone"],
            status=UNPROVISIONED,
            locale=values["locale"],
        )
        if len(self._hierarchy.entities()) >= MAX_ENTITIES:
            raise broken_rule(f"A hierarchy has at most {MAX_ENTITIES} entities.")
        self._check_name_is_free(entity)
        self._hierarchy.add(entity)
        self._db.execute(
            "INSERT INTO role VALUES (?, ?, ?)", (caller.user.username, entity.id, ADMINISTRATOR)
        )
        return entity

    def change(self, caller: Caller, id_: str, fields: Mapping[str, object]) -> None:
        """Change an unprovisioned entity."""
        self._check_permission(caller)
        values = _check_fields(fields)
        entity = self._get_unprovisioned(id_)
        entity = entity._replace(
            name=values.get("name", entity.name),
            display_name=values.get("displayName", entity.display_name),
            locale=values.get("locale", entity.locale),
            timezone=values.get("timezone", entity.timezone),
        )
        self._check_name_is_free(entity)
        self._hierarchy.update(entity)

    def provision(self, caller: Caller, id_: str) -> None:
        """Provision an entity; its parent must be provisioned already."""
        self._check_permission(caller)
        entity = self._get_unprovisioned(id_)
        parent = self._hierarchy.entity(entity.parent_id or "")
        if parent.status != PROVISIONED:
            raise broken_rule(f"{parent.display_name}, the parent, is not provisioned yet.")
        self._hierarchy.update(entity._replace(status=PROVISIONED))

    def remove(self, caller: Caller, id_: str) -> None:
        """Remove an unprovisioned entity, and every entity below it."""
        self._check_permission(caller)
        entity = self._get_unprovisioned(id_)
        self._db.execute("DELETE FROM entity WHERE id = ?", (entity.id,))  # and all that refers

    def _check_permission(self, caller: Caller) -> None:
        top = self._hierarchy.global_entity()
        if not caller.administers(top.id):
            raise forbidden(
                f"Only an administrator of {top.display_name}, the global entity, acting there,"
                " may change the hierarchy."
            )

    def _get_unprovisioned(self, id_: str) -> Entity:
        entity = self._hierarchy.entity(id_)
        if entity.status != UNPROVISIONED:
            raise broken_rule(
                f"{entity.display_name} is provisioned. Only an unprovisioned entity"
                " can be changed, provisioned or removed."
            )
        return entity

    def _check_name_is_free(self, entity: Entity) -> None:
        other = self._hierarchy.by_name(entity.name)
        if other is not None and other.id != entity.id:
            raise broken_rule(
                f"The name {entity.name} is taken. A name is unique in the hierarchy."
            )


def _check_fields(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the values; a displayName that is null counts as left out."""
    values: dict[str, str] = {}
    mistakes = []
    for name, value in fields.items():
        pattern, requirement = _REQUIREMENTS[name]
        if isinstance(value, str) and pattern.fullmatch(value):
            values[name] = value
        elif value is not None or name != "displayName":
            mistakes.append(f"{name} {requirement}.")
    if mistakes:
        raise invalid_value(*mistakes)
    return values
