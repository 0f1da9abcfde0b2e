"""Creating, changing, provisioning and removing entities (contract C1, C2, C4).

Each change must be called inside a transaction, and may raise `Refusal`.
"""

import re
from collections.abc import Mapping

from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED
from entity_connections.fake.model import (
    ADMINISTRATOR,
    LOCALE_PATTERN,
    MAX_ENTITIES,
    NAME_PATTERN,
    TIMEZONE_PATTERN,
    Caller,
    Entity,
)
from entity_connections.fake.refusal import broken_rule, forbidden, invalid_value, require_fields
from entity_connections.fake.state.hierarchy import normalize_entity_id
from entity_connections.fake.state.tenant_state import TenantState

CHANGEABLE_FIELDS = ("name", "displayName", "locale", "timezone")
REQUIRED_FIELDS = ("name", "parentId", "locale", "timezone")

_REQUIREMENTS: dict[str, tuple[re.Pattern[str], str]] = {
    "name": (NAME_PATTERN, "takes 1 to 255 letters A to Z, digits, spaces, periods and hyphens"),
    "displayName": (re.compile(r"(?s).{1,255}"), "takes 1 to 255 characters"),
    "locale": (LOCALE_PATTERN, "must be a language and a country, such as en_US"),
    "timezone": (TIMEZONE_PATTERN, "must be an IANA name, such as Europe/Paris"),
    "parentId": (re.compile(r"(?s).{1,36}"), "must be the id of an entity"),
}


def create(state: TenantState, caller: Caller, fields: Mapping[str, object]) -> Entity:
    """Create an unprovisioned entity; the caller becomes its administrator."""
    _check_permission(state, caller)
    require_fields(fields, *REQUIRED_FIELDS)
    values = _check_fields(fields)
    name = values["name"]
    entity = Entity(
        id=state.new_id(),
        name=name,
        display_name=values.get("displayName", name),
        parent_id=state.hierarchy.entity(normalize_entity_id(values["parentId"])).id,
        timezone=values["timezone"],
        status=UNPROVISIONED,
        locale=values["locale"],
    )
    if len(state.hierarchy.entities()) >= MAX_ENTITIES:
        raise broken_rule(f"A hierarchy has at most {MAX_ENTITIES} entities.")
    _check_name_is_free(state, entity)
    state.hierarchy.add(entity)
    state.db.execute(
        "INSERT INTO role VALUES (?, ?, ?)", (caller.user.name, entity.id, ADMINISTRATOR)
    )
    return entity


def change(state: TenantState, caller: Caller, id_: str, fields: Mapping[str, object]) -> None:
    """Change an unprovisioned entity."""
    _check_permission(state, caller)
    values = _check_fields(fields)
    entity = _get_unprovisioned(state, id_)
    if "displayName" in values:
        values["display_name"] = values.pop("displayName")
    entity = entity._replace(**values)
    _check_name_is_free(state, entity)
    state.hierarchy.update(entity)


def provision(state: TenantState, caller: Caller, id_: str) -> None:
    """Provision an entity; its parent must be provisioned already."""
    _check_permission(state, caller)
    entity = _get_unprovisioned(state, id_)
    parent = state.hierarchy.entity(entity.parent_id or "")
    if parent.status != PROVISIONED:
        raise broken_rule(f"{parent.display_name}, the parent, is not provisioned yet.")
    state.hierarchy.update(entity._replace(status=PROVISIONED))


def remove(state: TenantState, caller: Caller, id_: str) -> None:
    """Remove an unprovisioned entity, and every entity below it."""
    _check_permission(state, caller)
    entity = _get_unprovisioned(state, id_)
    state.db.execute("DELETE FROM entity WHERE id = ?", (entity.id,))  # and all that refers


def _check_permission(state: TenantState, caller: Caller) -> None:
    top = state.hierarchy.global_entity()
    if not caller.administers(top.id):
        raise forbidden(
            f"Only an administrator of {top.display_name}, the global entity, acting there,"
            " may change the hierarchy."
        )


def _get_unprovisioned(state: TenantState, id_: str) -> Entity:
    entity = state.hierarchy.entity(id_)
    if entity.status != UNPROVISIONED:
        raise broken_rule(
            f"{entity.display_name} is provisioned. Only an unprovisioned entity"
            " can be changed, provisioned or removed."
        )
    return entity


def _check_name_is_free(state: TenantState, entity: Entity) -> None:
    other = state.hierarchy.by_name(entity.name)
    if other is not None and other.id != entity.id:
        raise broken_rule(f"The name {entity.name} is taken. A name is unique in the hierarchy.")


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
