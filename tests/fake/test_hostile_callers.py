"""Callers who let the fake tenant wait, take its answers too slowly, or send too much."""

import itertools
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.server import create_server
from entity_connections.fake.tenant import Tenant, open_tenant
from entity_connections.host_guard import HostGuard
from entity_connections.listening_socket import listen

TIMEOUT = 0.2
"""Seconds of patience of the server in these tests."""
HEAD = b"Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /oauth/token HTTP/1.1\r\n" + HEAD
GET = b"GET /openapi.json HTTP/1.1\r\n" + HEAD + b"\r\n"
LAST_GET = GET[:-2] + b"Connection: close\r\n\r\n"
Address = tuple[str, int]


@contextmanager
def served(tenant: Tenant, *names: str) -> Iterator[Address]:
    """Serve a tenant in a thread, as `serve` does."""
    with listen("127.0.0.1", 0) as listening:
        address: Address = listening.getsockname()
        guard = HostGuard.for_socket(listening, names)
        server = create_server(tenant.asgi, guard, caller_timeout=TIMEOUT)
        thread = threading.Thread(target=server.run, args=[[listening]])
        thread.start()
        yield address
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    with closing(open_tenant("acme")) as tenant, served(tenant) as address:
        yield address


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert caplog.records == []


def talk(address: Address, parts: Iterable[bytes]) -> bytes:
    """Send bytes piece by piece until the server closes the connection; return its answer."""
    with socket.create_connection(address, timeout=10) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        answer = b""
        with suppress(ConnectionError):
            while data := connection.recv(100_000):
                answer += data
        return answer


def drip(part: bytes) -> Iterator[bytes]:
    """Yield a part again and again, slowly."""
    while True:
        yield part
        time.sleep(TIMEOUT / 10)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"GET /v1/ent"],
        [POST],
        [POST + b"Content-Length: 100\r\n\r\ngrant"],
        [POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\ngran"],
        itertools.chain([b"GET / HTTP/1.1\r\n"], drip(b"X: y\r\n")),
        itertools.chain([POST + b"Content-Length: 9999\r\n\r\n"], drip(b"x")),
        itertools.chain([POST + b"Transfer-Encoding: chunked\r\n\r\n"], drip(b"1\r\nx\r\n")),
    ],
)  # fmt: skip
def test_a_request_that_does_not_end_is_closed(address: Address, parts: Iterable[bytes]) -> None:
    began = time.monotonic()
    assert talk(address, parts) == b""
    assert TIMEOUT * 0.9 < time.monotonic() - began < 5


def test_a_body_without_end_is_refused_and_closed(address: Address) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    endless = itertools.chain(
        [POST + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(chunk)
    )
    talk(address, endless)


def test_an_answer_that_is_not_taken_is_closed(address: Address) -> None:
    with socket.create_connection(address, timeout=10) as connection, suppress(ConnectionError):
        while True:  # until all buffers are full, and then until the end of the timeout
            connection.sendall(GET)


def test_pipelined_requests_are_answered_in_order(address: Address) -> None:
    paths = [f"/v1/entities?page={number}" for number in range(200)]
    requests = [f"GET {path} HTTP/1.1\r\n".encode() + HEAD + b"\r\n" for path in paths]
    requests[-1] = requests[-1][:-2] + b"Connection: close\r\n\r\n"
    assert talk(address, [b"".join(requests)]).count(b"HTTP/1.1 401") == 200


def test_huge_heads_are_refused(address: Address) -> None:
    head = b"GET / HTTP/1.1\r\n" + HEAD
    for more in (b"X: " + b"y" * 10_000_000, b"X: y\r\n" * 1_000_000):
        assert talk(address, [head + more + b"\r\n\r\n"])[:12] in (b"HTTP/1.1 400", b"")


def test_an_answer_that_is_late_is_not_cut_off() -> None:
    with (
        closing(open_tenant("acme", faults=ActiveFaults([f"latency={3 * TIMEOUT}"]))) as tenant,
        served(tenant) as address,
    ):
        assert talk(address, [LAST_GET]).startswith(b"HTTP/1.1 200")


def test_other_callers_are_served_beside_hundreds_of_idle_ones(address: Address) -> None:
    idle = [socket.create_connection(address, timeout=10) for _ in range(400)]
    assert talk(address, [LAST_GET]).startswith(b"HTTP/1.1 200")
    for connection in idle:
        assert connection.recv(1) == b""
        connection.close()


@pytest.mark.parametrize("host", [b"evil.example", b"localhost.evil.example:8040", b""])
def test_a_foreign_host_name_is_refused(address: Address, host: bytes) -> None:
    request = b"GET /v1/entities HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n"
    answer = talk(address, [request])
    assert answer.startswith(b"HTTP/1.1 421")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["success"] is False
