"""What the adapter sends, and how it reads good responses (contract A, C, D, E, H)."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import parse_qs

import httpx
import pytest
from entity_connections.domain import clock
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import EndlessList, NotFound, ZuoraError
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.token_cache import Token, TokenCache
from entity_connections.zuora.client import ZuoraClient

from tests.zuora.scripted_server import (
    CREDENTIALS,
    ENTITY,
    HYPHENATED,
    NO_RETRIES,
    ScriptedServer,
    body_of,
    page,
    refusal,
    success,
)

TARGET = "8A808255-56FF-28A4-0157-08BA29312ECC"


async def test_the_token_is_requested_with_a_form_and_shared() -> None:
    server = ScriptedServer(success(entities=[]), success(entities=[]), success(entities=[]))
    await asyncio.gather(*(server.client.list_entities(ENTITY) for _ in range(3)))
    (request,) = server.token_requests
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {
        "client_id": ["1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11"],
        "client_secret": ["s3cret"],
        "grant_type": ["client_credentials"],
    }
    assert "Authorization" not in request.headers
    assert {call.headers["Authorization"] for call in server.requests} == {"Bearer token-1"}


async def test_headers_name_the_acting_entity_and_the_call() -> None:
    server = ScriptedServer(page(), page())
    await server.client.list_connections(ENTITY)
    await server.client.list_connections(ENTITY)
    first, second = server.requests
    assert first.headers["Zuora-Entity-Ids"] == HYPHENATED
    assert re.fullmatch(r"[^:;\"']{1,64}", first.headers["Zuora-Track-Id"])
    assert first.headers["Zuora-Track-Id"] != second.headers["Zuora-Track-Id"]
    assert first.headers["Accept-Encoding"]


async def test_entities_are_listed_in_the_first_entity_of_the_token() -> None:
    wire = {
        "id": HYPHENATED.upper(),
        "name": "Acme\x1b[31m",
        "displayName": None,
        "parentId": None,
        "status": "Provisioned",
        "somethingNew": 1,
    }
    server = ScriptedServer(success(entities=[wire]))
    assert await server.client.list_accessible_ids() == frozenset({ENTITY, ENTITY[:-1] + "b"})
    found = (await server.client.list_entities()).items
    assert found == (Entity(ENTITY, "Acme[31m", "", None),)
    assert server.requests[0].headers["Zuora-Entity-Ids"] == HYPHENATED


async def test_only_the_query_of_a_page_link_is_used() -> None:
    elsewhere = "https://localhost:8080/apps/v1/entity-connections?page={}&pageSize=300"
    server = ScriptedServer(
        page("1", next_page=elsewhere.format(2)),
        page("2", next_page=elsewhere.format(3)),
        page("3"),
    )
    result = await server.client.list_connections(ENTITY)
    assert [item.id for item in result.items] == ["1", "2", "3"]
    assert {call.url.host for call in server.requests} == {"rest.acme.example"}
    assert {call.url.path for call in server.requests} == {"/v1/entity-connections"}
    assert [dict(call.url.params) for call in server.requests] == [
        {"pageSize": "300"},
        {"page": "2", "pageSize": "300"},
        {"page": "3", "pageSize": "300"},
    ]


async def test_pages_of_entities_are_followed_although_none_are_documented() -> None:
    server = ScriptedServer(
        success(
            entities=[{"id": "a" * 32}],
            nextPage="https://elsewhere.example/apps/v1/entities?page=2",
        ),
        success(entities=[{"id": "b" * 32}]),
    )
    result = await server.client.list_entities(ENTITY)
    assert [item.id for item in result.items] == ["a" * 32, "b" * 32]
    assert [str(call.url) for call in server.requests] == [
        "https://rest.acme.example/v1/entities",
        "https://rest.acme.example/v1/entities?page=2",
    ]


NEXT = "/v1/entity-connections?page={}"


def new_page(number: int, rows: int = 1) -> httpx.Response:
    """Create a page of records that no other page has, with a link to the next one."""
    return page(*(f"{number}-{row}" for row in range(rows)), next_page=NEXT.format(number + 1))


@pytest.mark.parametrize(
    ("make_page", "requests", "reason"),
    [
        (lambda _: page("1", next_page=NEXT.format(2)), 2, "repeat the records"),
        (lambda n: page("1", next_page=NEXT.format(n + 1)), 2, "repeat the records"),
        (lambda _: page(next_page=NEXT.format(2)), 2, "repeat the records"),
        (new_page, 100, "more after 100 pages with 100 rows"),
        (lambda n: new_page(n, 300), 67, "more after 67 pages with 20,100 rows"),
    ],
    ids=["circle", "repetition", "circle of empty pages", "pages", "rows"],
)
async def test_a_list_that_does_not_end_is_an_error_that_is_not_repeated_unasked(
    make_page: Callable[[int], httpx.Response], requests: int, reason: str
) -> None:
    server = ScriptedServer(*map(make_page, range(1, requests + 2)))
    with pytest.raises(EndlessList, match=reason) as caught:
        await server.client.list_connections(ENTITY)
    assert len(server.requests) == requests
    assert not caught.value.may_repeat_unasked


async def test_all_that_an_entity_can_hold_is_read() -> None:
    full = [new_page(number, 300) for number in range(1, 66)]
    server = ScriptedServer(*full, page(*(f"last-{row}" for row in range(499))))
    result = await server.client.list_connections(ENTITY)
    assert len(result.items) == 65 * 300 + 499
    assert not result.missing


async def test_a_last_page_may_repeat_a_record() -> None:
    """A record that is made between two pages moves the others on."""
    server = ScriptedServer(page("1", "2", next_page=NEXT.format(2)), page("2"))
    assert len((await server.client.list_connections(ENTITY)).items) == 2


async def test_a_request_holds_the_normalized_target_and_the_key() -> None:
    server = ScriptedServer(success(id="c0ffee"))
    done = await server.client.request_connection(ENTITY, TARGET, "key-1")
    assert done.connection_id == "c0ffee"
    (call,) = server.requests
    assert (call.method, call.url.path) == ("POST", "/v1/entity-connections")
    assert body_of(call) == {"targetEntityId": "8a80825556ff28a4015708ba29312ecc"}
    assert call.headers["Idempotency-Key"] == "key-1"
    assert call.headers["Zuora-Entity-Ids"] == HYPHENATED


@pytest.mark.parametrize("verb", ["accept", "deny", "disconnect"])
async def test_a_put_holds_an_empty_object_and_no_key(verb: str) -> None:
    server = ScriptedServer(success())
    await getattr(server.client, verb)(ENTITY, "c0-ffee")
    (call,) = server.requests
    assert call.method == "PUT"
    assert call.url.raw_path == f"/v1/entity-connections/c0-ffee/{verb}".encode()
    assert call.headers["Content-Type"] == "application/json"
    assert body_of(call) == {}
    assert "Idempotency-Key" not in call.headers


@pytest.mark.parametrize("id_", ["", "..", "../x", "1?y", "x" * 256])
async def test_an_id_that_would_change_the_path_is_not_sent(id_: str) -> None:
    server = ScriptedServer()
    with pytest.raises(NotFound):
        await server.client.disconnect(ENTITY, id_)
    assert not server.requests


@pytest.mark.parametrize(
    ("acting_id", "key", "track_id"),
    [("é", "key", ""), ("a b", "key", ""), (ENTITY, "", ""), (ENTITY, "k\r\nX: y", ""),
     (ENTITY, "k" * 65, ""), (ENTITY, "key", "a:b"), (ENTITY, "key", "x" * 65)],
)  # fmt: skip
async def test_an_invalid_header_is_not_sent(acting_id: str, key: str, track_id: str) -> None:
    server = ScriptedServer()
    with pytest.raises(ZuoraError) as caught:
        await server.client.request_connection(acting_id, TARGET, key, track_id)
    assert not caught.value.maybe_applied
    assert not server.requests


async def test_a_401_renews_the_token_and_repeats_the_call() -> None:
    server = ScriptedServer(refusal(90000011, status=401), success(entities=[]))
    await server.client.list_entities(ENTITY)
    assert [call.headers["Authorization"] for call in server.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


async def test_concurrent_401s_renew_the_token_once() -> None:
    """Also if one comes when the token has been renewed already."""

    async def refuse_the_first(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer token-2":
            return success(entities=[])
        if request is not server.requests[0]:
            await asyncio.sleep(0.02)
        return refusal(90000011, status=401)

    server = ScriptedServer(*[refuse_the_first] * 8)
    await asyncio.gather(*(server.client.list_entities(ENTITY) for _ in range(4)))
    assert len(server.token_requests) == 2


async def test_a_token_is_renewed_before_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 0.0
    stopped = SimpleNamespace(time=time.time, monotonic=lambda: seconds)
    monkeypatch.setattr(clock, "current", stopped)
    server = ScriptedServer(success(entities=[]), success(entities=[]), success(entities=[]))
    for seconds, tokens in ((0.0, 1), (3599 - 301, 1), (3599 - 299, 2)):  # noqa: B007
        await server.client.list_entities(ENTITY)
        assert len(server.token_requests) == tokens
    assert "s3cret" not in repr((CREDENTIALS, server.token_requests))


async def test_a_refusal_to_renew_the_token_repeats_neither_it_nor_the_client_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 0.0
    stopped = SimpleNamespace(time=time.time, monotonic=lambda: seconds)
    monkeypatch.setattr(clock, "current", stopped)
    server = ScriptedServer(success(entities=[]))
    await server.client.list_entities(ENTITY)
    seconds = 3599.0
    server.token_response = refusal(50000030, "No s3cret, no token-1.")
    with pytest.raises(ZuoraError) as caught:
        await server.client.list_entities(ENTITY)
    assert caught.value.sentence == "No *****, no *****."


async def test_a_token_that_is_refused_while_it_is_stored_is_renewed() -> None:
    refused = threading.Event()

    class SlowCache(TokenCache):
        def load(self) -> None:
            return None

        def save(self, token: Token) -> None:
            assert refused.wait(10)

    server = ScriptedServer(
        refusal(90000011, status=401), success(entities=[]), success(entities=[])
    )
    log = RequestLog()
    cache = SlowCache(None, "https://rest.acme.example", "id")
    client = ZuoraClient(
        "https://rest.acme.example",
        CREDENTIALS,
        request_log=log,
        transport=server.transport,
        retry_policy=NO_RETRIES,
        token_cache=cache,
    )
    loop = asyncio.get_running_loop()
    has_token = asyncio.Event()

    def notice_call() -> None:
        has_token.set()
        if server.requests:
            loop.call_soon(refused.set)

    log.changed = notice_call
    first = asyncio.ensure_future(client.list_entities(ENTITY))
    await has_token.wait()
    results = await asyncio.gather(first, client.list_entities(ENTITY))
    assert [result.items for result in results] == [(), ()]
    assert len(server.token_requests) == 2


async def test_a_token_may_not_say_how_long_it_lasts() -> None:
    server = ScriptedServer(success(entities=[]), success(entities=[]))
    server.token_response = httpx.Response(200, json={"access_token": "token", "scope": None})
    await server.client.list_entities(ENTITY)
    await server.client.list_entities(ENTITY)
    assert len(server.token_requests) == 1


async def test_a_short_token_is_not_requested_for_every_call() -> None:
    server = ScriptedServer(success(entities=[]), success(entities=[]), expires_in=60)
    await server.client.list_entities(ENTITY)
    await server.client.list_entities(ENTITY)
    assert len(server.token_requests) == 1
