"""What the adapter sends, and what it makes of the answers (contract A, C, D, E, H)."""

import asyncio
import re
from urllib.parse import parse_qs

import httpx
import pytest
from entity_connections.domain.connections import Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import InvalidResponse, NotFound, ZuoraError
from entity_connections.zuora.auth import Credentials, Tokens

from tests.zuora.server import ENTITY, HYPHENATED, ScriptedServer, body_of, no, page, yes

pytestmark = pytest.mark.asyncio
TARGET = "8A808255-56FF-28A4-0157-08BA29312ECC"


async def test_the_token_is_asked_for_as_a_form_and_shared() -> None:
    server = ScriptedServer(yes(entities=[]), yes(entities=[]), yes(entities=[]))
    await asyncio.gather(*(server.client.list_entities(ENTITY) for _ in range(3)))
    (asked,) = server.tokens
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.content.decode()) == {
        "client_id": ["1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11"],
        "client_secret": ["s3cret"],
        "grant_type": ["client_credentials"],
    }
    assert "Authorization" not in asked.headers
    assert {call.headers["Authorization"] for call in server.calls} == {"Bearer token-1"}


async def test_every_call_names_the_acting_entity_and_itself() -> None:
    server = ScriptedServer(page(), page())
    await server.client.list_connections(ENTITY)
    await server.client.list_connections(ENTITY)
    first, second = server.calls
    assert first.headers["Zuora-Entity-Ids"] == HYPHENATED
    assert re.fullmatch(r"[^:;\"']{1,64}", first.headers["Zuora-Track-Id"])
    assert first.headers["Zuora-Track-Id"] != second.headers["Zuora-Track-Id"]
    assert first.headers["Accept-Encoding"]


async def test_the_entities_are_read_in_the_first_entity_of_the_token() -> None:
    wire = {
        "id": HYPHENATED.upper(),
        "name": "Acme\x1b[31m",
        "displayName": None,
        "parentId": None,
        "status": "Provisioned",
        "somethingNew": 1,
    }
    server = ScriptedServer(yes(entities=[wire]))
    found = (await server.client.list_entities()).found
    assert found == (Entity(ENTITY, "Acme[31m", "", None),)
    assert server.calls[0].headers["Zuora-Entity-Ids"] == HYPHENATED


async def test_the_scope_tells_the_entities_one_may_enter() -> None:
    server = ScriptedServer()
    assert await server.client.list_accessible_ids() == frozenset({ENTITY, ENTITY[:-1] + "b"})


async def test_pages_are_followed_by_their_query_only() -> None:
    elsewhere = "https://localhost:8080/apps/v1/entity-connections?page={}&pageSize=300"
    server = ScriptedServer(
        page("1", next_page=elsewhere.format(2)),
        page("2", next_page=elsewhere.format(3)),
        page("3"),
    )
    found = await server.client.list_connections(ENTITY, Direction.INBOUND)
    assert [one.id for one in found.found] == ["1", "2", "3"]
    assert {call.url.host for call in server.calls} == {"rest.acme.example"}
    assert {call.url.path for call in server.calls} == {"/v1/entity-connections"}
    assert [dict(call.url.params) for call in server.calls] == [
        {"pageSize": "300", "type": "inbound"},
        {"page": "2", "pageSize": "300", "type": "inbound"},
        {"page": "3", "pageSize": "300", "type": "inbound"},
    ]


async def test_pages_of_entities_are_followed_too_though_none_are_documented() -> None:
    server = ScriptedServer(
        yes(entities=[{"id": "a"}], nextPage="https://elsewhere.example/apps/v1/entities?page=2"),
        yes(entities=[{"id": "b"}]),
    )
    found = await server.client.list_entities(ENTITY)
    assert [one.id for one in found.found] == ["a", "b"]
    assert [str(call.url) for call in server.calls] == [
        "https://rest.acme.example/v1/entities",
        "https://rest.acme.example/v1/entities?page=2",
    ]


