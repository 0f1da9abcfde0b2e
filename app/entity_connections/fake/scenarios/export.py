"""A tenant as data: what a scenario file says, and the text of one."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from entity_connections.fake.scenarios.model import (
    ADMINISTRATOR,
    PROVISIONED,
    STANDARD_USER,
    AccessRequest,
    Connection,
    Entity,
    Role,
    Scenario,
)
from entity_connections.fake.state import settings
from entity_connections.fake.state.database import decoded
from entity_connections.fake.state.users import Users

Data = dict[str, Any]


class NoTomlError(ValueError):
    """Something in the data has no TOML; JSON can hold it."""


def scenario_of(db: sqlite3.Connection) -> Scenario:
    """Return the state of a tenant as a scenario; tokens and stored answers are left out."""
    db.execute("BEGIN")  # everything as it is at one moment
    try:
        roles: dict[str, dict[str, Role]] = {}
        for username, entity_id, role in db.execute(
            "SELECT username, entity_id, role FROM role JOIN entity ON id = entity_id ORDER BY seq"
        ):
            roles.setdefault(username, {})[entity_id] = role
        return Scenario(
            tenant_id=settings.get(db, settings.TENANT_ID),
            entities=tuple(
                Entity(*row)._replace(display_name=decoded(row[2]))
                for row in db.execute(
                    "SELECT id, name, display_name, parent_id, timezone, status, locale"
                    " FROM entity ORDER BY seq"
                )
            ),
            connections=tuple(
                Connection(*row)
                for row in db.execute(
                    "SELECT id, source_id, target_id, status FROM connection ORDER BY seq"
                )
            ),
            users=Users(db).all(),
            roles=roles,
            policy=settings.policy(db),
            access=tuple(
                AccessRequest(*row)
                for row in db.execute("SELECT username, entity_id, status FROM access_request")
            ),
            faults=settings.faults(db),
        )
    finally:
        db.execute("ROLLBACK")


def as_data(scenario: Scenario) -> Data:
    """Return a scenario as its file says it; `scenario_file.from_data` reads it back."""
    names = {one.id: one.name for one in scenario.entities}
    data: Data = {
        "tenant_id": scenario.tenant_id,
        "policy": scenario.policy.words(),
        "entities": [_entity(one, names) for one in scenario.entities],
        "users": [
            {
                "username": one.username,
                "login": one.login,
                "client_id": one.client_id,
                "client_secret": one.client_secret,
                "home": names.get(one.home_entity_id, one.home_entity_id),
                **_roles(scenario.roles.get(one.username, {}), scenario),
            }
            for one in scenario.users
        ],
        "connections": [
            {
                "source": names.get(one.source_id, one.source_id),
                "target": names.get(one.target_id, one.target_id),
                "status": one.status,
                "id": one.id,
            }
            for one in scenario.connections
        ],
        "access_requests": [
            {
                "username": one.username,
                "entity": names.get(one.entity_id, one.entity_id),
                "status": one.status,
            }
            for one in scenario.access
        ],
    }
    if scenario.faults:
        data["faults"] = list(scenario.faults)
    return data


def as_json(data: Data) -> str:
    """Return data as JSON in ASCII, so that no terminal obeys what a name holds."""
    return json.dumps(data, indent=2)


def as_toml(data: Data) -> str:
    """Return data as TOML in which everything that cannot be printed is escaped.

    Raises:
        NoTomlError: A text in it holds half a surrogate pair.
    """
    plain = [f"{key} = {_value(value)}" for key, value in data.items() if not _is_table(value)]
    blocks = ["\n".join(plain)]
    for key, value in data.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{key}]\n{_pairs(value)}")
        elif _is_table(value):
            blocks += [f"[[{key}]]\n{_pairs(one)}" for one in value]
    return "\n\n".join(blocks)


def _entity(one: Entity, names: Mapping[str, str]) -> Data:
    found: Data = {"name": one.name, "id": one.id}
    if one.display_name != one.name:
        found["display_name"] = one.display_name
    if one.parent_id is not None:
        found["parent"] = names[one.parent_id]
    return found | {"timezone": one.timezone, "locale": one.locale, "status": one.status}


def _roles(roles: Mapping[str, Role], scenario: Scenario) -> Data:
    every = {one.id for one in scenario.entities if one.status == PROVISIONED}
    found: Data = {}
    for key, role in (("administrator", ADMINISTRATOR), ("standard_user", STANDARD_USER)):
        ids = {id_ for id_, held in roles.items() if held == role}
        if every <= ids:
            found[key] = ["*", *(one.name for one in scenario.entities if one.id in ids - every)]
        else:
            found[key] = [one.name for one in scenario.entities if one.id in ids]
    return found


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _pairs(table: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    inside = ", ".join(map(_value, value))
    if len(inside) < 90:
        return f"[{inside}]"
    return "[\n" + "".join(f"    {_value(one)},\n" for one in value) + "]"


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    number = ord(char)
    if 0xD800 <= number <= 0xDFFF:
        raise NoTomlError("A name holds half a surrogate pair, which has no TOML.")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
