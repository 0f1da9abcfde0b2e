"""Switching faults over HTTP, on the control path."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from entity_connections.fake.api.openapi import load_document
from entity_connections.fake.tenant import Tenant, open_tenant

from tests.fake.schema import find_problems, resolve
from tests.fake.server import Server, category

pytestmark = pytest.mark.asyncio

DOCUMENT = load_document(control=True)
HERE = DOCUMENT["paths"]["/_faults"]


@pytest.fixture
def tenant() -> Tenant:
    return open_tenant("empty", control=True, faults=["latency=0"], seed=5)


@pytest_asyncio.fixture
async def client(tenant: Tenant) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(tenant.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as found:
        yield found
    tenant.close()


async def test_there_is_no_control_path_by_default(server: Server) -> None:
    answer = await server.client.get("/_faults")
    assert (answer.status_code, category(answer)) == (404, 40)
    assert "/_faults" not in (await server.client.get("/openapi.json")).json()["paths"]


async def test_faults_are_switched(client: httpx.AsyncClient, tenant: Tenant) -> None:
    told = (await client.get("/_faults")).json()
    assert (told["on"], told["seed"]) == (["latency=0"], 5)
    assert "drop" in told["faults"]
    put = await client.put("/_faults", json={"on": ["rate-limit=2,times=1", "drop"]})
    assert put.json()["on"] == ["rate-limit=2,times=1", "drop"]
    assert (await client.get("/v1/entities")).status_code == 429
    assert (await client.put("/_faults", json={"on": []})).json()["on"] == []
    assert not tenant.faults


async def test_the_seed_decides_which_calls_a_fault_triggers_on(
    client: httpx.AsyncClient,
) -> None:
    async def struck(seed: int) -> list[bool]:
        on = {"on": ["http-503,share=0.5"], "seed": seed}
        assert (await client.put("/_faults", json=on)).json()["seed"] == seed
        return [(await client.get("/v1/entities")).status_code == 503 for _ in range(40)]

    assert await struck(1) == await struck(1) != await struck(2)
    assert (await client.put("/_faults", json={"on": []})).json()["seed"] == 2


@pytest.mark.parametrize(
    ("method", "content", "status"),
    [
        ("PUT", b'{"on": ["nothing"]}', 400),
        ("PUT", b'{"on": "drop"}', 400),
        ("PUT", b'{"on": [1]}', 400),
        ("PUT", b'{"on": [], "seed": "x"}', 400),
        ("PUT", b'{"on": [], "seed": true}', 400),
        ("PUT", b'{"on": [], "seed": 9007199254740992}', 400),
        ("PUT", b"{}", 400),
        ("PUT", b"[", 400),
        ("PUT", b'{"off": []}', 400),
        ("POST", b"{}", 405),
        ("DELETE", b"", 405),
    ],
)
async def test_invalid_changes_are_refused_in_zuoras_shape(
    client: httpx.AsyncClient, tenant: Tenant, method: str, content: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json", "Zuora-Track-Id": "ours"}
    answers = [
        await client.request(method, "/_faults", content=content, headers=headers) for _ in "12"
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["Zuora-Track-Id"]) == (status, "ours")
        assert category(answer) > 0
    assert len({answer.json()["requestId"] for answer in answers}) == 2
    assert (tenant.faults.summary(), tenant.faults.seed) == ("latency=0", 5)


async def test_faults_do_not_affect_the_control_path(client: httpx.AsyncClient) -> None:
    for fault in ("http-502,calls=all", "drop,calls=all", "time-out,calls=all"):
        assert (await client.put("/_faults", json={"on": [fault]})).status_code == 200
        assert (await client.get("/_faults")).json()["on"] == [fault]


@pytest.mark.parametrize(
    ("method", "content"),
    [("get", None), ("put", {"on": ["drop"], "seed": 1}), ("put", {"on": "drop"})],
)
async def test_the_openapi_document_describes_the_control_path(
    client: httpx.AsyncClient, method: str, content: object
) -> None:
    told = (await client.get("/openapi.json")).json()
    assert told == {**DOCUMENT, "servers": [{"url": "http://x"}]}
    answer = await client.request(method, "/_faults", json=content)
    found = resolve(DOCUMENT, HERE[method]["responses"][str(answer.status_code)])
    schema = found["content"]["application/json"]["schema"]
    assert not find_problems(DOCUMENT, schema, answer.json())
    only = {"zuora-track-id"}
    assert {name.lower() for name in found["headers"]} - only <= {*answer.headers}
