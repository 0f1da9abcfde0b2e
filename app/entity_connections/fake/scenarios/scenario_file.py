"""What may stand in a scenario file, and the scenario it makes.

Only read when there is a file: pydantic takes its time.
"""

import json
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.faults.catalogue import FaultError
from entity_connections.fake.faults.catalogue import parsed as parsed_fault
from entity_connections.fake.rules.policy import Policy, options
from entity_connections.fake.scenarios.loading import ScenarioFileError
from entity_connections.fake.scenarios.model import (
    ADMINISTRATOR,
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
from entity_connections.fake.state.provisioning import LOCALE, MOST, NAME, TIMEZONE

_LIVING = ("Pending", "Connected")
_MOST_PROBLEMS = 20


Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["8a808255557baba1015580e12fa5083a"])]
Ref = Annotated[str, Field(min_length=1, max_length=255, description="an entity: name or id")]
Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$", examples=["Acme-Europe"])]
Timezone = Annotated[str, Field(pattern=f"^{TIMEZONE.pattern}$", examples=["Europe/Paris"])]
Locale = Annotated[str, Field(pattern=f"^{LOCALE.pattern}$", examples=["en_US"])]
Username = Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,32}$", examples=["alice"])]
Login = Annotated[str, Field(pattern="^[!-~]{1,255}$", examples=["alice@acme.example"])]
ClientId = Annotated[
    str, Field(pattern="^[0-9a-f-]{36}$", examples=["000a11ce-fa4e-4000-8000-00000000cafe"])
]
Secret = Annotated[str, Field(pattern="^[!-~]{1,42}$", examples=["not/a+secret=alice"])]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EntityData(_Strict):
    """An entity; the one without a parent is the global entity."""

    name: Name
    id: Id | None = Field(None, description="made from the name unless given")
    display_name: str | None = Field(None, description="the name unless given")
    parent: Ref | None = None
    timezone: Timezone = "GMT"
    locale: Locale = "en_US"
    status: Literal["Provisioned", "Unprovisioned"] = "Provisioned"


class UserData(_Strict):
    """A user with an OAuth client, and where it may work; "*" means everywhere provisioned."""

    username: Username
    login: Login | None = None
    client_id: ClientId | None = None
    client_secret: Secret | None = None
    home: Ref | None = Field(None, description="where it starts: the global entity unless given")
    administrator: list[Ref] = []
    standard_user: list[Ref] = []


class ConnectionData(_Strict):
    """A connection; its ends may be ids that no entity has."""

    source: Ref
    target: Ref
    status: str = Field(max_length=20_000, examples=["Pending", "Connected", "Disconnected"])
    id: Id | None = Field(None, description="made from its place in the list unless given")


class AccessData(_Strict):
    """Somebody asked that a user may enter an entity."""

    username: str
    entity: Ref
    status: Literal["Pending Review", "Active", "Access Denied"] = "Pending Review"


PolicyData: Any = create_model(
    "PolicyData",
    __base__=_Strict,
    __doc__="Choices where Zuora is silent; the command `policy` explains them.",
    **{
        name.replace("-", "_"): (
            Literal[tuple(values)],
            Field(Policy().words()[name], alias=name),
        )
        for name, values in options().items()
    },  # type: ignore[call-overload]
)


class ScenarioData(_Strict):
    """The state a fake tenant starts from. Lists come back in the order they stand here."""

    tenant_id: Annotated[str, Field(pattern="^[0-9]{1,18}$", examples=["6398"])] = "1"
    policy: PolicyData = Field(default_factory=PolicyData)
    faults: list[str] = Field([], description='faults that are on from the start: "name=value"')
    entities: list[EntityData] = Field(min_length=1, max_length=MOST)
    users: list[UserData] = Field(min_length=1)
    connections: list[ConnectionData] = []
    access_requests: list[AccessData] = []


def schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario file."""
    return ScenarioData.model_json_schema(by_alias=True)


def parsed(content: bytes, where: str, *, as_json: bool) -> Scenario:
    """Return the scenario that a file holds.

    Args:
        content: Of the file.
        where: What to call it in a sentence.
        as_json: It is JSON, else TOML.

    Raises:
        ScenarioFileError: It cannot be used; a line for each place.
    """
    try:
        text = content.decode("utf-8")
        data = json.loads(text) if as_json else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ScenarioFileError(f"{where}: byte {error.start + 1} is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if as_json else "TOML"
        raise ScenarioFileError(f"{where} is not {kind}: {error}.") from None
    try:
        found = ScenarioData.model_validate(data)
    except ValidationError as error:
        problems = [_sentence(one) for one in error.errors()]
    else:
        reading = _Reading(found)
        if not reading.problems:
            return reading.scenario()
        problems = reading.problems
    more = len(problems) - _MOST_PROBLEMS
    lines = [f"{where}: {one}" for one in problems[:_MOST_PROBLEMS]]
    raise ScenarioFileError("\n".join([*lines, f"and {more} more."] if more > 0 else lines))


class _Reading:
    """Puts what refers to each other together, and collects what does not fit."""

    def __init__(self, data: ScenarioData) -> None:
        self.data = data
        self.problems: list[str] = []
        self._by_name: dict[str, str] = {}
        self.entities = self._entities()
        self._status = {one.id: one.status for one in self.entities}
        self.users = [self._user(place, one) for place, one in enumerate(data.users, 1)]
        self.roles = {
            one.username: self._roles(place, one) for place, one in enumerate(data.users, 1)
        }
        self.connections = [
            self._connection(place, one) for place, one in enumerate(data.connections, 1)
        ]
        self.access = [
            self._access(place, one) for place, one in enumerate(data.access_requests, 1)
        ]
        self._check()

    def scenario(self) -> Scenario:
        """Return it all."""
        return Scenario(
            tenant_id=self.data.tenant_id,
            entities=tuple(self.entities),
            connections=tuple(self.connections),
            users=tuple(self.users),
            roles=self.roles,
            policy=Policy().having(self.data.policy.model_dump(by_alias=True)),
            access=tuple(self.access),
            faults=tuple(self.data.faults),
        )

    def _entities(self) -> list[Entity]:
        for one in self.data.entities:
            self._by_name[one.name] = one.id or self._made("entity", one.name)
        return [
            Entity(
                self._by_name[one.name],
                one.name,
                one.name if one.display_name is None else one.display_name,
                None if one.parent is None else self._id(f"entities {place}, parent", one.parent),
                one.timezone,
                one.status,
                one.locale,
            )
            for place, one in enumerate(self.data.entities, 1)
        ]

    def _user(self, place: int, one: UserData) -> User:
        client = sha256(f"client/{one.username}".encode()).hexdigest()[:32]
        top = next((entity.id for entity in self.entities if entity.parent_id is None), "")
        home = self._id(f"users {place}, home", one.home) if one.home else top
        if self._status.get(home, PROVISIONED) != PROVISIONED:
            self.problems.append(f"users {place}, home: {one.home} is not provisioned.")
        return User(
            one.username,
            one.login or f"{one.username}@tenant-{self.data.tenant_id}.example",
            one.client_id or hyphenate_id(client),
            one.client_secret or f"not/a+secret={one.username}"[:42],
            home,
        )

    def _roles(self, place: int, one: UserData) -> dict[str, Role]:
        found: dict[str, Role] = {}
        held: tuple[tuple[str, Role], ...] = (
            ("standard_user", STANDARD_USER),
            ("administrator", ADMINISTRATOR),
        )
        for key, role in held:
            for ref in getattr(one, key):
                if ref == "*":
                    every = [id_ for id_, status in self._status.items() if status == PROVISIONED]
                    found |= dict.fromkeys(every, role)
                else:
                    found[self._id(f"users {place}, {key}", ref)] = role
        return found

    def _connection(self, place: int, one: ConnectionData) -> Connection:
        where = f"connections {place}"
        source = self._id(f"{where}, source", one.source, gone=True)
        target = self._id(f"{where}, target", one.target, gone=True)
        if source == target:
            self.problems.append(f"{where}: {one.source} cannot be connected to itself.")
        made = self._made("connection", f"{place}/{source}/{target}")
        return Connection(one.id or made, source, target, one.status)

    def _access(self, place: int, one: AccessData) -> AccessRequest:
        where = f"access_requests {place}"
        if one.username not in self.roles:
            known = _either(one.username, self.roles)
            self.problems.append(f"{where}, username: there is no user {one.username!r}{known}")
        return AccessRequest(one.username, self._id(f"{where}, entity", one.entity), one.status)

    def _id(self, where: str, ref: str, *, gone: bool = False) -> str:
        if ref in self._by_name:
            return self._by_name[ref]
        is_id = len(ref) == 32 and set(ref) <= set("0123456789abcdef")
        if is_id and (gone or ref in self._by_name.values()):
            return ref
        known = _either(ref, self._by_name)
        self.problems.append(f"{where}: there is no entity {ref!r}{known}")
        return ref

    def _made(self, kind: str, key: str) -> str:
        return sha256(f"{self.data.tenant_id}/{kind}/{key}".encode()).hexdigest()[:32]

    def _check(self) -> None:
        self._check_once("entities", "name", [one.name for one in self.entities])
        self._check_once("entities", "id", [one.id for one in self.entities])
        for key in ("username", "login", "client_id"):
            self._check_once("users", key, [getattr(one, key) for one in self.users])
        self._check_once("connections", "id", [one.id for one in self.connections])
        pairs = [
            f"{one.source_id} → {one.target_id}" if one.status in _LIVING else f"{place}"
            for place, one in enumerate(self.connections)
        ]
        self._check_once("connections", "living pair", pairs)
        asked = [f"{one.username} → {one.entity_id}" for one in self.access]
        self._check_once("access_requests", "pair", asked)
        self._check_tree()
        for place, one in enumerate(self.data.faults, 1):
            try:
                parsed_fault(one)
            except FaultError as error:
                self.problems.append(f"faults {place}: {error}")

    def _check_once(self, where: str, key: str, values: list[str]) -> None:
        first: dict[str, int] = {}
        for place, value in enumerate(values, 1):
            if value in first:
                self.problems.append(
                    f"{where} {place}, {key}: {value} stands at {first[value]} already."
                )
            first.setdefault(value, place)

    def _check_tree(self) -> None:
        tops = [one.name for one in self.entities if one.parent_id is None]
        if len(tops) != 1:
            found = f"{len(tops)}: {', '.join(tops[:5])}" if tops else "none"
            self.problems.append(
                f"entities: exactly one has no parent, the global entity; here {found}."
            )
        parents = {one.id: one.parent_id for one in self.entities}
        for place, one in enumerate(self.entities, 1):
            above, seen = one.parent_id, {one.id}
            while above is not None and above not in seen:
                seen.add(above)
                above = parents.get(above)
            if above is not None:
                self.problems.append(f"entities {place}, parent: {one.name} is below itself.")
            elif one.status == PROVISIONED and self._status.get(one.parent_id or "") == (
                UNPROVISIONED
            ):
                self.problems.append(
                    f"entities {place}, status: {one.name} is Provisioned, its parent is not."
                )
            elif one.parent_id is None and one.status == UNPROVISIONED:
                self.problems.append(
                    f"entities {place}, status: the global entity is always Provisioned."
                )


def _sentence(error: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors as place and sentence."""
    words = [f"{one + 1}" if isinstance(one, int) else f", {one}" for one in error["loc"]]
    place = "".join(f" {one}" if one.isdigit() else one for one in words).removeprefix(", ")
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            known = _either(str(error["loc"][-1]), _keys(error["loc"]))
            said = f"there is no such key{known}"
        case "missing":
            said = "is missing."
        case "string_pattern_mismatch":
            said = f"{_short(error['input'])} does not match {context['pattern']}."
        case "literal_error":
            said = f"{_short(error['input'])} is none of {context['expected']}."
        case "model_type":
            said = f"must hold keys with values, not be {_short(error['input'])}."
        case _:
            said = f"{error['msg'][:1].lower()}{error['msg'][1:]}, not {_short(error['input'])}."
    return f"{place}: {said}" if place else said


_MODELS: dict[str, type[BaseModel]] = {
    "entities": EntityData,
    "users": UserData,
    "connections": ConnectionData,
    "access_requests": AccessData,
    "policy": PolicyData,
}


def _keys(loc: tuple[str | int, ...]) -> list[str]:
    model = ScenarioData if len(loc) == 1 else _MODELS.get(str(loc[0]), ScenarioData)
    return [one.alias or name for name, one in model.model_fields.items()]


def _either(word: str, known: "list[str] | Mapping[str, object]") -> str:
    found = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(found)}?" if found else "."


def _short(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
