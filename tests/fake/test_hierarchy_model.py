"""Changes of the hierarchy and of access, in any order, compared with a small model."""

import asyncio
from typing import Any

from entity_connections.fake.model import ADMINISTRATOR, STANDARD_USER
from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH
from entity_connections.fake.scenarios.loader import load_scenario
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fake.server import Server, Session, check_shape

USERS = st.sampled_from(["alice", "alice", "alice", "bruno", "carol"])
HOMES = {"alice": GLOBAL, "bruno": NORTH, "carol": GLOBAL}
PLACES = st.integers(0, 9)


class Building(RuleBasedStateMachine):
    """Three users of a small tenant, who sign in as the oldest clients do."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        empty = load_scenario("empty")
        # Bruno may enter an entity that he does not administer.
        roles = {**empty.roles, "bruno": {**empty.roles["bruno"], LABS: STANDARD_USER}}
        self.server = Server(empty._replace(roles=roles))
        self.parents = {entity.id: entity.parent_id for entity in empty.entities}
        self.names = {entity.id: entity.name for entity in empty.entities}
        self.provisioned = set(self.parents)
        self.roles = {
            (username, id_): role
            for username, roles_of_user in roles.items()
            for id_, role in roles_of_user.items()
        }
        self.asked: set[tuple[str, str]] = set()

    @rule(username=USERS, acting=PLACES, parent=PLACES, name=st.integers(0, 5))
    def create(self, username: str, acting: int, parent: int, name: int) -> None:
        at, under = self._place(acting), self._place(parent)
        made = self._call(
            username, at, "POST", "/v1/entities",
            {"name": f"New {name}", "parentId": under, "locale": "en_US", "timezone": "GMT"},
            self._builds(username, at) and f"New {name}" not in self.names.values(),
        )  # fmt: skip
        if made["success"]:
            self.parents[made["id"]] = under
            self.names[made["id"]] = f"New {name}"
            self.roles[username, made["id"]] = ADMINISTRATOR

    @rule(username=USERS, acting=PLACES, place=PLACES)
    def provision(self, username: str, acting: int, place: int) -> None:
        at, id_ = self._place(acting), self._place(place)
        ready = id_ not in self.provisioned and self.parents[id_] in self.provisioned
        path = f"/v1/entities/{id_}/provision"
        if self._call(username, at, "PUT", path, {}, self._builds(username, at) and ready)[
            "success"
        ]:
            self.provisioned.add(id_)

    @rule(username=USERS, acting=PLACES, place=PLACES)
    def remove(self, username: str, acting: int, place: int) -> None:
        at, id_ = self._place(acting), self._place(place)
        may = self._builds(username, at) and id_ not in self.provisioned
        if self._call(username, at, "DELETE", f"/v1/entities/{id_}", {}, may)["success"]:
            gone = {id_}
            while more := {id_ for id_, parent in self.parents.items() if parent in gone} - gone:
                gone |= more
            self.parents = {id_: up for id_, up in self.parents.items() if id_ not in gone}
            self.names = {id_: name for id_, name in self.names.items() if id_ not in gone}
            self.roles = {key: role for key, role in self.roles.items() if key[1] not in gone}

    @rule(username=USERS, acting=PLACES, whom=USERS, place=PLACES)
    def ask(self, username: str, acting: int, whom: str, place: int) -> None:
        at, id_ = self._place(acting), self._place(place)
        may = (
            at == HOMES[whom]
            and self._administers(username, at)
            and id_ in self.provisioned
            and (username, id_) in self.roles
            and (whom, id_) not in self.roles
            and (whom, id_) not in self.asked
        )
        done = self._call(
            username, at, "PUT", f"/v1/users/{whom}@novera.example/request-access",
            {"targetEntityIds": [id_]}, may,
        )  # fmt: skip
        if done["success"] and self._administers(username, id_):
            self.roles[whom, id_] = STANDARD_USER
        elif done["success"]:
            self.asked.add((whom, id_))

    @rule(username=USERS, acting=PLACES, whom=USERS, grant=st.booleans())
    def settle(self, username: str, acting: int, whom: str, grant: bool) -> None:
        at = self._place(acting)
        may = self._administers(username, at) and (whom, at) in self.asked
        path = f"/v1/users/{whom}@novera.example/{'accept' if grant else 'deny'}-access"
        if self._call(username, at, "PUT", path, {}, may)["success"]:
            self.asked.discard((whom, at))
            if grant:
                self.roles[whom, at] = STANDARD_USER

    @invariant()
    def it_agrees(self) -> None:
        if not hasattr(self, "server"):
            return
        for username in HOMES:
            path = f"/v1/users/{username}@novera.example/accessible-entities"
            found = self._call("alice", GLOBAL, "GET", path, None, success=True)["entities"]
            assert {entity["id"] for entity in found} == {
                id_ for who, id_ in self.roles if who == username and id_ in self.provisioned
            }
        listed = self._call("carol", GLOBAL, "GET", "/v1/entities", None, success=True)["entities"]
        assert {entry["id"]: entry["parentId"] for entry in listed} == self.parents
        assert {
            entry["id"] for entry in listed if entry["status"] == "Provisioned"
        } == self.provisioned

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.tenant.close()
            self.runner.close()

    def _call(
        self, username: str, acting: str, method: str, path: str, body: object, success: bool
    ) -> dict[str, Any]:
        user = self.server.users[username]
        session = Session(
            self.server.client,
            {
                "apiAccessKeyId": user.login,
                "apiSecretAccessKey": user.client_secret,
                "Zuora-Entity-Ids": acting,
            },
        )
        how: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.runner.run(session.call(method, path, **how))
        found: dict[str, Any] = answer.json()
        check_shape(answer.status_code, answer.headers, found)
        assert found["success"] is success, found
        return found

    def _place(self, number: int) -> str:
        return list(self.parents)[number % len(self.parents)]

    def _administers(self, username: str, id_: str) -> bool:
        return id_ in self.provisioned and self.roles.get((username, id_)) == ADMINISTRATOR

    def _builds(self, username: str, acting: str) -> bool:
        return acting == GLOBAL and self._administers(username, acting)


Building.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestBuilding = Building.TestCase
