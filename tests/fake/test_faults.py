"""The effect of each fault on a call inside one process."""

import asyncio
import json
from itertools import pairwise

import pytest
from entity_connections.fake.policy import Policy

from tests.fake.conftest import Open
from tests.fake.server import Json, Server, category

WAITING = "8a8082555b3c70de015b44a61f0a2b09"
"""A pending request from Acme-Japan to Acme Corporation."""


@pytest.mark.parametrize(
    ("fault", "code", "headers"),
    [
        ("rate-limit=7", 70, {"RateLimit-Reset": "7", "RateLimit-Remaining": "0"}),
        ("rate-limit=9,retry-after=9", 70, {"Retry-After": "9", "RateLimit-Reset": "9"}),
        ("concurrency", 50000070, {"Concurrency-Limit-Remaining": "0"}),
        ("concurrency,retry-after=120", 50000070, {"Retry-After": "120"}),
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
    [("refusal", 30, None), ("refusal=10", 10, None), ("refusal=61,retry-after=7", 61, "7")],
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
        ("gateway-page=502", 502, None, "Pending"),
        ("gateway-page=503", 503, None, "Pending"),
        ("gateway-page=503,retry-after=120", 503, "120", "Pending"),
        ("committed-then-504", 504, None, "Connected"),
        ("gateway-page=200", 200, None, "Pending"),
        ("gateway-page", 403, None, "Pending"),
        ("gateway-page=451", 451, None, "Pending"),
        ("committed-then-page", 403, None, "Connected"),
        ("committed-then-page=599", 599, None, "Connected"),
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
    ("fault", "status"), [("latency=60", 200), ("time-out", 504), ("committed-then-504=60", 504)]
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


async def test_a_call_is_carried_out_although_its_token_is_refused(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("committed-then-401,times=1")
    answer = await session.act("accept", WAITING)
    assert (answer.status_code, category(answer)) == (401, 11)
    assert await _status(server) == "Connected"


async def test_lists_show_an_earlier_state_by_the_clock_of_the_tenant(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("list-lags=3")
    assert (await session.act("accept", WAITING)).json()["success"]
    seen = []
    for _ in range(5):
        seen += [row["status"] for row in await session.list() if row["id"] == WAITING]
        server.now += 1
    assert seen == ["Pending", "Pending", "Pending", "Connected", "Connected"]
    assert (await session.act("disconnect", WAITING)).json()["success"]
    server.tenant.faults.off()
    assert await _status(server) == "Disconnected"


async def test_a_list_that_lags_has_types_pages_and_order(server: Server) -> None:
    session = await server.sign_in("alice")
    queries: list[dict[str, str]] = [
        {"page": "2", "pageSize": "4"},
        {"type": "inbound"},
        {"type": "outbound", "pageSize": "2"},
    ]
    for order in ("creation", "newest-first"):
        server.tenant.policy = Policy(order=order)
        server.tenant.faults.off()
        now = [(await session.get("/v1/entity-connections", **query)).json() for query in queries]
        server.tenant.faults.on("list-lags")
        for query, body in zip(queries, now, strict=True):
            assert (await session.get("/v1/entity-connections", **query)).json() == body


async def test_one_list_is_empty_and_the_next_is_not(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("list-empty,times=1")
    assert (await session.get("/v1/entities")).json()["entities"]
    assert [bool(await session.list()) for _ in range(3)] == [False, True, True]
    assert not server.tenant.faults
    server.tenant.faults.on("list-empty,calls=entities,times=1")
    assert await session.list()
    assert (await session.get("/v1/entities")).json()["entities"] == []


@pytest.mark.parametrize(("new_records", "distinct"), [(0, 5), (1, 8), (5, 20)])
async def test_pages_without_end(server: Server, new_records: int, distinct: int) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(f"endless-pages={new_records}")
    url, ids = "/v1/entity-connections?pageSize=5", list[str]()
    for _ in range(4):
        body = (await session.get(url)).json()
        ids += [row["id"] for row in body["entityConnections"]]
        url = body["nextPage"]
    assert (len(ids), len(set(ids))) == (20, distinct)
    assert "page=5" in url


@pytest.mark.parametrize("calls", ["connections", "entities"])
@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        ("unreadable-record=3", {"id": None, "status": None}),
        ("unknown-status=3", {"status": "On Hold"}),
        ("invalid-target=3", {"targetEntityId": "-"}),
        ("other-entities=3", {"sourceEntityId": "e" * 32, "targetEntityId": "f" * 32}),
    ],
)
async def test_some_records_of_a_list_are_changed(
    server: Server, calls: str, fault: str, changed: Json
) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on(f"{fault},calls={calls}")
    connections = await session.list()
    entities = (await session.get("/v1/entities")).json()["entities"]
    touched, others = (connections, entities)[:: 1 if calls == "connections" else -1]
    assert [changed.items() <= row.items() for row in touched[:7]] == [0, 0, 1, 0, 0, 1, 0]
    assert not any(changed.items() <= row.items() for row in others)


async def test_success_is_said_and_denied_in_one_answer(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("success-twice")
    answer = await session.act("accept", WAITING)
    assert json.loads(answer.content, object_pairs_hook=list) == [
        ("success", True),
        ("success", False),
    ]
    assert await _status(server) == "Connected"


async def test_a_record_has_two_statuses(server: Server) -> None:
    session = await server.sign_in("alice")
    server.tenant.faults.on("status-twice")
    answer = await session.get("/v1/entity-connections")
    rows = dict(json.loads(answer.content, object_pairs_hook=list))["entityConnections"]
    statuses = [[value for name, value in row if name == "status"] for row in rows]
    assert statuses[:2] == [["Connected"], ["Connected", "Disconnected"]]
    assert [len(values) for values in statuses[:4]] == [1, 2, 1, 2]


async def test_a_record_comes_twice(server: Server) -> None:
    session = await server.sign_in("alice")
    once = await session.list()
    server.tenant.faults.on("record-twice=3")
    listed = await session.list()
    assert listed[: len(once)] == once
    again = {record["id"]: record["status"] for record in listed[len(once) :]}
    assert again.keys() == {record["id"] for record in once[2::3]}
    assert all(again[record["id"]] != record["status"] for record in once[2::3])


async def test_a_record_has_another_id(server: Server) -> None:
    session = await server.sign_in("alice")
    before = await session.list()
    server.tenant.faults.on("new-id=3")
    changed = [record["id"] for record in await session.list()]
    same = [id_ == record["id"] for id_, record in zip(changed, before, strict=True)]
    assert same[:6] == [True, True, False] * 2


async def test_a_part_of_a_list_comes_with_http_206(server: Server) -> None:
    session = await server.sign_in("alice")
    whole = await session.list()
    server.tenant.faults.on("partial-content=3")
    answer = await session.get("/v1/entity-connections")
    assert answer.status_code == 206
    assert len(answer.json()["entityConnections"]) == len(whole) - len(whole) // 3


async def test_a_token_does_not_say_when_it_expires(server: Server) -> None:
    server.tenant.faults.on("no-expires-in")
    assert "expires_in" not in (await server.token("alice")).json()
    assert await server.find_connection(WAITING)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_changed_answer_has_the_headers_of_the_tenant(server: Server, coding: str) -> None:
    session = await server.sign_in("alice")
    session.headers["Accept-Encoding"] = coding
    server.tenant.faults.on("unreadable-record")
    answer = await session.get("/v1/entity-connections")
    assert len(answer.headers["Zuora-Request-Id"]) == 36
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert (await session.call("HEAD", "/v1/entity-connections")).status_code == 200


async def test_another_administrator_acts_by_the_rules_and_the_seed(open_server: Open) -> None:
    async def list_repeatedly(seed: int) -> list[list[Json]]:
        server = open_server(faults=["another-administrator=1"], seed=seed)
        session = await server.sign_in("alice")
        return [await session.list() for _ in range(24)]

    first, other = await list_repeatedly(1), await list_repeatedly(2)
    assert _without_ids(first) == _without_ids(await list_repeatedly(1)) != _without_ids(other)
    assert sum(rows != before for before, rows in pairwise(first)) >= 3
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
        assert server.tenant.faults.summarize() == faults


def _without_ids(lists: list[list[Json]]) -> list[list[Json]]:
    return [[row | {"id": ""} for row in rows] for rows in lists]


async def _status(server: Server) -> str:
    server.tenant.faults.off()
    return str((await server.find_connection(WAITING) or {})["status"])
