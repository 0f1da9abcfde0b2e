"""Users' access to other entities (contract C1, C4)."""

from dataclasses import replace

import httpx
import pytest
from entity_connections.fake.model import STANDARD_USER
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    AUSTRALIA,
    CORPORATION,
    EUROPE,
    GERMANY,
    UK,
)
from entity_connections.fake.scenarios.catalogue import load_scenario

from tests.fake.conftest import Open
from tests.fake.server import Server, Session, category, sentence


async def ask(session: Session, login: str, *ids: object) -> httpx.Response:
    path = f"/v1/users/{login}%40acme.example/request-access"
    return await session.call("PUT", path, json={"targetEntityIds": list(ids)})


async def settle(session: Session, what: str, login: str) -> httpx.Response:
    return await session.call("PUT", f"/v1/users/{login}%40acme.example/{what}-access")


async def test_access_is_granted_at_once_by_an_administrator_of_both_entities(
    server: Server,
) -> None:
    home = await server.sign_in("alice", EUROPE)
    assert (await ask(home, "bruno", GERMANY, AMERICAS)).json() == {"success": True}
    assert server.tenant.role("bruno", GERMANY) == "standard user"
    assert server.tenant.role("bruno", AMERICAS) == "standard user"
    session = await server.sign_in("bruno", GERMANY)
    assert (await session.list()) != []
    assert category(await session.request(EUROPE)) == 10


@pytest.mark.parametrize(("what", "role"), [("accept", "standard user"), ("deny", None)])
async def test_an_administrator_of_the_other_entity_grants_or_denies(
    open_server: Open, what: str, role: str | None
) -> None:
    acme = load_scenario("acme")
    users = [
        replace(user, home_entity_id=EUROPE) if user.name == "carol" else user
        for user in acme.users
    ]
    roles = {**acme.roles, "bruno": {**acme.roles["bruno"], GERMANY: STANDARD_USER}}
    server = open_server(acme._replace(users=tuple(users), roles=roles))
    home = await server.sign_in("bruno", EUROPE)
    assert (await ask(home, "carol", GERMANY)).json() == {"success": True}
    assert server.tenant.role("carol", GERMANY) is None
    assert category(await ask(home, "carol", GERMANY)) == 30
    assert category(await settle(await server.sign_in("bruno", GERMANY), what, "carol")) == 10
    there = await server.sign_in("alice", GERMANY)
    assert (await settle(there, what, "carol")).json() == {"success": True}
    assert server.tenant.role("carol", GERMANY) == role
    assert category(await settle(there, what, "carol")) == 30
    again = await ask(home, "carol", GERMANY)
    assert again.json()["success"] is (role is None)


async def test_access_to_an_entity_that_the_caller_cannot_enter_is_refused(server: Server) -> None:
    home = await server.sign_in("bruno", EUROPE)
    answer = await ask(home, "bruno", GERMANY, AUSTRALIA)
    assert category(answer) == 10


async def test_one_refused_entity_refuses_the_whole_request(server: Server) -> None:
    home = await server.sign_in("alice", EUROPE)
    assert category(await ask(home, "bruno", GERMANY, UK)) == 30
    assert category(await ask(home, "bruno", GERMANY, "f" * 32)) == 40
    assert server.tenant.role("bruno", GERMANY) is None
    assert category(await ask(home, "bruno", EUROPE)) == 30


async def test_access_is_requested_in_the_home_entity_only(server: Server) -> None:
    answer = await ask(await server.sign_in("alice", CORPORATION), "bruno", GERMANY)
    assert category(answer) == 10
    assert "Acme-Europe" in sentence(answer)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, 22), ({"targetEntityIds": []}, 20), ({"targetEntityIds": "x"}, 20),
        ({"targetEntityIds": [1]}, 20), ({"toEntityIds": []}, 21),
    ],
)  # fmt: skip
async def test_bad_bodies(server: Server, sent: object, expected: int) -> None:
    session = await server.sign_in("alice", EUROPE)
    answer = await session.call("PUT", "/v1/users/bruno@acme.example/request-access", json=sent)
    assert (answer.status_code, category(answer)) == (400, expected)


@pytest.mark.parametrize("login", ["nobody", "\ud800".encode("utf-8", "surrogatepass").hex()])
async def test_unknown_users(server: Server, login: str) -> None:
    session = await server.sign_in("alice", EUROPE)
    assert category(await ask(session, login, GERMANY)) == 40
    assert category(await settle(session, "accept", login)) == 40
