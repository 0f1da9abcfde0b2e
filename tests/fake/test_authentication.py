"""Token requests, and calls with a token (contract A)."""

import pytest
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, AUSTRALIA, CORPORATION, EUROPE

from tests.fake.server import Server, Session, category, sentence


async def test_a_token_has_the_documented_fields(server: Server) -> None:
    answer = await server.token("carol")
    body = answer.json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3599)
    assert len(body["access_token"]) == len(body["jti"]) == 32
    assert body["access_token"] != body["jti"]
    scope = body["scope"].split()
    assert "tenant.6398" in scope
    assert len([part for part in scope if part.startswith("user.")]) == 1
    assert {part for part in scope if part.startswith("entity.")} == {
        f"entity.{hyphenate_id(id_)}" for id_ in (CORPORATION, EUROPE, AMERICAS)
    }


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"grant_type": ""}, 400, 22),
        ({"client_id": ""}, 400, 22),
        ({"client_secret": ""}, 400, 22),
        ({"grant_type": "password"}, 400, 20),
        ({"client_id": "wrong"}, 401, 11),
        ({"client_secret": "wrong"}, 401, 11),
    ],
)
async def test_invalid_forms_are_refused(
    server: Server, changes: dict[str, str], status: int, expected: int
) -> None:
    answer = await server.token("alice", **changes)
    assert (answer.status_code, category(answer)) == (status, expected)


async def test_a_token_request_in_json_is_refused(server: Server) -> None:
    answer = await server.client.post("/oauth/token", json={"grant_type": "client_credentials"})
    assert (answer.status_code, category(answer)) == (415, 20)


