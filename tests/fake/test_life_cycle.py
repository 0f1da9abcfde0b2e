"""Whatever people do in whatever order, the tenant agrees with a model of ten lines."""

import asyncio
from collections import Counter

import httpx
from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH, SOUTH
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fake.server import Desk, Server

ENTITIES = st.sampled_from([GLOBAL, NORTH, LABS])
USERS = st.sampled_from(["alice", "alice", "bruno", "carol"])
NEXT = {"accept": "Connected", "deny": "Disconnected", "disconnect": "Disconnected"}
FROM = {"accept": "Pending", "deny": "Pending", "disconnect": "Connected"}


class LifeCycle(RuleBasedStateMachine):
    """Three users, three entities, and the records between them."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.server = Server("empty")
        self.desks: dict[tuple[str, str], Desk] = {}
        self.records: list[list[str]] = []  # id, source, target, status

    @rule(username=USERS, source=ENTITIES, other=ENTITIES)
    def request(self, username: str, source: str, other: str) -> None:
        desk = self._desk(username, source)
        answer = self.runner.run(desk.request(other))
        living = any(
            row[1:3] == [source, other] and row[3] != "Disconnected" for row in self.records
        )
        may = self._administers(username, source) and self._role(username, other)
        self._expect(answer, bool(may) and source != other and not living)
        if answer.json()["success"]:
            self.records.append([answer.json()["id"], source, other, "Pending"])

    @rule(
        username=USERS,
        entity=ENTITIES,
        action=st.sampled_from(sorted(NEXT)),
        choice=st.integers(0, 50),
    )
    def act(self, username: str, entity: str, action: str, choice: int) -> None:
        if not self.records:
            return
        row = self.records[choice % len(self.records)]
        answer = self.runner.run(self._desk(username, entity).act(action, row[0]))
        ends = row[1:3] if action == "disconnect" else row[2:3]
        may = self._administers(username, entity) and entity in ends
        self._expect(answer, may and row[3] == FROM[action])
        if answer.json()["success"]:
            row[3] = NEXT[action]

    @invariant()
    def lists_agree(self) -> None:
        for entity in (GLOBAL, NORTH, SOUTH, LABS) if hasattr(self, "server") else ():
            found = self.runner.run(self._desk("alice", entity).list(type="outbound"))
            assert [list(row.values()) for row in found] == [
                row for row in self.records if row[1] == entity
            ]

    @invariant()
    def one_living_record_per_pair(self) -> None:
        living = [row for row in getattr(self, "records", []) if row[3] != "Disconnected"]
        assert max(Counter((row[1], row[2]) for row in living).values(), default=1) == 1

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.tenant.close()
            self.runner.close()

    def _expect(self, answer: httpx.Response, success: bool) -> None:
        assert answer.json()["success"] is (success and answer.status_code == 200)
        assert answer.status_code in (200, 403)

    def _desk(self, username: str, entity: str) -> Desk:
        if (username, entity) not in self.desks:
            self.desks[username, entity] = self.runner.run(self.server.desk(username, entity))
        return self.desks[username, entity]

    def _role(self, username: str, entity: str) -> str | None:
        return self.server.tenant.role(username, entity)

    def _administers(self, username: str, entity: str) -> bool:
        return self._role(username, entity) == "administrator"


LifeCycle.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestLifeCycle = LifeCycle.TestCase
