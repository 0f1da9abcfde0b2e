"""Writing a scenario as the data and the text of a scenario file."""

import json
from collections.abc import Mapping
from typing import Any

from entity_connections.fake.model import (
    ADMINISTRATOR,
    PROVISIONED,
    STANDARD_USER,
    Entity,
    Role,
    Scenario,
)

Data = dict[str, Any]


class NotTomlError(ValueError):
    """The data contains text that TOML cannot hold; JSON can."""


def scenario_to_data(scenario: Scenario) -> Data:
    """Return the data of a scenario file, from which `parse_scenario` makes the same scenario."""
    names = {entity.id: entity.name for entity in scenario.entities}
    data: Data = {"tenant_id": scenario.tenant_id}
    if scenario.faults:
        data["faults"] = list(scenario.faults)
    data["policy"] = scenario.policy.as_dict()
    data["entities"] = [_entity_data(entity, names) for entity in scenario.entities]
    data["users"] = [
        {
            "username": user.username,
            "login": user.login,
            "client_id": user.client_id,
            "client_secret": user.client_secret,
            "home": names.get(user.home_entity_id, user.home_entity_id),
            **_roles_data(scenario.roles.get(user.username, {}), scenario.entities),
        }
        for user in scenario.users
    ]
    data["connections"] = [
        {
            "source": names.get(connection.source_id, connection.source_id),
            "target": names.get(connection.target_id, connection.target_id),
            "status": connection.status,
            "id": connection.id,
        }
        for connection in scenario.connections
    ]
    data["access_requests"] = [
        {
            "username": request.username,
            "entity": names.get(request.entity_id, request.entity_id),
            "status": request.status,
        }
        for request in scenario.access_requests
    ]
    return {key: value for key, value in data.items() if value}


def to_json(data: Data) -> str:
    """Return data as JSON in ASCII, which holds no character that acts on a terminal."""
    return json.dumps(data, indent=2)


def to_toml(data: Data) -> str:
    """Return data as TOML in which every character that cannot be printed is escaped.

    Raises:
        NotTomlError: A text contains half of a surrogate pair.
    """
    import tomlkit

    return "".join(map(_escape, tomlkit.dumps(data)))


def _entity_data(entity: Entity, names: Mapping[str, str]) -> Data:
    data: Data = {"name": entity.name, "id": entity.id}
    if entity.display_name != entity.name:
        data["display_name"] = entity.display_name
    if entity.parent_id is not None:
        data["parent"] = names[entity.parent_id]
    return data | {
        "timezone": entity.timezone,
        "locale": entity.locale,
        "status": entity.status,
    }


def _roles_data(roles: Mapping[str, Role], entities: tuple[Entity, ...]) -> Data:
    provisioned_ids = {entity.id for entity in entities if entity.status == PROVISIONED}
    data: Data = {}
    for key, role in (("administrator", ADMINISTRATOR), ("standard_user", STANDARD_USER)):
        ids = {id_ for id_, held_role in roles.items() if held_role == role}
        names: list[str] = []
        if provisioned_ids <= ids:
            names, ids = ["*"], ids - provisioned_ids
        data[key] = [*names, *(entity.name for entity in entities if entity.id in ids)]
    return data


def _escape(char: str) -> str:
    """Return a character of a TOML text; what tomlkit leaves unescaped occurs in strings only."""
    if char.isprintable() or char == "\n":
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise NotTomlError("A name holds half a surrogate pair, which has no TOML.")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
