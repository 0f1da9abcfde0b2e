"""The effect of each fault on a call inside one process."""

import asyncio
import json
import time

import httpx
import pytest
from entity_connections.fake.scenarios.builtin.acme import CORPORATION, EUROPE, JAPAN, MEXICO
from entity_connections.fake.tenant import open_tenant

from tests.fake.server import Json, Server, category

pytestmark = pytest.mark.asyncio

WAITING = "8a8082555b3c70de015b44a61f0a2b09"
"""A pending request from Acme-Japan to Acme Corporation."""


async def test_no_fault_is_on_by_default(server: Server) -> None:
    session = await server.sign_in("alice")
    answer = await session.get("/v1/entities")
    assert answer.status_code == 200
    assert not server.tenant.faults


async def test_latency_delays_the_answer(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("latency", 0.1)
    began = time.monotonic()
    assert (await session.get("/v1/entities")).status_code == 200
    assert 0.1 <= time.monotonic() - began < 5


async def test_jitter_is_at_most_its_value(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("jitter", 0.1)
    took = []
    for _ in range(5):
        began = time.monotonic()
        await session.get("/v1/entities")
        took.append(time.monotonic() - began)
    assert max(took) - min(took) > 0.01
    assert min(took) < 0.1


@pytest.mark.parametrize(
    ("fault", "code", "headers"),
    [
        ("rate-limit=7", 70, {"RateLimit-Reset": "7", "RateLimit-Remaining": "0"}),
        ("rate-limit-retry-after=9", 70, {"Retry-After": "9", "RateLimit-Reset": "9"}),
        ("concurrency", 50000070, {"Concurrency-Limit-Remaining": "0"}),
        ("concurrency-retry-after", 50000070, {"Retry-After": "120"}),
    ],
)
async def test_429_of_each_kind(fault: str, code: int, headers: dict[str, str]) -> None:
    tenant = open_tenant("acme", faults=[fault])
    client = httpx.AsyncClient(transport=httpx.ASGITransport(tenant.asgi), base_url="http://x")
    answer = await client.put(f"/v1/entity-connections/{WAITING}/accept")
    assert answer.status_code == 429
    assert answer.json()["reasons"][0]["code"] == code
    assert headers.items() <= {name: answer.headers.get(name) for name in headers}.items()
    assert ("Retry-After" in answer.headers) is ("Retry-After" in headers)
    assert len(answer.headers["Zuora-Request-Id"]) == 36
    tenant.close()


async def test_a_fault_switches_itself_off_after_its_times(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("rate-limit", times=2)
    statuses = [(await session.get("/v1/entities")).status_code for _ in range(4)]
    assert statuses == [429, 429, 200, 200]
    assert not server.tenant.faults


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "done"),
    [
        ("http-502", 502, None, False),
        ("http-503", 503, None, False),
        ("http-503-retry-after", 503, "120", False),
        ("http-504", 504, None, True),
        ("time-out", 504, None, False),
    ],
)
async def test_a_gateway_answers_html_without_zuoras_headers(
    server: Server, fault: str, status: int, retry_after: str | None, done: bool
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(fault, 0 if fault == "time-out" else None, calls="writes")
    answer = await session.act("accept", WAITING)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "zuora-request-id" not in answer.headers
    assert answer.headers.get("Retry-After") == retry_after
    assert (await _status(server)) == ("Connected" if done else "Pending")


@pytest.mark.parametrize("fault", ["time-out", "latency=60"])
async def test_a_caller_that_gives_up_waiting_leaves_no_task_behind(
    server: Server, fault: str
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(f"{fault},calls=writes")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(session.act("accept", WAITING), 0.1)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert (await _status(server)) == "Pending"


async def test_a_call_whose_answer_is_dropped_is_carried_out(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("drop")
    with pytest.raises(ConnectionResetError):
        await session.act("accept", WAITING)
    assert (await _status(server)) == "Connected"


async def test_a_truncated_body_is_the_first_half(server: Server) -> None:
    session = await server.sign_in("alice")
    whole = (await session.get("/v1/entities")).text
    server.tenant.faults.on("truncated")
    half = (await session.get("/v1/entities")).text
    assert whole.startswith(half)
    assert 0 < len(half) < len(whole)
    with pytest.raises(json.JSONDecodeError):
        json.loads(half)


async def test_an_expired_token_is_refused_and_a_new_one_works(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("expired-token", 2)
    answers = [await session.get("/v1/entities") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 401]
    assert (category(answers[2]), answers[2].json()["reasons"][0]["code"]) == (11, 90000011)
    assert (await (await server.sign_in("alice")).get("/v1/entities")).status_code == 200


async def test_a_denied_request_is_removed_while_the_fault_is_on(server: Server) -> None:
    session = await server.sign_in("alice")
    german = next(
        row["id"]
        for row in await session.list(type="inbound")
        if row["status"] == "Pending" and row["id"] != WAITING
    )
    server.tenant.faults.on("denied-is-removed")
    assert (await session.act("deny", WAITING)).json()["success"]
    assert await server.find_connection(WAITING) is None
    server.tenant.faults.off("denied-is-removed")
    assert (await session.act("deny", german)).json()["success"]
    assert (await server.find_connection(german) or {})["status"] == "Disconnected"


async def test_another_administrator_acts_by_the_rules_and_the_seed() -> None:
    first, again, other = await _history(1), await _history(1), await _history(2)
    assert first == again != other
    assert sum(rows != before for rows, before in zip(first[4:], first, strict=False)) >= 5
    for rows in first:
        living = [row[:2] for row in rows if row[2] in ("Pending", "Connected")]
        assert len(set(living)) == len(living)


async def test_another_administrator_acts_only_as_often_as_times_says(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("another-administrator", 1, times=1)
    before, after = await session.list(), await session.list()
    assert not server.tenant.faults
    assert before == after


async def _status(server: Server) -> str:
    server.tenant.faults.off()
    return str((await server.find_connection(WAITING) or {})["status"])


async def _history(seed: int) -> list[list[tuple[str, str, str]]]:
    """Return what four entities see, one after another, six times."""
    tenant = open_tenant("acme", faults=["another-administrator=1"], seed=seed)
    server = Server.__new__(Server)
    server.tenant, server.users = tenant, {user.username: user for user in tenant.users}
    server.client = httpx.AsyncClient(
        transport=httpx.ASGITransport(tenant.asgi), base_url="http://x"
    )
    sessions = [
        await server.sign_in("alice", entity_id)
        for entity_id in (CORPORATION, EUROPE, JAPAN, MEXICO)
    ]
    found = []
    for number in range(24):
        rows: list[Json] = await sessions[number % 4].list()
        found.append(
            [(row["sourceEntityId"], row["targetEntityId"], row["status"]) for row in rows]
        )
    tenant.close()
    return found
