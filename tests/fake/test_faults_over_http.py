"""Faults over a real connection, and how the adapter handles them."""

import asyncio
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import Applied
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, CORPORATION, EUROPE
from entity_connections.services.request_log import RequestLog
from entity_connections.testing import ServedTenant, serve_tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.connection import HttpLimits
from entity_connections.zuora.http.retry import RetryPolicy

WAITING = "8a8082555b3c70de015b44a61f0a2b09"
HURRIED = RetryPolicy(first_delay=0.001, max_delay=0.001)
LIMITS = HttpLimits(exchange=2.0)


@pytest.fixture
def tenant() -> Iterator[ServedTenant]:
    with serve_tenant() as served:
        yield served


def _client(tenant: ServedTenant, traffic: RequestLog | None = None) -> ZuoraClient:
    alice = tenant.users["alice"]
    known = Credentials.from_text(alice.client_id, alice.client_secret)
    return ZuoraClient(
        tenant.base_url, known, request_log=traffic, retry_policy=HURRIED, limits=LIMITS
    )


def _signed_in(tenant: ServedTenant) -> httpx.Client:
    alice = tenant.users["alice"]
    form = {
        "grant_type": "client_credentials",
        "client_id": alice.client_id,
        "client_secret": alice.client_secret,
    }
    url = f"{tenant.base_url}/oauth/token"
    token = httpx.post(url, data=form, trust_env=False).json()["access_token"]
    known = {"Authorization": f"Bearer {token}", "Zuora-Entity-Ids": CORPORATION}
    return httpx.Client(base_url=tenant.base_url, headers=known, trust_env=False)


def _status(tenant: ServedTenant) -> str:
    tenant.faults.off()
    with _signed_in(tenant) as client:
        rows = client.get("/v1/entity-connections").json()["entityConnections"]
    return next(str(row["status"]) for row in rows if row["id"] == WAITING)


def test_drop_closes_the_connection_before_the_response(tenant: ServedTenant) -> None:
    with _signed_in(tenant) as client:
        tenant.faults.on("drop")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            client.put(f"/v1/entity-connections/{WAITING}/accept", json={})
    assert _status(tenant) == "Connected"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_truncated_closes_the_connection_in_the_middle_of_the_body(
    tenant: ServedTenant, coding: str
) -> None:
    with _signed_in(tenant) as client:
        tenant.faults.on("truncated,times=1")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            client.get("/v1/entities", headers={"Accept-Encoding": coding})
        assert client.get("/v1/entities").json()["success"]


def test_time_out_sends_nothing_and_changes_nothing(tenant: ServedTenant) -> None:
    with _signed_in(tenant) as client:
        tenant.faults.on("time-out")
        with pytest.raises(httpx.ReadTimeout):
            client.put(f"/v1/entity-connections/{WAITING}/accept", json={}, timeout=0.1)
    assert _status(tenant) == "Pending"


@pytest.mark.parametrize("fault", ["time-out", "latency=30"])
def test_the_server_stops_although_a_call_is_delayed(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serve_tenant(faults=[f"{fault},times=1"]) as tenant:
        address = urlsplit(tenant.base_url)
        line = socket.create_connection((address.hostname, address.port or 0), timeout=10)
        line.sendall(b"GET /v1/entities HTTP/1.1\r\nHost: x\r\n\r\n")
        while tenant.faults:  # until it has struck
            pass
        began = time.monotonic()
    assert time.monotonic() - began < 3
    assert caplog.records == [], "no traceback, no word"
    line.close()


def test_the_adapter_repeats_a_dropped_request_and_makes_one_record(tenant: ServedTenant) -> None:
    async def ask() -> str:
        async with _client(tenant) as zuora:
            tenant.faults.on("drop,times=2")
            receipt = await zuora.request_connection(AMERICAS, EUROPE, "key-1")
            rows = (await zuora.list_connections(AMERICAS)).items
        pair = [row.id for row in rows if row.target_id == EUROPE]
        assert pair == [receipt.connection_id]
        return pair[0]

    assert asyncio.run(ask())


@pytest.mark.parametrize("fault", ["drop", "http-504", "truncated"])
def test_the_adapter_does_not_repeat_an_accept_that_may_have_been_applied(
    tenant: ServedTenant, fault: str
) -> None:
    async def accept() -> list[str]:
        traffic = RequestLog()
        async with _client(tenant, traffic) as zuora:
            tenant.faults.on(f"{fault},calls=writes")
            with pytest.raises(errors.ZuoraError) as error:
                await zuora.accept(CORPORATION, WAITING)
        assert error.value.applied is Applied.MAYBE
        return [call.method for call in traffic.calls]

    assert asyncio.run(accept()).count("PUT") == 1
    assert _status(tenant) == "Connected"


@pytest.mark.parametrize(
    "fault",
    [
        "rate-limit=0,times=2",
        "rate-limit-retry-after=0,times=2",
        "concurrency-retry-after=0,times=2",
        "http-502,times=2",
        "http-503,times=2",
        "http-503-retry-after=0,times=2",
        "http-504,times=2",
        "truncated,times=1",
        "expired-token=0,times=1",
        "drop,calls=reads,times=2",
        "jitter=0.01",
        "rate-limit=0,times=2,calls=tokens",
    ],
)
def test_the_adapter_reads_in_spite_of_temporary_faults(fault: str) -> None:
    async def read(tenant: ServedTenant) -> int:
        async with _client(tenant) as zuora:
            return len((await zuora.list_connections(CORPORATION)).items)

    with serve_tenant(faults=[fault]) as tenant:
        assert asyncio.run(read(tenant)) == 13
