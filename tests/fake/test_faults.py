"""The effect of each fault on a call inside one process."""

import asyncio
import time
from itertools import pairwise

import pytest

from tests.fake.conftest import Open
from tests.fake.server import Json, Server, category

pytestmark = pytest.mark.asyncio

WAITING = "8a8082555b3c70de015b44a61f0a2b09"
"""A pending request from Acme-Japan to Acme Corporation."""


@pytest.mark.parametrize(("fault", "least"), [("latency=0.1", 0.1), ("jitter=0.1", 0.0)])
async def test_latency_and_jitter_delay_the_answer(
    server: Server, fault: str, least: float
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(fault)
    durations = []
    for _ in range(5):
        start = time.monotonic()
        assert (await session.get("/v1/entities")).status_code == 200
        durations.append(time.monotonic() - start)
    assert least <= min(durations) < 0.1 + least
    assert fault.startswith("latency") or max(durations) - min(durations) > 0.01


@pytest.mark.parametrize(
    ("fault", "code", "headers"),
    [
        ("rate-limit=7", 70, {"RateLimit-Reset": "7", "RateLimit-Remaining": "0"}),
        ("rate-limit-retry-after=9", 70, {"Retry-After": "9", "RateLimit-Reset": "9"}),
        ("concurrency", 50000070, {"Concurrency-Limit-Remaining": "0"}),
        ("concurrency-retry-after", 50000070, {"Retry-After": "120"}),
    ],
)
async def test_429_of_each_kind(
    open_server: Open, fault: str, code: int, headers: dict[str, str]
) -> None:
    server = open_server(faults=[fault])
    answer = await server.client.put(f"/v1/entity-connections/{WAITING}/accept")
    assert answer.status_code == 429
    assert answer.json()["reasons"][0]["code"] == code
    assert headers.items() <= {name: answer.headers.get(name) for name in headers}.items()
    assert ("Retry-After" in answer.headers) is ("Retry-After" in headers)
    assert len(answer.headers["Zuora-Request-Id"]) == 36


async def test_a_fault_switches_itself_off_after_its_times(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("rate-limit,times=2")
    statuses = [(await session.get("/v1/entities")).status_code for _ in range(4)]
    assert statuses == [429, 429, 200, 200]
    assert not server.tenant.faults


async def test_a_fault_lets_calls_pass_first(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("rate-limit,after=2,times=1")
    statuses = [(await session.get("/v1/entities")).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("fault", "code", "retry_after"),
    [("refusal", 30, None), ("refusal=10", 10, None), ("refusal-retry-after=7", 61, "7")],
)
async def test_a_refusal_has_its_category_and_changes_nothing(
    server: Server, fault: str, code: int, retry_after: str | None
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(fault)
    answer = await session.act("accept", WAITING)
    assert (answer.status_code, answer.json()["success"], category(answer)) == (200, False, code)
    assert answer.headers.get("Retry-After") == retry_after
    assert await _status(server) == "Pending"


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "becomes"),
    [
        ("http-502", 502, None, "Pending"),
        ("http-503", 503, None, "Pending"),
        ("http-503-retry-after", 503, "120", "Pending"),
        ("http-504", 504, None, "Connected"),
        ("html-page", 200, None, "Pending"),
        ("time-out=0", 504, None, "Pending"),
    ],
)
async def test_a_gateway_answers_html_without_zuoras_headers(
    server: Server, fault: str, status: int, retry_after: str | None, becomes: str
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(f"{fault},calls=writes")
    answer = await session.act("accept", WAITING)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "zuora-request-id" not in answer.headers
    assert answer.headers.get("Retry-After") == retry_after
    assert await _status(server) == becomes


@pytest.mark.parametrize(
    ("fault", "status"), [("latency=60", 200), ("time-out", 504), ("http-504=60", 504)]
)
async def test_a_delay_ends_when_its_fault_is_switched_off(
    server: Server, fault: str, status: int
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(f"{fault},times=1")
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        call = group.create_task(session.get("/v1/entities"))
        await asyncio.sleep(0.1)
        assert not call.done()
        server.tenant.faults.off(fault.partition("=")[0])
    assert call.result().status_code == status


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


@pytest.mark.parametrize(
    ("fault", "becomes"), [("drop", "Connected"), ("truncated", "Connected"), ("lost", "Pending")]
)
async def test_a_call_that_is_cut_off_is_carried_out_unless_it_was_lost(
    server: Server, fault: str, becomes: str
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(fault)
    with pytest.raises(ConnectionResetError):
        await session.act("accept", WAITING)
    assert (await _status(server)) == becomes


async def test_an_expired_token_is_refused_and_a_new_one_works(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("expired-token=2")
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


async def test_another_administrator_acts_by_the_rules_and_the_seed(open_server: Open) -> None:
    async def list_repeatedly(seed: int) -> list[list[Json]]:
        server = open_server(faults=["another-administrator=1"], seed=seed)
        session = await server.sign_in("alice")
        return [await session.list() for _ in range(24)]

    first, other = await list_repeatedly(1), await list_repeatedly(2)
    assert _without_ids(first) == _without_ids(await list_repeatedly(1)) != _without_ids(other)
    assert sum(rows != before for before, rows in pairwise(first)) >= 5
    for rows in first:
        active = [
            (row["sourceEntityId"], row["targetEntityId"])
            for row in rows
            if row["status"] in ("Pending", "Connected")
        ]
        assert len(set(active)) == len(active)


async def test_another_administrator_acts_before_every_nth_call_and_as_often_as_times_says(
    server: Server,
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("another-administrator=3,times=1")
    for faults in ("another-administrator,times=1", "another-administrator,times=1", ""):
        await session.list()
        assert server.tenant.faults.summary() == faults


def _without_ids(lists: list[list[Json]]) -> list[list[Json]]:
    return [[row | {"id": ""} for row in rows] for rows in lists]


async def _status(server: Server) -> str:
    server.tenant.faults.off()
    return str((await server.find_connection(WAITING) or {})["status"])
