"""Requests that no HTTP client would send, to the fake tenant on a socket."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from entity_connections.testing import ServedTenant, serve_tenant

from tests.fake.server import check_shape

POST = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def tenant() -> Iterator[ServedTenant]:
    with serve_tenant() as served:
        yield served


def send(tenant: ServedTenant, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes on a connection of their own and return status, headers and body."""
    address = urlsplit(tenant.base_url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(data)
        with HTTPResponse(connection) as response:
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return response.status, headers, response.read()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\xff\r\n\r\n",
        b"GET /v1/entities HTTP/1.1\r\n\r\n",  # no Host
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_invalid_http_is_refused_without_logging(
    tenant: ServedTenant, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    assert send(tenant, data)[0] == 400
    assert caplog.records == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET http://elsewhere/v1/entities HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /v1/entities HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", 401),
        (b"GET /v1/entities/%ff%fe HTTP/1.0\r\n\r\n", 401),
    ],
)
def test_unusual_http_is_refused_in_zuoras_shape(
    tenant: ServedTenant, caplog: pytest.LogCaptureFixture, data: bytes, status: int
) -> None:
    answered, headers, body = send(tenant, data)
    assert answered == status
    check_shape(answered, headers, json.loads(body))
    assert caplog.records == []
