"""Several users call two servers of one tenant file at the same time; a model checks the answers.

The answers must be those to the same calls made one after another in some order, and the lists
must be those after that order.
"""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx
from entity_connections.domain.entities import UNPROVISIONED
from entity_connections.fake.model import ADMINISTRATOR, STANDARD_USER
from entity_connections.fake.policy import OPTIONS, Policy
from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH, SOUTH, STUDIO
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.state.stored_scenario import read_scenario
from entity_connections.fake.tenant_file import reset_tenant
from entity_connections.testing import ServedTenant, serve_tenant
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.fake.connection_model import Answer, Call, Model, Row, Rows

T = TypeVar("T")
PLACES = [GLOBAL, NORTH, LABS]
NOWHERE = "0" * 32
RULES = ["denied", "ended", "again", "duplicate", "both-ways", "own-request", "answering",
         "withdrawal", "twice"]  # fmt: skip
ROLES = {
    "alice": dict.fromkeys((GLOBAL, NORTH, SOUTH, LABS), ADMINISTRATOR),
    "bruno": {NORTH: ADMINISTRATOR, LABS: ADMINISTRATOR, GLOBAL: STANDARD_USER},
    "carol": {GLOBAL: STANDARD_USER, NORTH: STANDARD_USER, LABS: ADMINISTRATOR},
}
policies = st.fixed_dictionaries({
    name: st.sampled_from(OPTIONS[name]) for name in RULES
}).map(lambda values: Policy().with_options(map("=".join, values.items())))  # fmt: skip
drawn_calls = st.tuples(
    st.sampled_from(["alice", "alice", "bruno", "bruno", "carol"]),
    st.sampled_from([*PLACES, *PLACES, STUDIO]),
    st.sampled_from(["request", "request", "accept", "accept", "deny", "disconnect"]),
    st.sampled_from([*PLACES, *PLACES, *PLACES, SOUTH, STUDIO, NOWHERE]),
    st.integers(0, 3),
    st.booleans(),
)


class ConcurrentCalls(RuleBasedStateMachine):
    """Two servers of one file, and up to four calls at the same time."""

    def __init__(self, served: list[ServedTenant]) -> None:
        super().__init__()
        self.served = served
        self.users = served[0].users
        self.runner = asyncio.Runner()
        self.clients = [
            httpx.AsyncClient(base_url=tenant.base_url, trust_env=False, timeout=20)
            for tenant in served
        ]

    @initialize(policy=policies)
    def start(self, policy: Policy) -> None:
        start = load_scenario("empty")
        entities = tuple(
            entity._replace(status=UNPROVISIONED) if entity.id == STUDIO else entity
            for entity in start.entities
        )
        start = start._replace(entities=entities, roles=ROLES, policy=policy)
        reset_tenant(self.served[0].tenant.state.db, start)
        roles = {(who, place): role for who, held in ROLES.items() for place, role in held.items()}
        self.model = Model(policy, roles, {entity.id: entity.id != STUDIO for entity in entities})
        self.state: tuple[Rows, dict[str, Answer]] = ((), {})
        self.keys = 0

    @rule(drawn=st.lists(drawn_calls, min_size=1, max_size=4), same_record=st.booleans())
    def call_concurrently(self, drawn: list[tuple[Any, ...]], same_record: bool) -> None:
        """Make these calls; `same_record`: all for one record, and all requests for one pair."""
        rows = self.state[0]
        self.keys += 1
        calls = []
        for user, acting, verb, target, number, keyed in drawn:
            of = drawn[0] if same_record else (user, acting, verb, target, number)
            if verb == "request":
                key = f"key {self.keys}" if keyed else ""
                pair = (of[1], of[3]) if same_record else (acting, target)
                calls.append(Call(user, pair[0], verb, pair[1], key))
            else:
                active = [row for row in rows if row.is_active] or rows
                row = active[-1 - of[4] % len(active)] if active else Row(NOWHERE, "", "", "")
                calls.append(Call(user, (row.target or acting) if keyed else acting, verb, row.id))
        answers = self.run(self._all(calls))
        answered = [
            (call, answer)
            for call, answer in zip(calls, answers, strict=True)
            if answer is not None
        ]
        listed = self.run(self._list())
        stored = {Row(*row) for row in read_scenario(self.served[1].tenant.state.db).connections}
        for state in self.model.orders(self.state, answered):
            if set(state[0]) == stored and _of_global_entity(state[0]) == listed:
                self.state = (state[0], dict(state[1]))
                return
        raise AssertionError(f"no order explains {answered} from {self.state[0]} to {stored}")

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(call)

    def teardown(self) -> None:
        for client in self.clients:
            self.run(client.aclose())
        self.runner.close()

    async def _all(self, calls: list[Call]) -> list[Answer | None]:
        return await asyncio.gather(*(self._one(n, call) for n, call in enumerate(calls)))

    async def _one(self, number: int, call: Call) -> Answer | None:
        headers = self._known(call.user, call.acting)
        path, fields = "/v1/entity-connections", {}
        if call.verb == "request":
            fields = {"targetEntityId": call.what}
            headers |= {"Idempotency-Key": call.key} if call.key else {}
        else:
            path += f"/{call.what}/{call.verb}"
        answer = await self.clients[number % 2].request(
            "POST" if fields else "PUT", path, json=fields, headers=headers
        )
        body = answer.json()
        if body["success"]:
            return Answer(success=True, id=body.get("id", ""))
        if answer.status_code == 409:  # the same key is under way: nothing was done
            assert call.key
            return None
        return Answer(success=False, category=body["reasons"][0]["code"] % 100)

    async def _list(self) -> list[Row]:
        """Return the list of the global entity."""
        answer = await self.clients[0].get(
            "/v1/entity-connections?pageSize=300", headers=self._known("alice", GLOBAL)
        )
        return [Row(*row.values()) for row in answer.json()["entityConnections"]]

    def _known(self, user: str, entity: str) -> dict[str, str]:
        client = self.users[user]
        return {
            "apiAccessKeyId": client.username,
            "apiSecretAccessKey": client.client_secret,
            "Zuora-Entity-Ids": entity,
        }


def _of_global_entity(rows: Rows) -> list[Row]:
    return [row for row in rows if GLOBAL in (row.source, row.target)]


def test_concurrent_calls(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-5)  # seconds: the servers take turns within a call
        served = [
            stack.enter_context(serve_tenant("empty", path=tmp_path / "tenant")) for _ in range(2)
        ]
        run_state_machine_as_test(
            lambda: ConcurrentCalls(served),  # type: ignore[arg-type]
            settings=settings(
                max_examples=6,
                stateful_step_count=15,
                deadline=None,
                phases=[Phase.generate],  # a race does not come again in a smaller example
            ),
        )
