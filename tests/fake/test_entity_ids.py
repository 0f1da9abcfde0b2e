"""An entity id is the same with hyphens or without, in capitals or not (contract C2)."""

from collections.abc import Callable

import pytest
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    ASIA,
    CORPORATION,
    EUROPE,
    FRANCE,
    GERMANY,
    MEXICO,
    UK,
)

from tests.fake.server import Server, category, sentence

SPELLINGS: dict[str, Callable[[str], str]] = {
    "hyphens": hyphenate_id,
    "capitals": str.upper,
    "both": lambda id_: hyphenate_id(id_).upper(),
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
async def test_ids_in_a_path(server: Server, spelt: Callable[[str], str]) -> None:
    session = await server.sign_in("alice")
    assert (await session.get(f"/v1/entities/{spelt(AMERICAS)}")).json()["id"] == AMERICAS
    change = await session.call("PUT", f"/v1/entities/{spelt(ASIA)}", json={"displayName": "Far"})
    assert change.json() == {"success": True}
    assert (await session.get(f"/v1/entities/{ASIA}")).json()["displayName"] == "Far"
    provisioned = await session.call("PUT", f"/v1/entities/{spelt(UK)}/provision")
    assert provisioned.json() == {"success": True}
    gone = await session.call("DELETE", f"/v1/entities/{spelt(FRANCE)}")
    assert gone.json() == {"success": True}
    assert category(await session.get(f"/v1/entities/{FRANCE}")) == 40


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
async def test_ids_in_a_body(server: Server, spelt: Callable[[str], str]) -> None:
    session = await server.sign_in("alice")
    new = {"name": "New", "parentId": spelt(EUROPE), "locale": "en_GB", "timezone": "GMT"}
    assert (await session.call("POST", "/v1/entities", json=new)).json()["parentId"] == EUROPE
    europe = await server.sign_in("alice", EUROPE)
    path, wanted = "/v1/users/bruno@acme.example/request-access", [spelt(GERMANY), GERMANY]
    asked = await europe.call("PUT", path, json={"targetEntityIds": wanted})
    assert asked.json() == {"success": True}
    assert server.tenant.role("bruno", GERMANY) == "standard user"


async def test_a_target_in_capitals_is_the_same_target(server: Server) -> None:
    session = await server.sign_in("alice", AMERICAS)
    made = (await session.request(MEXICO.upper())).json()
    assert made["success"]
    row = next(row for row in await session.list() if row["id"] == made["id"])
    assert row["targetEntityId"] == MEXICO
    itself = await session.request(AMERICAS.upper())
    assert category(itself) == 30
    assert sentence(itself).endswith("cannot be connected to itself.")
    # contract D3 has room for 32 characters
    assert category(await session.request(hyphenate_id(CORPORATION))) == 20


@pytest.mark.parametrize("text", ["No-Such-Entity", "É" * 8])
async def test_a_refusal_repeats_an_unknown_id_unchanged(server: Server, text: str) -> None:
    answer = await (await server.sign_in("alice")).get(f"/v1/entities/{text}")
    assert sentence(answer) == f"There is no entity {text}."
