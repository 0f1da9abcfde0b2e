"""Making a scenario from a file; the parts that refer to each other are checked here.

Whatever is wrong raises ValueError; each line of it names the file, the place and a problem.
"""

import json
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED
from entity_connections.domain.ids import hyphenate_id, parse_id
from entity_connections.domain.text import clean
from entity_connections.domain.words import join_or, suggest
from entity_connections.fake.model import (
    ADMINISTRATOR,
    STANDARD_USER,
    AccessRequest,
    Entity,
    Role,
    Scenario,
    User,
)
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.catalogue import ScenarioWarning
from entity_connections.fake.scenarios.file_schema import (
    AccessRequestEntry,
    ConnectionEntry,
    EntityEntry,
    ScenarioFile,
    UserEntry,
    describe_error,
)
from entity_connections.files import UnsafeFileError, read_file

_MAX_BYTES = 50_000_000


def read_scenario_file(path: Path) -> Scenario:
    """Return the scenario in a file.

    A value that Zuora does not document is allowed, and gives a `ScenarioWarning`.
    """
    try:
        content = read_file(path, _MAX_BYTES)
    except UnsafeFileError as error:
        raise ValueError(str(error)) from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    scenario = parse_scenario(content, str(path))
    for problem in _find_undocumented(scenario):
        warnings.warn(f"{path}: {problem}", ScenarioWarning, stacklevel=2)
    return scenario


def parse_scenario(content: bytes, file_name: str) -> Scenario:
    """Return the scenario in a file, which is JSON if its name says so, otherwise TOML."""
    is_json = file_name.lower().endswith(".json")
    language, parse = ("JSON", json.loads) if is_json else ("TOML", tomllib.loads)
    try:
        data = parse(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file_name} is not {language}: {error}.") from None
    return build_scenario(data, file_name)


def build_scenario(data: object, file_name: str) -> Scenario:
    """Return the scenario that the data of a scenario file describes."""
    try:
        file = ScenarioFile.model_validate(data)
    except ValidationError as error:
        problems = [describe_error(e) for e in error.errors()]
    else:
        builder = _ScenarioBuilder(file)
        scenario = builder.build()
        problems = [
            *builder.problems,
            *_find_duplicates(scenario),
            *_find_tree_problems(scenario.entities),
        ]
        if not problems:
            return scenario
    raise ValueError("\n".join(f"{file_name}: {problem}" for problem in problems))


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
        self._provisioned_ids = [
            self._ids[entity.name] for entity in file.entities if entity.status == PROVISIONED
        ]
        names = [entity.name for entity in file.entities if entity.parent is None]
        self._global_name = names[0] if names else file.entities[0].name
        self.problems: list[str] = []

    def build(self) -> Scenario:
        file = self._file
        return Scenario(
            tenant_id=file.tenant_id,
            entities=tuple(map(self._build_entity, count(1), file.entities)),
            connections=tuple(map(self._build_connection, count(1), file.connections)),
            users=tuple(map(self._build_user, count(1), file.users)),
            roles={
                entry.name: self._build_roles(number, entry)
                for number, entry in enumerate(file.users, 1)
            },
            policy=Policy(**file.policy.model_dump()),
            access_requests=tuple(map(self._build_access_request, count(1), file.access_requests)),
            faults=tuple(file.faults),
        )

    def _build_entity(self, number: int, entry: EntityEntry) -> Entity:
        return Entity(
            id=self._ids[entry.name],
            name=entry.name,
            display_name=entry.name if entry.display_name is None else entry.display_name,
            parent_id=entry.parent and self._resolve(f"entities {number}, parent", entry.parent),
            timezone=entry.timezone,
            status=entry.status,
            locale=entry.locale,
        )

    def _build_user(self, number: int, entry: UserEntry) -> User:
        place = f"users {number}"
        home = entry.home or self._global_name
        home_id = self._resolve(f"{place}, home", home)
        if home_id in self._ids.values() and home_id not in self._provisioned_ids:
            self.problems.append(f"{place}, home: {home} is not provisioned.")
        client_id = hyphenate_id(sha256(f"client/{entry.name}".encode()).hexdigest()[:32])
        return User(
            entry.name,
            entry.username or f"{entry.name}@tenant-{self._file.tenant_id}.example",
            entry.client_id or client_id,
            entry.client_secret or f"not/a+secret={entry.name}"[:42],
            home_id,
        )

    def _build_roles(self, number: int, entry: UserEntry) -> dict[str, Role]:
        standard = self._resolve_all(f"users {number}, standard_user", entry.standard_user)
        administered = self._resolve_all(f"users {number}, administrator", entry.administrator)
        roles: dict[str, Role] = dict.fromkeys(standard, STANDARD_USER)
        return roles | dict.fromkeys(administered, ADMINISTRATOR)

    def _build_connection(self, number: int, entry: ConnectionEntry) -> Connection:
        place = f"connections {number}"
        source_id = self._resolve(f"{place}, source", entry.source, allow_unknown_id=True)
        target_id = self._resolve(f"{place}, target", entry.target, allow_unknown_id=True)
        if source_id == target_id:
            self.problems.append(f"{place}: {entry.source} cannot be connected to itself.")
        id_ = entry.id or self._make_id("connection", f"{number}/{source_id}/{target_id}")
        return Connection(id_, source_id, target_id, entry.status)

    def _build_access_request(self, number: int, entry: AccessRequestEntry) -> AccessRequest:
        place = f"access_requests {number}"
        names = [user.name for user in self._file.users]
        if entry.user not in names:
            self.problems.append(f"{place}, user: there is no user {entry.user!r}.")
        entity_id = self._resolve(f"{place}, entity", entry.entity)
        return AccessRequest(entry.user, entity_id, entry.status)

    def _resolve_all(self, place: str, references: Iterable[str]) -> Iterator[str]:
        for reference in references:
            if reference == "*":
                yield from self._provisioned_ids
            else:
                yield self._resolve(place, reference)

    def _resolve(self, place: str, reference: str, *, allow_unknown_id: bool = False) -> str:
        if reference in self._ids:
            return self._ids[reference]
        is_id = parse_id(reference) == reference
        if not (is_id and (allow_unknown_id or reference in self._ids.values())):
            suggestion = suggest(reference, self._ids) or "."
            self.problems.append(f"{place}: there is no entity {reference!r}{suggestion}")
        return reference

    def _make_id(self, kind: str, key: str) -> str:
        """Return an id that is the same whenever the file is read."""
        return sha256(f"{self._file.tenant_id}/{kind}/{key}".encode()).hexdigest()[:32]


