"""Headers and bodies of clients of older specifications (contract A4, E1)."""

import pytest
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.scenarios.builtin.acme import CORPORATION, EUROPE

from tests.fake.server import Server, category

pytestmark = pytest.mark.asyncio


def password(server: Server, username: str, **more: str) -> dict[str, str]:
    user = server.users[username]
    return {"apiAccessKeyId": user.login, "apiSecretAccessKey": user.client_secret, **more}


async def sources(server: Server, headers: dict[str, str]) -> set[str]:
    answer = await server.client.get(
        "/v1/entity-connections", params={"type": "outbound"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return {row["sourceEntityId"] for row in answer.json()["entityConnections"]}


async def test_a_password_acts_in_the_home_entity_by_default(server: Server) -> None:
    assert await sources(server, password(server, "alice")) == {CORPORATION}
    assert await sources(server, password(server, "bruno")) == {EUROPE}


@pytest.mark.parametrize(
    "header",
    [
        {"entityId": EUROPE}, {"entityName": "Acme-Europe"}, {"Zuora-Entity-Ids": EUROPE},
        {"Zuora-Entity-Ids": hyphenate_id(EUROPE)}, {"ZUORA-ENTITY-IDS": EUROPE},
        {"entityid": EUROPE.upper()},
    ],
)  # fmt: skip
async def test_old_and_new_headers_name_the_entity(server: Server, header: dict[str, str]) -> None:
    assert await sources(server, password(server, "alice", **header)) == {EUROPE}
    token = (await server.token("alice")).json()["access_token"]
    assert await sources(server, {"Authorization": f"bearer {token}"} | header) == {EUROPE}


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"entityName": "Nowhere"}, 400, 20),
        ({"entityName": "é"}, 400, 20),
        ({"entityName": "Acme-Europe", "entityId": EUROPE}, 400, 20),
        ({"entityId": EUROPE, "Zuora-Entity-Ids": EUROPE}, 400, 20),
        ({"entityName": "Acme-Europe", "Zuora-Entity-Ids": EUROPE}, 400, 20),
        ({"entityName": "Acme-Australia"}, 403, 10),
        ({"apiSecretAccessKey": "wrong"}, 401, 11),
        ({"apiAccessKeyId": "nobody"}, 401, 11),
        ({"apiAccessKeyId": ""}, 401, 11),
        ({"Authorization": "Bearer nonsense"}, 401, 11),
    ],
)
async def test_invalid_headers_are_refused(
    server: Server, headers: dict[str, str], status: int, expected: int
) -> None:
    given = password(server, "alice") | headers
    sent = [(name.encode(), value.encode()) for name, value in given.items()]
    answer = await server.client.get("/v1/entities", headers=sent)
    assert (answer.status_code, category(answer)) == (status, expected)


async def test_login_and_password_are_both_required(server: Server) -> None:
    for name in ("apiAccessKeyId", "apiSecretAccessKey"):
        headers = {name: password(server, "alice")[name]}
        assert (await server.client.get("/v1/entities", headers=headers)).status_code == 401
