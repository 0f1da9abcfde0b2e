"""Building a hierarchy over the API (contract C1, C2, C4)."""

import json
from typing import Any

import httpx
import pytest
from entity_connections.fake.scenarios.builtin.acme import ASIA, CORPORATION, EUROPE, FRANCE, UK

from tests.fake.conftest import Open
from tests.fake.server import Server, Session, category, sentence

NEW = {"name": "Acme-Chile", "parentId": CORPORATION, "locale": "es_CL", "timezone": "GMT"}


async def make(session: Session, key: Any = "", **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    fields = {name: value for name, value in (NEW | changes).items() if value is not None}
    headers["Content-Type"] = "application/json"
    return await session.call("POST", "/v1/entities", content=json.dumps(fields), headers=headers)


async def put(session: Session, path: str, **fields: Any) -> httpx.Response:
    return await session.call("PUT", f"/v1/entities/{path}", json=fields)


async def test_a_new_entity_is_unprovisioned_and_shown_as_its_name(server: Server) -> None:
    session = await server.sign_in("alice")
    made = (await make(session)).json()
    assert made["success"] is True
    assert (made["status"], made["displayName"], made["tenantId"]) == (
        "Unprovisioned", "Acme-Chile", "6398",
    )  # fmt: skip
    assert (await session.get(f"/v1/entities/{made['id']}")).json() == made
    listed = (await session.get("/v1/entities", provisioned="false")).json()["entities"]
    assert listed[-1]["id"] == made["id"]


async def test_the_creator_administers_an_entity_once_it_is_provisioned(server: Server) -> None:
    session = await server.sign_in("alice")
    made = (await make(session)).json()["id"]
    assert server.tenant.role("alice", made) is None
    inside = await server.sign_in("alice", made)
    assert (await inside.get("/v1/entities")).status_code == 403
    assert (await put(session, f"{made}/provision")).json() == {"success": True}
    assert server.tenant.role("alice", made) == "administrator"
    assert (await inside.request(EUROPE)).json()["success"] is True
    assert server.tenant.role("bruno", made) is None


async def test_a_repeated_request_under_one_key_makes_one_entity(server: Server) -> None:
    session = await server.sign_in("alice")
    first, again = await make(session, "key"), await make(session, "key")
    assert first.json() == again.json()
    assert category(await make(session, "other")) == 30


@pytest.mark.parametrize("missing", ["name", "parentId", "locale", "timezone"])
async def test_missing_fields_are_refused_by_name(server: Server, missing: str) -> None:
    answer = await make(await server.sign_in("alice"), **{missing: None})
    assert (answer.status_code, category(answer)) == (400, 22)
    assert missing in sentence(answer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Ünder"), ("name", "a_b"), ("name", ""), ("name", "x" * 256), ("name", "a\n"),
        ("name", 7), ("displayName", ""), ("displayName", "x" * 256), ("displayName", []),
        ("locale", "en"), ("timezone", "Mars Base"), ("timezone", {}), ("parentId", 1),
    ],
)  # fmt: skip
async def test_invalid_values_are_refused_by_name(
    server: Server, field: str, value: object
) -> None:
    answer = await make(await server.sign_in("alice"), **{field: value})
    assert (answer.status_code, category(answer)) == (400, 20)
    assert field in sentence(answer)


async def test_a_display_name_may_contain_any_character(server: Server) -> None:
    session = await server.sign_in("alice")
    made = (await make(session, displayName="half \ud83d, nul \0")).json()
    assert made["displayName"] == "half \ud83d, nul \0"


async def test_a_parent_must_exist_and_a_name_be_free(server: Server) -> None:
    session = await server.sign_in("alice")
    assert category(await make(session, parentId="f" * 32)) == 40
    assert category(await make(session, parentId="é")) == 40
    assert category(await make(session, name="Acme-US")) == 30
    assert (await make(session, name="acme-us")).json()["success"] is True


async def test_a_hierarchy_holds_512(open_server: Open) -> None:
    session = await open_server("global-500").sign_in("alice")
    answer = await make(session, parentId=session.headers["Zuora-Entity-Ids"])
    assert category(answer) == 30
    assert "512" in sentence(answer)


@pytest.mark.parametrize(
    ("username", "acting"), [("alice", EUROPE), ("bruno", EUROPE), ("carol", CORPORATION)]
)
async def test_only_an_administrator_of_the_global_entity_may_change_the_hierarchy(
    server: Server, username: str, acting: str
) -> None:
    session = await server.sign_in(username, acting)
    answers = [
        await make(session),
        await put(session, ASIA, name="x"),
        await put(session, f"{ASIA}/provision"),
        await session.call("DELETE", f"/v1/entities/{ASIA}"),
    ]
    assert {category(answer) for answer in answers} == {10}
    assert all("Acme Corporation" in sentence(answer) for answer in answers)


async def test_only_an_unprovisioned_entity_can_be_changed(server: Server) -> None:
    session = await server.sign_in("alice")
    changed = {"name": "Acme Asia", "displayName": "亚洲", "locale": "zh_CN"}
    assert (await put(session, ASIA, **changed)).json() == {"success": True}
    found = (await session.get(f"/v1/entities/{ASIA}")).json()
    assert found | changed == found
    assert found["timezone"] == "Asia/Harbin"
    assert (await put(session, ASIA)).json() == {"success": True}
    assert (await put(session, ASIA, name="Acme Asia")).json() == {"success": True}
    assert category(await put(session, ASIA, name="Acme-US")) == 30
    assert category(await put(session, EUROPE, name="Acme Europe")) == 30
    assert category(await put(session, CORPORATION, displayName="Acme")) == 30
    assert category(await put(session, "f" * 32)) == 40
    assert category(await put(session, ASIA, parentId=EUROPE)) == 21


async def test_an_entity_needs_a_provisioned_parent(server: Server) -> None:
    session = await server.sign_in("alice")
    child = (await make(session, parentId=UK)).json()["id"]
    assert category(await put(session, f"{child}/provision")) == 30
    assert (await put(session, f"{UK}/provision")).json() == {"success": True}
    assert (await put(session, f"{child}/provision")).json() == {"success": True}
    assert category(await put(session, f"{child}/provision")) == 30
    assert category(await put(session, f"{'f' * 32}/provision")) == 40


async def test_removing_an_entity_removes_all_below_it(server: Server) -> None:
    session = await server.sign_in("alice")
    child = (await make(session, parentId=UK)).json()["id"]
    grandchild = (await make(session, name="Acme-Chiloe", parentId=child)).json()
    gone = await session.call("DELETE", f"/v1/entities/{UK}")
    assert gone.json() == {"success": True}
    for id_ in (UK, child, grandchild["id"]):
        assert category(await session.get(f"/v1/entities/{id_}")) == 40
    left = {entity["id"] for entity in (await session.get("/v1/entities")).json()["entities"]}
    assert FRANCE in left
    assert len(left) == 14
    assert category(await session.call("DELETE", f"/v1/entities/{EUROPE}")) == 30
    assert category(await session.call("DELETE", f"/v1/entities/{UK}")) == 40


async def test_changes_other_than_post_with_an_idempotency_key_are_refused(server: Server) -> None:
    session = await server.sign_in("alice")
    for method, path in (("PUT", ASIA), ("DELETE", ASIA), ("PUT", f"{ASIA}/provision")):
        answer = await session.call(
            method, f"/v1/entities/{path}", headers={"Idempotency-Key": "key"}, json={}
        )
        assert (answer.status_code, category(answer)) == (400, 20)
    assert (await session.get(f"/v1/entities/{ASIA}")).json()["status"] == "Unprovisioned"
