"""Accept, deny and disconnect (contract D1, D5; the policy's lines)."""

from typing import Any

import pytest
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    CORPORATION,
    EUROPE,
    GERMANY,
    JAPAN,
)

from tests.fake.conftest import Open
from tests.fake.server import Server, category, sentence

WAITING_HERE = "8a8082555b3c70de015b44a61f0a2b09"  # Japan -> Corporation, Pending
WAITING_THERE = "8a8082555b3c70de015b44a1c07e2b01"  # Corporation -> Canada, Pending
ALIVE = "8a80825555a3c7a10155b466736c5c3f"  # Corporation -> Americas, Connected
ENDED = "8a8082555b3c70de015b44a6a9d32b0a"  # Brazil -> Corporation, Disconnected
GERMAN = "8a8082555b3c70de015b44a5937c2b08"  # Germany -> Corporation, Pending


async def test_the_target_accepts(server: Server) -> None:
    answer = await (await server.sign_in("alice")).act("accept", WAITING_HERE)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await server.find_connection(WAITING_HERE) or {})["status"] == "Connected"


@pytest.mark.parametrize("entity_id", [CORPORATION, AMERICAS])
async def test_source_and_target_can_disconnect(server: Server, entity_id: str) -> None:
    answer = await (await server.sign_in("alice", entity_id)).act("disconnect", ALIVE)
    assert answer.json() == {"success": True}
    assert (await server.find_connection(ALIVE) or {})["status"] == "Disconnected"


@pytest.mark.parametrize("action", ["accept", "deny", "disconnect"])
@pytest.mark.parametrize("id_", [ENDED, "f" * 32, "é", "x" * 3000])
async def test_actions_on_ended_or_unknown_connections_are_refused(
    server: Server, action: str, id_: str
) -> None:
    before = await server.find_connection(id_)
    answer = await (await server.sign_in("alice")).act(action, id_)
    assert (answer.status_code, category(answer)) == (200, 30 if before else 40)
    assert await server.find_connection(id_) == before


@pytest.mark.parametrize("action", ["accept", "deny", "disconnect"])
async def test_actions_on_an_undocumented_status_are_refused(
    open_server: Open, action: str
) -> None:
    session = await open_server("hostile").sign_in("alice")
    (row, *_) = [row for row in await session.list() if row["status"] == "Suspended"]
    refused = await session.act(action, row["id"])
    assert category(refused) == (30 if action == "disconnect" else 10)  # the target answers
    assert row in await session.list()


async def test_a_refusal_names_the_entities_and_the_status(server: Server) -> None:
    answer = await (await server.sign_in("alice", AMERICAS)).act("accept", ALIVE)
    assert sentence(answer) == (
        "The connection from Acme Corporation to Acme-Americas is Connected."
        " To accept it, it must be Pending."
    )


@pytest.mark.parametrize("action", ["accept", "deny"])
@pytest.mark.parametrize(
    ("username", "entity_id", "id_"),
    [
        ("alice", JAPAN, WAITING_HERE),  # the source, by an administrator of both
        ("alice", EUROPE, WAITING_HERE),  # neither end
        ("carol", CORPORATION, WAITING_HERE),  # the target, but no administrator
        ("bruno", EUROPE, WAITING_HERE),
        ("alice", CORPORATION, WAITING_THERE),
    ],
)
async def test_only_an_administrator_acting_in_the_target_may_accept_or_deny(
    server: Server, action: str, username: str, entity_id: str, id_: str
) -> None:
    answer = await (await server.sign_in(username, entity_id)).act(action, id_)
    assert (answer.status_code, category(answer)) == (200, 10)
    assert (await server.find_connection(id_) or {})["status"] == "Pending"


@pytest.mark.parametrize(
    ("username", "entity_id"), [("carol", AMERICAS), ("carol", CORPORATION), ("alice", EUROPE)]
)
async def test_only_an_administrator_of_source_or_target_may_disconnect(
    server: Server, username: str, entity_id: str
) -> None:
    answer = await (await server.sign_in(username, entity_id)).act("disconnect", ALIVE)
    assert category(answer) == 10
    assert "administrator of Acme-Americas or Acme Corporation" in sentence(answer)


async def test_connections_in_opposite_directions_are_independent(server: Server) -> None:
    await (await server.sign_in("alice")).act("deny", GERMAN)
    rows = await (await server.sign_in("alice", GERMANY)).list()
    assert {row["sourceEntityId"]: row["status"] for row in rows} == {
        CORPORATION: "Connected",
        GERMANY: "Disconnected",
        EUROPE: "Connected",
    }


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"json": {}},
        {"content": b"{}", "headers": {"Content-Type": "application/json; charset=utf-8"}},
        {"content": b"{}"},
        {"content": b"", "headers": {"Content-Type": "application/json"}},
        {"content": b" {} ", "headers": {"Content-Type": "Application/JSON;charset=UTF-8"}},
        {"content": b"", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ],
)
async def test_an_action_takes_no_body_or_an_empty_object(
    server: Server, how: dict[str, Any]
) -> None:
    session = await server.sign_in("alice")
    path = f"/v1/entity-connections/{WAITING_HERE}/accept"
    assert (await session.call("PUT", path, **how)).json() == {"success": True}


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [(b"[]", 400, 20), (b"null", 400, 20), (b"{", 400, 90), (b'{"a": 1}', 400, 21)],
)
async def test_other_bodies_are_refused(
    server: Server, body: bytes, status: int, expected: int
) -> None:
    session = await server.sign_in("alice")
    path = f"/v1/entity-connections/{WAITING_HERE}/accept"
    answer = await session.call("PUT", path, content=body)
    assert (answer.status_code, category(answer)) == (status, expected)
    assert (await server.find_connection(WAITING_HERE) or {})["status"] == "Pending"


async def test_a_put_with_an_idempotency_key_is_refused(server: Server) -> None:
    session = await server.sign_in("alice")
    path = f"/v1/entity-connections/{WAITING_HERE}/accept"
    answer = await session.call("PUT", path, json={}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, category(answer)) == (400, 20)
    assert (await server.find_connection(WAITING_HERE) or {})["status"] == "Pending"
