"""Reading the hierarchy (contract C)."""

import pytest
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, CORPORATION

from tests.fake.server import Server, category


async def test_an_entity_has_the_documented_fields(server: Server) -> None:
    session = await server.sign_in("carol")
    assert (await session.get(f"/v1/entities/{AMERICAS}")).json() == {
        "id": AMERICAS,
        "name": "Acme-Americas",
        "displayName": "Acme-Americas",
        "locale": "en_US",
        "timezone": "America/Los_Angeles",
        "status": "Provisioned",
        "parentId": CORPORATION,
        "tenantId": "6398",
        "success": True,
    }


async def test_the_list_is_the_whole_hierarchy_for_any_user(server: Server) -> None:
    body = (await (await server.sign_in("bruno")).get("/v1/entities")).json()
    assert body["success"] is True
    assert len(body["entities"]) == 15
    assert [entity["id"] for entity in body["entities"] if entity["parentId"] is None] == [
        CORPORATION
    ]


@pytest.mark.parametrize(
    ("provisioned", "statuses", "count"),
    [("true", {"Provisioned"}, 12), ("false", {"Unprovisioned"}, 3)],
)
async def test_the_list_can_be_filtered_by_status(
    server: Server, provisioned: str, statuses: set[str], count: int
) -> None:
    answer = await (await server.sign_in("alice")).get("/v1/entities", provisioned=provisioned)
    entities = answer.json()["entities"]
    assert ({entity["status"] for entity in entities}, len(entities)) == (statuses, count)


@pytest.mark.parametrize(
    "query", ["provisioned=yes", "provisioned=", "page=1", "provisioned=true&provisioned=true"]
)
async def test_other_queries_are_refused(server: Server, query: str) -> None:
    answer = await (await server.sign_in("alice")).get(f"/v1/entities?{query}")
    assert (answer.status_code, category(answer)) == (400, 27)


@pytest.mark.parametrize("id_", ["f" * 32, "é", "x" * 5000, "8a80"])
async def test_an_entity_that_does_not_exist_is_not_found(server: Server, id_: str) -> None:
    answer = await (await server.sign_in("alice")).get(f"/v1/entities/{id_}")
    assert (answer.status_code, category(answer)) == (200, 40)


@pytest.mark.parametrize(("username", "count"), [("alice", 11), ("bruno", 1), ("carol", 3)])
async def test_accessible_entities_are_those_a_user_may_enter(
    server: Server, username: str, count: int
) -> None:
    session = await server.sign_in("bruno")
    path = f"/v1/users/{username}%40acme.example/accessible-entities"
    entities = (await session.get(path)).json()["entities"]
    assert len(entities) == count
    for entity in entities:
        assert server.tenant.role(username, entity["id"]) is not None


async def test_an_unknown_user_is_not_found(server: Server) -> None:
    answer = await (await server.sign_in("alice")).get("/v1/users/alice/accessible-entities")
    assert (answer.status_code, category(answer)) == (200, 40)
