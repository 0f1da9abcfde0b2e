"""The fake tenant's rules, used by several users through the adapter, against a model.

The model holds the rules of the policy table in a dozen lines; after any sequence of
actions, both must have the same connections.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING
from entity_connections.domain.errors import Forbidden, NotFound, Refused, ZuoraError
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import AUSTRALIA, UK
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.acme import AMERICAS, CORPORATION, EUROPE, US, client, open_acme

T = TypeVar("T")
PLACES = [CORPORATION, AMERICAS, EUROPE, US]
ADMINISTRATES = {"alice": set(PLACES), "bruno": {EUROPE}, "carol": set[str]()}
ENTERS = {"alice": set(PLACES), "bruno": {EUROPE}, "carol": {CORPORATION, EUROPE, AMERICAS}}
users = st.sampled_from(sorted(ENTERS))
places = st.sampled_from(PLACES)
targets = st.sampled_from([*PLACES, UK, AUSTRALIA, "0" * 32])


class Connections(RuleBasedStateMachine):
    """Several users at once in one tenant."""

    ids = Bundle("ids")

    @initialize(target=ids, refusals=st.sampled_from(["http-200", "http-4xx"]))
    def open(self, refusals: str) -> str:
        """Open a tenant that refuses in one of the ways Zuora may."""
        self.loop = asyncio.new_event_loop()
        self.fake = open_acme(policy=Policy().with_options([f"refusals={refusals}"]))
        self.clients = {name: client(self.fake, name) for name in ENTERS}
        rows = [
            connection
            for place in PLACES
            for connection in self.run(self.clients["alice"].list_connections(place)).items
        ]
        self.model: dict[str, list[str]] = {
            row.id: [row.source_id, row.target_id, row.status] for row in rows
        }
        self.keys = 0
        return next(iter(self.model))

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.fake.close()
            self.loop.close()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(call)

    def expect(self, call: Coroutine[Any, Any, T], error: type[ZuoraError] | None) -> T | None:
        if error is None:
            return self.run(call)
        with pytest.raises(ZuoraError) as caught:
            self.run(call)
        assert type(caught.value) is error
        return None

    @rule(target=ids, user=users, source=places, entity=targets)
    def request(self, user: str, source: str, entity: str) -> str:
        living = [
            id_
            for id_, (source_id, target_id, status) in self.model.items()
            if (source_id, target_id) == (source, entity) and status in (PENDING, CONNECTED)
        ]
        error: type[ZuoraError] | None = None
        if source not in ADMINISTRATES[user]:
            error = Forbidden
        elif entity == "0" * 32:
            error = NotFound
        elif entity in (UK, source):
            error = Refused
        elif entity not in ENTERS[user]:
            error = Forbidden
        elif living:
            error = Refused
        self.keys += 1
        call = self.clients[user].request_connection(source, entity, f"key-{self.keys}")
        receipt = self.expect(call, error)
        if receipt is None:
            return living[0] if living else next(iter(self.model))
        id_ = receipt.connection_id
        self.model[id_] = [source, entity, PENDING]
        again = self.clients[user].request_connection(source, entity, f"key-{self.keys}")
        assert self.run(again).connection_id == id_
        return id_

    def answer(self, verb: str, user: str, acting: str, id_: str, becomes: str) -> None:
        _, target, status = self.model[id_]
        error: type[ZuoraError] | None = None
        if acting not in ADMINISTRATES[user] or acting != target:
            error = Forbidden
        elif status != PENDING:
            error = Refused
        self.expect(getattr(self.clients[user], verb)(acting, id_), error)
        if error is None:
            self.model[id_][2] = becomes

    @rule(user=users, acting=places, id_=ids)
    def accept(self, user: str, acting: str, id_: str) -> None:
        self.answer("accept", user, acting, id_, CONNECTED)

    @rule(user=users, acting=places, id_=ids)
    def deny(self, user: str, acting: str, id_: str) -> None:
        self.answer("deny", user, acting, id_, DISCONNECTED)

    @rule(user=users, acting=places, id_=ids)
    def disconnect(self, user: str, acting: str, id_: str) -> None:
        source, target, status = self.model[id_]
        error: type[ZuoraError] | None = None
        if acting not in ADMINISTRATES[user] or acting not in (source, target):
            error = Forbidden
        elif status != CONNECTED:
            error = Refused
        self.expect(self.clients[user].disconnect(acting, id_), error)
        if error is None:
            self.model[id_][2] = DISCONNECTED

    @invariant()
    def lists_equal_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        for place in PLACES:
            rows = self.run(self.clients["alice"].list_connections(place)).items
            listed = {row.id: [row.source_id, row.target_id, row.status] for row in rows}
            assert listed == {id_: row for id_, row in self.model.items() if place in row[:2]}


TestConnections = Connections.TestCase
TestConnections.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