def _find_duplicates(scenario: Scenario) -> list[str]:
    columns = {
        "entities: the name": [entity.name for entity in scenario.entities],
        "entities: the id": [entity.id for entity in scenario.entities],
        "users: the name": [user.name for user in scenario.users],
        "users: the username": [user.username for user in scenario.users],
        "users: the client_id": [user.client_id for user in scenario.users],
        "connections: the id": [connection.id for connection in scenario.connections],
        "connections: the Pending or Connected pair": [
            f"{source_id} → {target_id}"
            for _, source_id, target_id, status in scenario.connections
            if status in (PENDING, CONNECTED)
        ],
        "access_requests: the pair": [
            f"{user} → {entity_id}" for user, entity_id, _ in scenario.access_requests
        ],
    }
    return [
        f"{place} {value} occurs {times} times."
        for place, values in columns.items()
        for value, times in Counter(values).items()
        if times > 1
    ]


def _find_undocumented(scenario: Scenario) -> Iterator[str]:
    """Yield what is valid in a file, but likely to be a typing error: Zuora would not send it."""
    entity_ids = {entity.id for entity in scenario.entities}
    statuses = (PENDING, CONNECTED, DISCONNECTED)
    for number, (_, source_id, target_id, status) in enumerate(scenario.connections, 1):
        place = f"connections {number}"
        if status not in statuses:
            suggestion = suggest(status, statuses) or f"; it has {join_or(statuses)}."
            yield f'{place}, status: Zuora has no status "{clean(status, 40)}"{suggestion}'
        for end, id_ in (("source", source_id), ("target", target_id)):
            if id_ not in entity_ids:
                yield f"{place}, {end}: no entity of this file has the id {id_}."


def _find_tree_problems(entities: Sequence[Entity]) -> list[str]:
    """Return what keeps the entities from being one tree, provisioned from the top down."""
    problems = []
    roots = [entity.name for entity in entities if entity.parent_id is None]
    if len(roots) != 1:
        names = f"{len(roots)}: {', '.join(roots[:5])}" if roots else "none"
        problems.append(f"entities: exactly one has no parent, the global entity; here {names}.")
    by_id = {entity.id: entity for entity in entities}
    try:
        TopologicalSorter({entity.id: {entity.parent_id} for entity in entities}).prepare()
    except CycleError as error:
        problems.append(f"entities: {by_id[error.args[1][0]].name} is below itself.")
    for number, entity in enumerate(entities, 1):
        parent = by_id.get(entity.parent_id or "")
        if entity.parent_id is None and entity.status == UNPROVISIONED:
            problems.append(f"entities {number}, status: the global entity is always Provisioned.")
        elif entity.status == PROVISIONED and parent and parent.status == UNPROVISIONED:
            problems.append(
                f"entities {number}, status: {entity.name} is Provisioned, its parent is not."
            )
    return problems
