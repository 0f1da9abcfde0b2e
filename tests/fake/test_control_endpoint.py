"""Switching faults over HTTP, on the control path."""

from collections.abc import AsyncIterator
from contextlib import closing

import httpx
import pytest
import pytest_asyncio
from entity_connections.fake.api.openapi import load_document
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.tenant import open_tenant

from tests.fake.openapi_check import check_response
from tests.fake.server import Server, category

DOCUMENT = load_document(control=True)


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    with closing(
        open_tenant("empty", control=True, faults=ActiveFaults(["latency=0"], seed=5))
    ) as tenant:
        transport = httpx.ASGITransport(tenant.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            yield client


async def test_there_is_no_control_path_by_default(server: Server) -> None:
    answer = await server.client.get("/_faults")
    assert (answer.status_code, category(answer)) == (404, 40)
    assert "/_faults" not in (await server.client.get("/openapi.json")).json()["paths"]


async def test_faults_are_switched(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/_faults")).json()
    assert (shown["on"], shown["seed"]) == (["latency=0"], 5)
    assert "drop" in shown["faults"]
    put = await client.put("/_faults", json={"on": ["rate-limit=2,times=1", "drop"]})
    assert put.json()["on"] == ["rate-limit=2,times=1", "drop"]
    assert (await client.get("/v1/entities")).status_code == 429
    assert (await client.put("/_faults", json={"on": []})).json()["on"] == []
    assert (await client.get("/v1/entities")).status_code == 401


async def test_the_seed_decides_which_calls_a_fault_triggers_on(client: httpx.AsyncClient) -> None:
    async def list_triggered(seed: int) -> list[bool]:
        on = {"on": ["gateway-page=503,share=0.5"], "seed": seed}
        assert (await client.put("/_faults", json=on)).json()["seed"] == seed
        return [(await client.get("/v1/entities")).status_code == 503 for _ in range(40)]

    assert await list_triggered(1) == await list_triggered(1) != await list_triggered(2)
    assert (await client.put("/_faults", json={"on": []})).json()["seed"] == 2


@pytest.mark.parametrize(
    ("method", "content", "status"),
    [
        ("PUT", b'{"on": ["nothing"]}', 400),
        ("PUT", b'{"on": "drop"}', 400),
        ("PUT", b'{"on": [1]}', 400),
        ("PUT", b'{"on": [], "seed": "x"}', 400),
        ("PUT", b'{"on": [], "seed": true}', 400),
        ("PUT", b"{}", 400),
        ("PUT", b"[", 400),
        ("PUT", b'{"off": []}', 400),
        ("POST", b"{}", 405),
        ("DELETE", b"", 405),
    ],
)
async def test_invalid_changes_are_refused_in_zuoras_shape(
    client: httpx.AsyncClient, method: str, content: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json", "Zuora-Track-Id": "ours"}
    answer = await client.request(method, "/_faults", content=content, headers=headers)
    assert (answer.status_code, answer.headers["Zuora-Track-Id"]) == (status, "ours")
    assert category(answer) > 0
    shown = (await client.get("/_faults")).json()
    assert (shown["on"], shown["seed"]) == (["latency=0"], 5)


async def test_faults_do_not_affect_the_control_path(client: httpx.AsyncClient) -> None:
    for fault in ("gateway-page=502,calls=all", "drop,calls=all", "time-out,calls=all"):
        assert (await client.put("/_faults", json={"on": [fault]})).status_code == 200
        assert (await client.get("/_faults")).json()["on"] == [fault]


@pytest.mark.parametrize(
    ("method", "content"),
    [("get", None), ("put", {"on": ["drop"], "seed": 1}), ("put", {"on": "drop"})],
)
async def test_the_openapi_document_describes_the_control_path(
    client: httpx.AsyncClient, method: str, content: object
) -> None:
    assert (await client.get("/openapi.json")).json() == DOCUMENT
    answer = await client.request(method, "/_faults", json=content)
    check_response(DOCUMENT, method, "/_faults", answer)
