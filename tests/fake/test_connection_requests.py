"""Requesting a connection (contract D1, D5; the policy's lines)."""

import json

import pytest
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    ASIA,
    AUSTRALIA,
    CANADA,
    CORPORATION,
    EUROPE,
    MEXICO,
)

from tests.fake.server import Server, category, raw_call, sentence

PATH = "/v1/entity-connections"


async def test_a_request_is_pending_in_the_lists_of_source_and_target(server: Server) -> None:
    source, target = await server.sign_in("alice", AMERICAS), await server.sign_in("alice", EUROPE)
    answer = await source.request(EUROPE)
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    expected = {
        "id": answer.json()["id"],
        "sourceEntityId": AMERICAS,
        "targetEntityId": EUROPE,
        "status": "Pending",
    }
    assert (await source.list(type="outbound"))[-1] == expected
    assert (await target.list(type="inbound"))[-1] == expected


async def test_only_an_administrator_of_the_source_may_request(server: Server) -> None:
    answer = await (await server.sign_in("carol", AMERICAS)).request(EUROPE)
    assert (answer.status_code, category(answer)) == (200, 10)
    assert "administrator of Acme-Americas" in sentence(answer)


@pytest.mark.parametrize(
    ("target_id", "expected", "words"),
    [
        (EUROPE, 30, "from Acme Corporation to Acme-Europe is already Connected"),
        (CANADA, 30, "is already Pending"),
        (CORPORATION, 30, "Acme Corporation cannot be connected to itself"),
        (ASIA, 30, "Acme-Asia is not provisioned"),
        (AUSTRALIA, 10, "alice@acme.example has no access to Acme-Australia"),
        ("f" * 32, 40, f"no entity {'f' * 32}"),
        ("é" * 20, 40, "no entity"),
    ],
)
async def test_refusals_say_why_and_change_nothing(
    server: Server, target_id: str, expected: int, words: str
) -> None:
    session = await server.sign_in("alice")
    before = await session.list()
    answer = await session.request(target_id)
    assert (answer.status_code, category(answer)) == (200, expected)
    assert words in sentence(answer)
    assert await session.list() == before


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b"", 400, 22),
        (b"{}", 400, 22),
        (b'{"targetEntityId": null}', 400, 22),
        (b'{"targetEntityId": 7}', 400, 20),
        (b'{"targetEntityId": ""}', 400, 20),
        (json.dumps({"targetEntityId": hyphenate_id(MEXICO)}).encode(), 400, 20),
        (b'{"targetEntityId": "a", "source": "b"}', 400, 21),
        (b'{"targetEntityId"', 400, 90),
        (b"\xff\xfe\xfa", 400, 90),
        (b"[" * 60_000, 400, 90),
        (b"[]", 400, 20),
        (b'{"targetEntityId": "' + b"x" * 70_000 + b'"}', 413, 20),
        (b'{"targetEntityId": "\\ud800"}', 200, 40),
    ],
)
async def test_bad_bodies(server: Server, body: bytes, status: int, expected: int) -> None:
    session = await server.sign_in("alice")
    answer = await session.call(
        "POST", PATH, content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, category(answer)) == (status, expected)


async def test_a_caller_that_disconnects_before_the_body_is_no_server_error(server: Server) -> None:
    session = await server.sign_in("alice")
    headers = [(name.lower().encode(), value.encode()) for name, value in session.headers.items()]
    status, _, _ = await raw_call(server.tenant.asgi, "POST", PATH, headers=headers, body=None)
    assert status == 400


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}])
async def test_a_body_of_another_type_or_encoding_is_refused_with_415(
    server: Server, headers: dict[str, str]
) -> None:
    session = await server.sign_in("alice")
    answer = await session.call("POST", PATH, content=b"{}", headers=headers)
    assert (answer.status_code, category(answer)) == (415, 20)