async def test_a_token_request_with_other_credentials_is_refused_by_policy(server: Server) -> None:
    server.client.headers["Authorization"] = "Bearer old"
    assert (await server.token("alice")).status_code == 200
    server.tenant.policy = Policy(token_authorization="refused")
    assert category(await server.token("alice")) == 20


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer a b"]
)
async def test_a_call_without_a_valid_token_is_401(
    server: Server, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await server.client.post("/v1/entity-connections", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["reasons"][0]["code"] == 90000011
    assert "ZSession" in answer.headers["WWW-Authenticate"]


async def test_a_token_expires_after_an_hour(server: Server) -> None:
    session = await server.sign_in("alice")
    server.now += 3599
    assert (await session.get("/v1/entities")).status_code == 200
    server.now += 1
    assert (await session.get("/v1/entities")).status_code == 401
    assert (await (await server.sign_in("alice")).get("/v1/entities")).status_code == 200


@pytest.mark.parametrize("spell", [str, hyphenate_id, str.upper])
async def test_the_entity_header_takes_either_spelling(server: Server, spell: "type[str]") -> None:
    session = await server.sign_in("alice", spell(EUROPE))
    assert (await session.get("/v1/entities")).json()["success"] is True


async def test_a_token_for_several_entities_must_name_one(server: Server) -> None:
    session = await server.sign_in("alice")
    del session.headers["Zuora-Entity-Ids"]
    answer = await session.get("/v1/entity-connections")
    assert (answer.status_code, category(answer)) == (400, 22)
    assert "11 entities" in sentence(answer)


async def test_a_token_for_one_entity_acts_there_by_default(server: Server) -> None:
    session = await server.sign_in("bruno")
    del session.headers["Zuora-Entity-Ids"]
    sources = {row["sourceEntityId"] for row in await session.list(type="outbound")}
    assert sources == {EUROPE}


@pytest.mark.parametrize("entity_id", [AUSTRALIA, "f" * 32])
async def test_an_entity_outside_the_scope_is_refused(server: Server, entity_id: str) -> None:
    answer = await (await server.sign_in("alice", entity_id)).get("/v1/entities")
    assert (answer.status_code, category(answer)) == (403, 10)


@pytest.mark.parametrize(
    "value", ["", "global", f"{CORPORATION},{EUROPE}", CORPORATION[:-1], f"{CORPORATION[:8]}-x"]
)
async def test_the_entity_header_is_exactly_one_id(server: Server, value: str) -> None:
    session = await server.sign_in("alice")
    answer = await session.call("GET", "/v1/entities", headers={"Zuora-Entity-Ids": value})
    assert (answer.status_code, category(answer)) == (400, 20)


async def test_a_token_can_be_restricted_to_one_entity(server: Server) -> None:
    server.client.headers["Zuora-Entity-Ids"] = hyphenate_id(EUROPE)
    body = (await server.token("alice")).json()
    assert body["scope"].count("entity.") == 1
    del server.client.headers["Zuora-Entity-Ids"]
    session = Session(server.client, {"Authorization": f"Bearer {body['access_token']}"})
    assert {row["sourceEntityId"] for row in await session.list(type="outbound")} == {EUROPE}
    outside = await session.call("GET", "/v1/entities", headers={"Zuora-Entity-Ids": CORPORATION})
    assert (outside.status_code, category(outside)) == (403, 10)


@pytest.mark.parametrize("value", [EUROPE, hyphenate_id(AUSTRALIA), "x", ""])
async def test_a_token_is_restricted_to_an_accessible_entity_with_hyphens(
    server: Server, value: str
) -> None:
    server.client.headers["Zuora-Entity-Ids"] = value
    assert category(await server.token("alice")) == 20


def _password(server: Server, username: str, **headers: str) -> dict[str, str]:
    user = server.users[username]
    return {"apiAccessKeyId": user.username, "apiSecretAccessKey": user.client_secret, **headers}


async def test_a_password_acts_in_the_home_entity_by_default(server: Server) -> None:
    session = Session(server.client, _password(server, "alice"))
    assert {row["sourceEntityId"] for row in await session.list(type="outbound")} == {CORPORATION}


@pytest.mark.parametrize(
    "header",
    [
        {"Zuora-Entity-Ids": EUROPE},
        {"entityId": EUROPE},
        {"entityId": hyphenate_id(EUROPE).upper()},
        {"entityName": "Acme-Europe"},
    ],
)
async def test_three_headers_name_the_acting_entity(server: Server, header: dict[str, str]) -> None:
    token = (await server.token("alice")).json()["access_token"]
    for credentials in (_password(server, "alice"), {"Authorization": f"bearer {token}"}):
        session = Session(server.client, credentials | header)
        assert {row["sourceEntityId"] for row in await session.list(type="outbound")} == {EUROPE}


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"entityName": "Nowhere"}, 400, 20),
        ({"entityName": "é"}, 400, 20),
        ({"entityName": "Acme-Europe", "entityId": EUROPE}, 400, 20),
        ({"entityName": "Acme-Europe", "Zuora-Entity-Ids": EUROPE}, 400, 20),
        ({"entityId": EUROPE, "Zuora-Entity-Ids": EUROPE}, 400, 20),
        ({"entityName": "Acme-Australia"}, 403, 10),
        ({"apiSecretAccessKey": "wrong"}, 401, 11),
        ({"apiAccessKeyId": "nobody"}, 401, 11),
        ({"apiAccessKeyId": ""}, 401, 11),
        ({"Authorization": "Bearer nonsense"}, 401, 11),
    ],
)
async def test_invalid_older_headers_are_refused(
    server: Server, headers: dict[str, str], status: int, expected: int
) -> None:
    sent = _password(server, "alice") | headers
    encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
    answer = await server.client.get("/v1/entities", headers=encoded)
    assert (answer.status_code, category(answer)) == (status, expected)


async def test_login_and_password_are_both_required(server: Server) -> None:
    for name, value in _password(server, "alice").items():
        answer = await server.client.get("/v1/entities", headers={name: value})
        assert (answer.status_code, category(answer)) == (401, 11)
