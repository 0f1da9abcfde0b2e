"""Making a scenario from a file; the parts that refer to each other are checked here."""

import json
import tomllib
from collections.abc import Sequence
from hashlib import sha256

from pydantic import ValidationError

from entity_connections.domain.ids import hyphenate_id
from entity_connections.domain.words import suggest
from entity_connections.fake.model import (
    ADMINISTRATOR,
    CONNECTED,
    PENDING,
    PROVISIONED,
    STANDARD_USER,
    UNPROVISIONED,
    AccessRequest,
    Connection,
    Entity,
    Role,
    Scenario,
    User,
)
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.file_schema import (
    AccessRequestEntry,
    ConnectionEntry,
    ScenarioFile,
    UserEntry,
    describe_error,
)
from entity_connections.fake.scenarios.loader import ScenarioFileError

_MAX_PROBLEMS = 20
"""The most problems of one file that are reported."""
_HEX_DIGITS = frozenset("0123456789abcdef")


def parse_scenario(content: bytes, file_name: str, *, as_json: bool) -> Scenario:
    """Return the scenario in the content of a file.

    Args:
        content: The content.
        file_name: The name of the file, for messages.
        as_json: Whether the content is JSON; otherwise it is TOML.

    Raises:
        ScenarioFileError: The content cannot be used.
    """
    try:
        text = content.decode("utf-8")
        data = json.loads(text) if as_json else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ScenarioFileError(f"{file_name}: byte {error.start + 1} is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        language = "JSON" if as_json else "TOML"
        raise ScenarioFileError(f"{file_name} is not {language}: {error}.") from None
    try:
        file = ScenarioFile.model_validate(data)
    except ValidationError as error:
        raise _file_error(file_name, [describe_error(e) for e in error.errors()]) from None
    builder = _ScenarioBuilder(file)
    scenario = builder.build()
    problems = builder.problems + _find_conflicts(scenario) + _find_tree_problems(scenario.entities)
    if problems:
        raise _file_error(file_name, problems)
    return scenario


def _file_error(file_name: str, problems: Sequence[str]) -> ScenarioFileError:
    lines = [f"{file_name}: {problem}" for problem in problems[:_MAX_PROBLEMS]]
    if len(problems) > _MAX_PROBLEMS:
        lines.append(f"and {len(problems) - _MAX_PROBLEMS} more.")
    return ScenarioFileError("\n".join(lines))


class _ScenarioBuilder:
    """Turns the entries of a file into a scenario, and collects references that lead nowhere.

    Places in problems count from 1.
    """

    def __init__(self, file: ScenarioFile) -> None:
        self._file = file
        self._ids = {
            entity.name: entity.id or self._make_id("entity", entity.name)
            for entity in file.entities
        }
        self.problems: list[str] = []

    def build(self) -> Scenario:
        file = self._file
        entities = self._build_entities()
        return Scenario(
            tenant_id=file.tenant_id,
            entities=entities,
            connections=tuple(
                self._build_connection(number, entry)
                for number, entry in enumerate(file.connections, 1)
            ),
            users=tuple(
                self._build_user(f"users {number}", entry, entities)
                for number, entry in enumerate(file.users, 1)
            ),
            roles={
                entry.username: self._build_roles(f"users {number}", entry, entities)
                for number, entry in enumerate(file.users, 1)
            },
            policy=Policy().with_values(file.policy.model_dump(by_alias=True)),
            access_requests=tuple(
                self._build_access_request(f"access_requests {number}", entry)
                for number, entry in enumerate(file.access_requests, 1)
            ),
            faults=tuple(file.faults),
        )

    def _build_entities(self) -> tuple[Entity, ...]:
        return tuple(
            Entity(
                self._ids[entry.name],
                entry.name,
                entry.name if entry.display_name is None else entry.display_name,
                None
                if entry.parent is None
                else self._resolve(f"entities {number}, parent", entry.parent),
                entry.timezone,
                entry.status,
                entry.locale,
            )
            for number, entry in enumerate(self._file.entities, 1)
        )

    def _build_user(self, place: str, entry: UserEntry, entities: Sequence[Entity]) -> User:
        if entry.home is None:
            home_id = next((entity.id for entity in entities if entity.parent_id is None), "")
        else:
            home_id = self._resolve(f"{place}, home", entry.home)
        if any(entity.id == home_id and entity.status == UNPROVISIONED for entity in entities):
            self.problems.append(f"{place}, home: {entry.home} is not provisioned.")
        client_id = hyphenate_id(sha256(f"client/{entry.username}".encode()).hexdigest()[:32])
        return User(
            entry.username,
            entry.login or f"{entry.username}@tenant-{self._file.tenant_id}.example",
            entry.client_id or client_id,
            entry.client_secret or f"not/a+secret={entry.username}"[:42],
            home_id,
        )

    def _build_roles(
        self, place: str, entry: UserEntry, entities: Sequence[Entity]
    ) -> dict[str, Role]:
        roles: dict[str, Role] = {}
        lists: tuple[tuple[str, Role, list[str]], ...] = (
            ("standard_user", STANDARD_USER, entry.standard_user),
            ("administrator", ADMINISTRATOR, entry.administrator),
        )
        for key, role, refs in lists:
            for ref in refs:
                if ref == "*":
                    roles |= {
                        entity.id: role for entity in entities if entity.status == PROVISIONED
                    }
                else:
                    roles[self._resolve(f"{place}, {key}", ref)] = role
        return roles

    def _build_connection(self, number: int, entry: ConnectionEntry) -> Connection:
        place = f"connections {number}"
        source_id = self._resolve(f"{place}, source", entry.source, allow_unknown_id=True)
        target_id = self._resolve(f"{place}, target", entry.target, allow_unknown_id=True)
        if source_id == target_id:
            self.problems.append(f"{place}: {entry.source} cannot be connected to itself.")
        id_ = entry.id or self._make_id("connection", f"{number}/{source_id}/{target_id}")
        return Connection(id_, source_id, target_id, entry.status)

    def _build_access_request(self, place: str, entry: AccessRequestEntry) -> AccessRequest:
        usernames = [user.username for user in self._file.users]
        if entry.username not in usernames:
            self.problems.append(
                f"{place}, username: there is no user {entry.username!r}"
                f"{suggest(entry.username, usernames) or '.'}"
            )
        return AccessRequest(
            entry.username, self._resolve(f"{place}, entity", entry.entity), entry.status
        )

    def _resolve(self, place: str, ref: str, *, allow_unknown_id: bool = False) -> str:
        """Return the id of the entity that a name or id refers to."""
        if ref in self._ids:
            return self._ids[ref]
        is_id = len(ref) == 32 and set(ref) <= _HEX_DIGITS
        if not (is_id and (allow_unknown_id or ref in self._ids.values())):
            suggestion = suggest(ref, self._ids) or "."
            self.problems.append(f"{place}: there is no entity {ref!r}{suggestion}")
        return ref

    def _make_id(self, kind: str, key: str) -> str:
        """Return an id that is the same whenever the file is read."""
        return sha256(f"{self._file.tenant_id}/{kind}/{key}".encode()).hexdigest()[:32]


def _find_conflicts(scenario: Scenario) -> list[str]:
    """Return the problems with values that must be unique."""
    active_pairs = [
        f"{connection.source_id} → {connection.target_id}"
        if connection.status in (PENDING, CONNECTED)
        else None
        for connection in scenario.connections
    ]
    requests = [f"{request[0]} → {request[1]}" for request in scenario.access_requests]
    columns: list[tuple[str, list[str | None]]] = [
        ("entities {}, name", [entity.name for entity in scenario.entities]),
        ("entities {}, id", [entity.id for entity in scenario.entities]),
        ("users {}, username", [user.username for user in scenario.users]),
        ("users {}, login", [user.login for user in scenario.users]),
        ("users {}, client_id", [user.client_id for user in scenario.users]),
        ("connections {}, id", [connection.id for connection in scenario.connections]),
        ("connections {}, Pending or Connected pair", active_pairs),
        ("access_requests {}, pair", [*requests]),
    ]
    problems = []
    for place, values in columns:
        first_numbers: dict[str, int] = {}
        for number, value in enumerate(values, 1):
            if value is None:
                continue
            first = first_numbers.setdefault(value, number)
            if first != number:
                problems.append(f"{place.format(number)}: {value} stands at {first} already.")
    return problems


def _find_tree_problems(entities: Sequence[Entity]) -> list[str]:
    """Return what keeps the entities from being one tree, provisioned from the top down."""
    problems = []
    roots = [entity.name for entity in entities if entity.parent_id is None]
    if len(roots) != 1:
        names = f"{len(roots)}: {', '.join(roots[:5])}" if roots else "none"
        problems.append(f"entities: exactly one has no parent, the global entity; here {names}.")
    by_id = {entity.id: entity for entity in entities}
    for number, entity in enumerate(entities, 1):
        parent = by_id.get(entity.parent_id or "")
        seen_ids = {entity.id}
        ancestor = parent
        while ancestor is not None and ancestor.id not in seen_ids:
            seen_ids.add(ancestor.id)
            ancestor = by_id.get(ancestor.parent_id or "")
        if ancestor is not None:
            problems.append(f"entities {number}, parent: {entity.name} is below itself.")
        elif entity.parent_id is None and entity.status == UNPROVISIONED:
            problems.append(f"entities {number}, status: the global entity is always Provisioned.")
        elif entity.status == PROVISIONED and parent and parent.status == UNPROVISIONED:
            problems.append(
                f"entities {number}, status: {entity.name} is Provisioned, its parent is not."
            )
    return problems
