"""A POST with an Idempotency-Key is carried out once (contract E3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    AUSTRALIA,
    CORPORATION,
    EUROPE,
    JAPAN,
    MEXICO,
)

from tests.fake.conftest import Open
from tests.fake.server import Server, Session, category

PATH = "/v1/entity-connections"


async def test_a_repeated_success_gets_the_stored_response(server: Server) -> None:
    session = await server.sign_in("alice")
    first, second = await session.request(MEXICO, "k"), await session.request(MEXICO, "k")
    assert first.json()["success"] is True
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers == first.headers
    assert len(await _to(session, MEXICO)) == 1


async def test_a_repeated_failure_gets_the_stored_response(server: Server) -> None:
    session = await server.sign_in("alice", JAPAN)
    first = await session.request(AMERICAS, "k")
    assert category(first) == 30
    pending = next(row for row in await session.list() if row["targetEntityId"] == AMERICAS)
    await (await server.sign_in("alice", AMERICAS)).act("deny", pending["id"])
    assert (await session.request(AMERICAS, "k")).content == first.content
    assert (await session.request(AMERICAS, "new")).json()["success"] is True


async def test_the_refusal_of_a_malformed_body_is_stored(server: Server) -> None:
    session = await server.sign_in("alice")
    first = await session.call("POST", PATH, content=b"{", headers={"Idempotency-Key": "k"})
    assert (first.status_code, category(first)) == (400, 90)
    assert (await session.request(MEXICO, "k")).content == first.content


async def test_the_refusal_of_a_missing_token_is_not_stored(server: Server) -> None:
    session = await server.sign_in("alice")
    stranger = Session(server.client, {})
    assert category(await stranger.request(MEXICO, "k")) == 11
    assert (await session.request(MEXICO, "k")).json()["success"] is True


async def test_a_response_is_stored_for_a_day(server: Server) -> None:
    first = await (await server.sign_in("alice")).request(AUSTRALIA, "k")
    server.now += 24 * 3600 - 1
    session = await server.sign_in("alice")
    assert (await session.request(AUSTRALIA, "k")).content == first.content
    server.now += 1
    assert (await session.request(MEXICO, "k")).json()["success"] is True


async def test_a_stored_response_carries_the_new_track_id(server: Server) -> None:
    session = await server.sign_in("alice")
    session.headers["Zuora-Track-Id"] = "one"
    await session.request(MEXICO, "k")
    session.headers["Zuora-Track-Id"] = "two"
    assert (await session.request(MEXICO, "k")).headers["Zuora-Track-Id"] == "two"


async def test_another_url_with_the_same_key_is_422(server: Server) -> None:
    session = await server.sign_in("alice")
    await session.request(MEXICO, "k")
    body, headers = {"targetEntityId": JAPAN}, {"Idempotency-Key": "k"}
    answer = await session.call("POST", f"{PATH}?a=b", json=body, headers=headers)
    assert (answer.status_code, category(answer)) == (422, 20)
    assert await _to(session, JAPAN) == []


async def test_another_body_with_the_same_key_gets_the_stored_response(server: Server) -> None:
    session = await server.sign_in("alice")
    first = await session.request(MEXICO, "k")
    assert (await session.request(JAPAN, "k")).content == first.content
    assert await _to(session, JAPAN) == []


@pytest.mark.parametrize("entity_id", [CORPORATION, EUROPE])
async def test_another_body_or_entity_is_refused_by_policy(
    open_server: Open, entity_id: str
) -> None:
    server = open_server(policy=Policy(reused_key="refused"))
    await (await server.sign_in("alice")).request(MEXICO, "k")
    other = await server.sign_in("alice", entity_id)
    target_id = JAPAN if entity_id == CORPORATION else MEXICO
    assert (await other.request(target_id, "k")).status_code == 422
    assert (await (await server.sign_in("alice")).request(MEXICO, "k")).json()["success"] is True


@pytest.mark.parametrize(("length", "status"), [(0, 400), (1, 200), (254, 200), (255, 400)])
async def test_a_key_has_1_to_254_characters(server: Server, length: int, status: int) -> None:
    session = await server.sign_in("alice")
    body, headers = {"targetEntityId": MEXICO}, {"Idempotency-Key": "k" * length}
    answer = await session.call("POST", PATH, json=body, headers=headers)
    assert answer.status_code == status
    assert len(await _to(session, MEXICO)) == (status == 200)


async def test_a_second_call_while_the_first_runs_is_409(server: Server) -> None:
    session = await server.sign_in("alice")
    running, body_sent = await _start_request(session, JAPAN)
    answer = await session.request(JAPAN, "slow")
    assert (answer.status_code, category(answer)) == (409, 50)
    body_sent.set()
    assert (await running).json()["success"] is True
    assert (await session.request(JAPAN, "slow")).json()["success"] is True
    assert len(await _to(session, JAPAN)) == 1


async def test_a_cancelled_call_releases_its_key(server: Server) -> None:
    session = await server.sign_in("alice")
    running, _ = await _start_request(session, JAPAN)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await session.request(JAPAN, "slow")).json()["success"] is True


async def _start_request(
    session: Session, target_id: str
) -> tuple[asyncio.Task[httpx.Response], asyncio.Event]:
    """Return a request under the key "slow", and the event on which its body is sent."""
    is_running, body_sent = asyncio.Event(), asyncio.Event()

    async def send_body() -> AsyncIterator[bytes]:
        is_running.set()
        await body_sent.wait()
        yield json.dumps({"targetEntityId": target_id}).encode()

    headers = {"Idempotency-Key": "slow"}
    call = session.call("POST", PATH, content=send_body(), headers=headers)
    running = asyncio.create_task(call)
    await is_running.wait()
    return running, body_sent


async def _to(session: Session, target_id: str) -> list[dict[str, Any]]:
    return [
        row for row in await session.list(type="outbound") if row["targetEntityId"] == target_id
    ]
