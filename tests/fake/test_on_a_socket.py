"""What no HTTP client would send, and the fake tenant on a socket answers all the same."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from entity_connections.testing import ServedTenant, serving

from tests.fake.server import check_shape

POST = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def tenant() -> Iterator[ServedTenant]:
    with serving() as served:
        yield served


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\x01\xff\r\n\r\n", 400),
        (b"GET /v1/entities HTTP/1.1\r\n\r\n", 400),  # no Host
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", 400),
        (POST + b"Content-Length: -1\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET http://elsewhere/v1/entities HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /v1/entities HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", 401),
        (b"GET /v1/entities/%ff%fe HTTP/1.0\r\n\r\n", 401),
    ],
)  # fmt: skip
def test_every_one_is_refused_in_zuoras_shape(
    tenant: ServedTenant, caplog: pytest.LogCaptureFixture, sent: bytes, status: int
) -> None:
    address = urlsplit(tenant.base_url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as line:
        line.sendall(sent)
        with HTTPResponse(line) as answer:
            answer.begin()
            assert answer.status == status
            headers = {name.lower(): value for name, value in answer.getheaders()}
            check_shape(answer.status, headers, json.loads(answer.read()))
    assert caplog.records == []
