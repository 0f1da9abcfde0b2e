"""Whoever builds the hierarchy and lets whom in, the tenant agrees with a small model."""

import asyncio
from typing import Any

from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fake.server import Desk, Server, check_shape

USERS = st.sampled_from(["alice", "alice", "alice", "bruno", "carol"])
HOMES = {"alice": GLOBAL, "bruno": NORTH, "carol": GLOBAL}
PLACES = st.integers(0, 9)


class Building(RuleBasedStateMachine):
    """Three users of a small tenant, who sign in as the oldest clients do."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.server = Server("empty")
        self.parents: dict[str, str | None] = {}
        self.provisioned: set[str] = set()
        self.roles: dict[tuple[str, str], str] = {}
        self.asked: set[tuple[str, str]] = set()
        db = self.server.tenant._db
        for id_, parent in db.execute("SELECT id, parent_id FROM entity"):
            self.parents[id_] = parent
            self.provisioned.add(id_)
        for username, id_, role in db.execute("SELECT * FROM role"):
            self.roles[username, id_] = role

    @rule(username=USERS, acting=PLACES, parent=PLACES, name=st.integers(0, 5))
    def create(self, username: str, acting: int, parent: int, name: int) -> None:
        at, under = self._place(acting), self._place(parent)
        names = {row[0] for row in self.server.tenant._db.execute("SELECT name FROM entity")}
        made = self._call(
            username, at, "POST", "/v1/entities",
            {"name": f"New {name}", "parentId": under, "locale": "en_US", "timezone": "GMT"},
            self._builds(username, at) and f"New {name}" not in names,
        )  # fmt: skip
        if made["success"]:
            self.parents[made["id"]] = under
            self.roles[username, made["id"]] = "administrator"

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
            while more := {one for one, parent in self.parents.items() if parent in gone} - gone:
                gone |= more
            self.parents = {one: up for one, up in self.parents.items() if one not in gone}
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
            self.roles[whom, id_] = "standard user"
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
                self.roles[whom, at] = "standard user"

    @rule()
    def let_bruno_look_into_labs(self) -> None:
        """So that somebody can ask for others what is not theirs to grant."""
        self.roles.setdefault(("bruno", LABS), "standard user")
        self.server.tenant._db.execute(
            "INSERT OR IGNORE INTO role VALUES ('bruno', ?, 'standard user')", (LABS,)
        )

    @invariant()
    def it_agrees(self) -> None:
        if not hasattr(self, "server"):
            return
        for username in HOMES:
            path = f"/v1/users/{username}@novera.example/accessible-entities"
            found = self._call("alice", GLOBAL, "GET", path, None, success=True)["entities"]
            assert {one["id"] for one in found} == {
                id_ for who, id_ in self.roles if who == username and id_ in self.provisioned
            }
        listed = self._call("carol", GLOBAL, "GET", "/v1/entities", None, success=True)["entities"]
        assert {one["id"]: one["parentId"] for one in listed} == self.parents
        assert {one["id"] for one in listed if one["status"] == "Provisioned"} == self.provisioned

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.tenant.close()
            self.runner.close()

    def _call(
        self, username: str, acting: str, method: str, path: str, body: object, success: bool
    ) -> dict[str, Any]:
        user = self.server.users[username]
        desk = Desk(
            self.server.client,
            {
                "apiAccessKeyId": user.login,
                "apiSecretAccessKey": user.client_secret,
                "entityId": acting,
            },
        )
        how: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.runner.run(desk.call(method, path, **how))
        found: dict[str, Any] = answer.json()
        check_shape(answer.status_code, answer.headers, found)
        assert found["success"] is success, found
        return found

    def _place(self, number: int) -> str:
        return list(self.parents)[number % len(self.parents)]

    def _administers(self, username: str, id_: str) -> bool:
        return id_ in self.provisioned and self.roles.get((username, id_)) == "administrator"

    def _builds(self, username: str, acting: str) -> bool:
        return acting == GLOBAL and self._administers(username, acting)


Building.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestBuilding = Building.TestCase
