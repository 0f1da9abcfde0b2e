"""Building a hierarchy over the API (contract C1, C2, C4)."""

import json
from typing import Any

import httpx
import pytest
from entity_connections.fake.scenarios.builtin.acme import ASIA, CORPORATION, EUROPE, FRANCE, UK
from entity_connections.fake.scenarios.builtin.empty import GLOBAL

from tests.fake.conftest import Open
from tests.fake.server import Desk, Server, category, sentence

pytestmark = pytest.mark.asyncio

NEW = {"name": "Acme-Chile", "parentId": CORPORATION, "locale": "es_CL", "timezone": "GMT"}


async def make(desk: Desk, key: Any = "", **changes: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    fields = {name: value for name, value in (NEW | changes).items() if value is not None}
    headers["Content-Type"] = "application/json"
    return await desk.call("POST", "/v1/entities", content=json.dumps(fields), headers=headers)


async def put(desk: Desk, path: str, **fields: Any) -> httpx.Response:
    return await desk.call("PUT", f"/v1/entities/{path}", json=fields)


async def test_a_new_entity_is_unprovisioned_and_shown_as_its_name(server: Server) -> None:
    desk = await server.desk("alice")
    made = (await make(desk)).json()
    assert made["success"] is True
    assert (made["status"], made["displayName"], made["tenantId"]) == (
        "Unprovisioned", "Acme-Chile", "6398",
    )  # fmt: skip
    assert (await desk.get(f"/v1/entities/{made['id']}")).json() == made
    listed = (await desk.get("/v1/entities", provisioned="false")).json()["entities"]
    assert listed[-1]["id"] == made["id"]


async def test_whoever_made_it_administers_it_once_it_is_provisioned(server: Server) -> None:
    desk = await server.desk("alice")
    made = (await make(desk)).json()["id"]
    assert server.tenant.role("alice", made) is None
    inside = await server.desk("alice", made)
    assert (await inside.get("/v1/entities")).status_code == 403
    assert (await put(desk, f"{made}/provision")).json() == {"success": True}
    assert server.tenant.role("alice", made) == "administrator"
    assert (await inside.request(EUROPE)).json()["success"] is True
    assert server.tenant.role("bruno", made) is None


async def test_a_test_can_build_its_own_hierarchy(open_server: Open) -> None:
    server = open_server("empty")
    desk = await server.desk("alice")
    parent = GLOBAL
    for name in ("Level 1", "Level 2", "Level 3"):
        parent = (await make(desk, name=name, parentId=parent)).json()["id"]
        await put(desk, f"{parent}/provision")
    source = await server.desk("alice", parent)
    assert (await source.request(GLOBAL)).json()["success"] is True


async def test_the_same_key_makes_one_entity(server: Server) -> None:
    desk = await server.desk("alice")
    first, again = await make(desk, "key"), await make(desk, "key")
    assert first.json() == again.json()
    assert category(await make(desk, "other")) == 30


@pytest.mark.parametrize("missing", ["name", "parentId", "locale", "timezone"])
async def test_what_is_required_is_required(server: Server, missing: str) -> None:
    answer = await make(await server.desk("alice"), **{missing: None})
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
async def test_values_have_a_form(server: Server, field: str, value: object) -> None:
    answer = await make(await server.desk("alice"), **{field: value})
    assert (answer.status_code, category(answer)) == (400, 20)
    assert field in sentence(answer)


async def test_a_display_name_may_hold_anything(server: Server) -> None:
    desk = await server.desk("alice")
    made = (await make(desk, displayName="half \ud83d, nul \0")).json()
    assert made["displayName"] == "half \ud83d, nul \0"


async def test_a_parent_must_exist_and_a_name_be_free(server: Server) -> None:
    desk = await server.desk("alice")
    assert category(await make(desk, parentId="f" * 32)) == 40
    assert category(await make(desk, parentId="é")) == 40
    assert category(await make(desk, name="Acme-US")) == 30
    assert (await make(desk, name="acme-us")).json()["success"] is True


async def test_a_hierarchy_holds_512(open_server: Open) -> None:
    desk = await open_server("global-500").desk("alice")
    answer = await make(desk, parentId=desk.headers["Zuora-Entity-Ids"])
    assert category(answer) == 30
    assert "512" in sentence(answer)


@pytest.mark.parametrize(
    ("username", "acting"), [("alice", EUROPE), ("bruno", EUROPE), ("carol", CORPORATION)]
)
async def test_only_an_administrator_of_the_global_entity_acting_there(
    server: Server, username: str, acting: str
) -> None:
    desk = await server.desk(username, acting)
    answers = [
        await make(desk),
        await put(desk, ASIA, name="x"),
        await put(desk, f"{ASIA}/provision"),
        await desk.call("DELETE", f"/v1/entities/{ASIA}"),
    ]
    assert {category(one) for one in answers} == {10}
    assert all("Acme Corporation" in sentence(one) for one in answers)


async def test_only_an_unprovisioned_entity_can_be_changed(server: Server) -> None:
    desk = await server.desk("alice")
    changed = {"name": "Acme Asia", "displayName": "亚洲", "locale": "zh_CN"}
    assert (await put(desk, ASIA, **changed)).json() == {"success": True}
    found = (await desk.get(f"/v1/entities/{ASIA}")).json()
    assert found | changed == found
    assert found["timezone"] == "Asia/Harbin"
    assert (await put(desk, ASIA)).json() == {"success": True}
    assert (await put(desk, ASIA, name="Acme Asia")).json() == {"success": True}
    assert category(await put(desk, ASIA, name="Acme-US")) == 30
    assert category(await put(desk, EUROPE, name="Acme Europe")) == 30
    assert category(await put(desk, CORPORATION, displayName="Acme")) == 30
    assert category(await put(desk, "f" * 32)) == 40
    assert category(await put(desk, ASIA, parentId=EUROPE)) == 21


async def test_provisioning_goes_from_the_top_down(server: Server) -> None:
    desk = await server.desk("alice")
    child = (await make(desk, parentId=UK)).json()["id"]
    assert category(await put(desk, f"{child}/provision")) == 30
    assert (await put(desk, f"{UK}/provision")).json() == {"success": True}
    assert (await put(desk, f"{child}/provision")).json() == {"success": True}
    assert category(await put(desk, f"{child}/provision")) == 30
    assert category(await put(desk, f"{'f' * 32}/provision")) == 40


async def test_removing_takes_what_is_below_along(server: Server) -> None:
    desk = await server.desk("alice")
    child = (await make(desk, parentId=UK)).json()["id"]
    grandchild = (await make(desk, name="Acme-Chiloe", parentId=child)).json()
    gone = await desk.call("DELETE", f"/v1/entities/{UK}")
    assert gone.json() == {"success": True}
    for id_ in (UK, child, grandchild["id"]):
        assert category(await desk.get(f"/v1/entities/{id_}")) == 40
    left = {one["id"] for one in (await desk.get("/v1/entities")).json()["entities"]}
    assert FRANCE in left
    assert len(left) == 14
    assert category(await desk.call("DELETE", f"/v1/entities/{EUROPE}")) == 30
    assert category(await desk.call("DELETE", f"/v1/entities/{UK}")) == 40


async def test_no_change_but_a_post_takes_a_key(server: Server) -> None:
    desk = await server.desk("alice")
    for method, path in (("PUT", ASIA), ("DELETE", ASIA), ("PUT", f"{ASIA}/provision")):
        answer = await desk.call(
            method, f"/v1/entities/{path}", headers={"Idempotency-Key": "key"}, json={}
        )
        assert (answer.status_code, category(answer)) == (400, 20)
    assert (await desk.get(f"/v1/entities/{ASIA}")).json()["status"] == "Unprovisioned"