async def test_of_a_record_that_is_listed_twice_the_later_counts() -> None:
    changed = page("1", next_page="/v1/entity-connections?page=2")
    later = {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": "b" * 32, "status": "Pending"}
    server = ScriptedServer(changed, yes(entityConnections=[later]))
    (only,) = (await server.client.list_connections(ENTITY)).found
    assert only.status == "Pending"


async def test_pages_that_go_round_in_a_circle_end() -> None:
    again = page("1", next_page="/v1/entity-connections?page=2")
    server = ScriptedServer(*[again] * 5)
    with pytest.raises(InvalidResponse):
        await server.client.list_connections(ENTITY)
    assert len(server.calls) == 2


async def test_a_request_carries_the_bare_target_and_the_key() -> None:
    server = ScriptedServer(yes(id="c0ffee"))
    done = await server.client.request_connection(ENTITY, TARGET, "key-1")
    assert done.connection_id == "c0ffee"
    (call,) = server.calls
    assert (call.method, call.url.path) == ("POST", "/v1/entity-connections")
    assert body_of(call) == {"targetEntityId": "8a80825556ff28a4015708ba29312ecc"}
    assert call.headers["Idempotency-Key"] == "key-1"
    assert call.headers["Zuora-Entity-Ids"] == HYPHENATED


@pytest.mark.parametrize("verb", ["accept", "deny", "disconnect"])
async def test_a_put_carries_an_empty_object_and_no_key(verb: str) -> None:
    server = ScriptedServer(yes())
    await getattr(server.client, verb)(ENTITY, "../x?y")
    (call,) = server.calls
    assert call.method == "PUT"
    assert call.url.raw_path == f"/v1/entity-connections/..%2Fx%3Fy/{verb}".encode()
    assert call.headers["Content-Type"] == "application/json"
    assert body_of(call) == {}
    assert "Idempotency-Key" not in call.headers


@pytest.mark.parametrize("id_", ["", ".", ".."])
async def test_an_id_that_is_a_step_of_its_own_is_never_sent(id_: str) -> None:
    server = ScriptedServer()
    with pytest.raises(NotFound):
        await server.client.disconnect(ENTITY, id_)
    assert not server.calls


@pytest.mark.parametrize(
    ("acting_id", "key", "track_id"),
    [("é", "key", ""), ("a b", "key", ""), (ENTITY, "", ""), (ENTITY, "k\r\nX: y", ""),
     (ENTITY, "k" * 255, ""), (ENTITY, "key", "a:b"), (ENTITY, "key", "x" * 65)],
)  # fmt: skip
async def test_what_no_header_can_hold_is_never_sent(
    acting_id: str, key: str, track_id: str
) -> None:
    server = ScriptedServer()
    with pytest.raises(ZuoraError) as caught:
        await server.client.request_connection(acting_id, TARGET, key, track_id)
    assert caught.value.outcome_known
    assert not server.calls


async def test_a_401_is_answered_with_one_new_token_and_one_more_try() -> None:
    server = ScriptedServer(no(90000011, status=401), yes(entities=[]))
    await server.client.list_entities(ENTITY)
    assert [call.headers["Authorization"] for call in server.calls] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


async def test_many_401s_at_once_ask_for_one_new_token() -> None:
    def refuse_the_first(request: httpx.Request) -> httpx.Response:
        old = request.headers["Authorization"] == "Bearer token-1"
        return no(90000011, status=401) if old else yes(entities=[])

    server = ScriptedServer(*[refuse_the_first] * 8)
    await asyncio.gather(*(server.client.list_entities(ENTITY) for _ in range(4)))
    assert len(server.tokens) == 2


async def test_a_token_is_renewed_before_its_end() -> None:
    server = ScriptedServer()
    now = 0.0
    tokens = Tokens(
        server.client._line, Credentials("id", server.client._tokens._credentials[1]), lambda: now
    )
    first = await tokens.get()
    now = 3599 - 301
    assert await tokens.get() is first
    now = 3599 - 299
    assert await tokens.get() is not first


async def test_a_short_token_is_not_asked_for_at_every_call() -> None:
    server = ScriptedServer(yes(entities=[]), yes(entities=[]))
    server.expires_in = 60
    await server.client.list_entities(ENTITY)
    await server.client.list_entities(ENTITY)
    assert len(server.tokens) == 1


async def test_no_secret_is_in_what_can_be_printed() -> None:
    server = ScriptedServer()
    token = await server.client._tokens.get()
    printed = repr((token, server.client._tokens._credentials, server.client, server.tokens))
    assert "s3cret" not in printed
    assert "token-1" not in printed
