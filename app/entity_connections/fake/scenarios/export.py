"""Writing a scenario as the data and the text of a scenario file."""

import json
from collections.abc import Mapping
from typing import Any

from entity_connections.fake.model import ADMINISTRATOR, STANDARD_USER, Entity, Role, Scenario, User

Data = dict[str, Any]


class NotTomlError(ValueError):
    """The data contains text that TOML cannot hold; JSON can."""


def scenario_to_data(scenario: Scenario) -> Data:
    """Return the data of a scenario file, from which `build_scenario` makes the same scenario."""
    names = {entity.id: entity.name for entity in scenario.entities}

    def list_entities(user: User, role: Role) -> list[str]:
        roles = scenario.roles.get(user.name, {})
        return [names[id_] for id_, user_role in roles.items() if user_role == role]

    data = {
        "tenant_id": scenario.tenant_id,
        "faults": list(scenario.faults),
        "policy": scenario.policy.as_dict(),
        "entities": [_entity_data(entity, names) for entity in scenario.entities],
        "users": [
            {
                "name": user.name,
                "username": user.username,
                "client_id": user.client_id,
                "client_secret": user.client_secret,
                "home": names[user.home_entity_id],
                "administrator": list_entities(user, ADMINISTRATOR),
                "standard_user": list_entities(user, STANDARD_USER),
            }
            for user in scenario.users
        ],
        "connections": [
            {
                "source": names.get(source_id, source_id),
                "target": names.get(target_id, target_id),
                "status": status,
                "id": id_,
            }
            for id_, source_id, target_id, status in scenario.connections
        ],
        "access_requests": [
            {"user": user, "entity": names[entity_id], "status": status}
            for user, entity_id, status in scenario.access_requests
        ],
    }
    return {key: value for key, value in data.items() if value}


def to_json(data: Data) -> str:
    """Return data as JSON in ASCII, which holds no character that acts on a terminal."""
    return json.dumps(data, indent=2)


def to_toml(data: Data) -> str:
    """Return data as TOML in which every character that cannot be printed is escaped.

    Half of a surrogate pair raises `NotTomlError`.
    """
    import tomlkit

    return "".join(map(_escape, tomlkit.dumps(data)))


def _entity_data(entity: Entity, names: Mapping[str, str]) -> Data:
    data = {
        "name": entity.name,
        "id": entity.id,
        "display_name": entity.display_name if entity.display_name != entity.name else None,
        "parent": names.get(entity.parent_id or ""),
        "timezone": entity.timezone,
        "locale": entity.locale,
        "status": entity.status,
    }
    return {key: value for key, value in data.items() if value is not None}


def _escape(char: str) -> str:
    """Return a character of a TOML text; what tomlkit leaves unescaped occurs in strings only."""
    if char.isprintable() or char == "\n":
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise NotTomlError("A name holds half a surrogate pair, which has no TOML.")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
