"""Faults over a real connection, and how the adapter handles them."""

import asyncio
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, CORPORATION, EUROPE
from entity_connections.services.request_log import RequestLog
from entity_connections.testing import ServedTenant, serve_tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.limits import HttpLimits
from entity_connections.zuora.http.retry import RetryPolicy

PENDING = "8a8082555b3c70de015b44a61f0a2b09"
RETRIES = RetryPolicy(first_delay=0.001, max_delay=0.001)
LIMITS = HttpLimits(exchange=2.0)


@pytest.fixture
def tenant() -> Iterator[ServedTenant]:
    with serve_tenant() as served:
        yield served


def open_adapter(tenant: ServedTenant, request_log: RequestLog | None = None) -> ZuoraClient:
    alice = tenant.users["alice"]
    credentials = Credentials.from_text(alice.client_id, alice.client_secret)
    return ZuoraClient(
        tenant.base_url, credentials, request_log=request_log, retry_policy=RETRIES, limits=LIMITS
    )


def open_client(tenant: ServedTenant) -> httpx.Client:
    alice = tenant.users["alice"]
    headers = {"apiAccessKeyId": alice.username, "apiSecretAccessKey": alice.client_secret}
    return httpx.Client(base_url=tenant.base_url, headers=headers, trust_env=False)


def read_status(tenant: ServedTenant) -> str:
    tenant.faults.off()
    with open_client(tenant) as client:
        rows = client.get("/v1/entity-connections").json()["entityConnections"]
    return next(str(row["status"]) for row in rows if row["id"] == PENDING)


def test_one_date_is_told(tenant: ServedTenant) -> None:
    with open_client(tenant) as client:
        dates = client.get("/v1/entities").headers.get_list("Date")
    assert len(dates) == 1


def test_drop_closes_the_connection_before_the_response(tenant: ServedTenant) -> None:
    with open_client(tenant) as client:
        tenant.faults.on("drop")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            client.put(f"/v1/entity-connections/{PENDING}/accept", json={})
    assert read_status(tenant) == "Connected"


def test_offline_closes_the_connection_and_changes_nothing(tenant: ServedTenant) -> None:
    with open_client(tenant) as client:
        tenant.faults.on("offline")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.put(f"/v1/entity-connections/{PENDING}/accept", json={})
    assert read_status(tenant) == "Pending"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_truncated_closes_the_connection_in_the_middle_of_the_body(
    tenant: ServedTenant, coding: str
) -> None:
    with open_client(tenant) as client:
        tenant.faults.on("truncated,times=1")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            client.get("/v1/entities", headers={"Accept-Encoding": coding})
        assert client.get("/v1/entities").json()["success"]


def test_time_out_sends_nothing_and_changes_nothing(tenant: ServedTenant) -> None:
    with open_client(tenant) as client:
        tenant.faults.on("time-out")
        with pytest.raises(httpx.ReadTimeout):
            client.put(f"/v1/entity-connections/{PENDING}/accept", json={}, timeout=0.1)
    assert read_status(tenant) == "Pending"


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
    assert line.recv(100) == b"", "closed without an answer"
    line.close()


def test_the_adapter_repeats_a_dropped_request_and_makes_one_record(tenant: ServedTenant) -> None:
    async def ask() -> str:
        async with open_adapter(tenant) as zuora:
            tenant.faults.on("drop,times=2")
            receipt = await zuora.request_connection(AMERICAS, EUROPE, "key-1")
            rows = (await zuora.list_connections(AMERICAS)).items
        pair = [row.id for row in rows if row.target_id == EUROPE]
        assert pair == [receipt.connection_id]
        return pair[0]

    assert asyncio.run(ask())


@pytest.mark.parametrize("fault", ["drop", "committed-then-504", "truncated"])
def test_the_adapter_does_not_repeat_an_accept_that_may_have_been_applied(
    tenant: ServedTenant, fault: str
) -> None:
    async def accept() -> list[str]:
        request_log = RequestLog()
        async with open_adapter(tenant, request_log) as zuora:
            tenant.faults.on(f"{fault},calls=writes")
            with pytest.raises(errors.ZuoraError) as error:
                await zuora.accept(CORPORATION, PENDING)
        assert error.value.maybe_applied
        return [call.method for call in request_log.calls]

    assert asyncio.run(accept()).count("PUT") == 1
    assert read_status(tenant) == "Connected"


@pytest.mark.parametrize(
    "fault",
    [
        "rate-limit=0,times=2",
        "rate-limit=0,retry-after=0,times=2",
        "concurrency,retry-after=0,times=2",
        "gateway-page=502,times=2",
        "gateway-page=503,times=2",
        "gateway-page=503,retry-after=0,times=2",
        "committed-then-504,times=2",
        "truncated,times=1",
        "expired-token=0,times=1",
        "drop,calls=reads,times=2",
        "jitter=0.01",
        "rate-limit=0,times=2,calls=tokens",
    ],
)
def test_the_adapter_reads_in_spite_of_temporary_faults(fault: str) -> None:
    async def read(tenant: ServedTenant) -> int:
        async with open_adapter(tenant) as zuora:
            return len((await zuora.list_connections(CORPORATION)).items)

    with serve_tenant(faults=[fault]) as tenant:
        assert asyncio.run(read(tenant)) == 11
