"""Any request is answered in Zuora's shape and never with HTTP 5xx."""

import asyncio
import gzip
import json
from collections.abc import Iterator

import pytest
from entity_connections.fake.scenarios.builtin.acme import ASIA, CORPORATION, EUROPE
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake.server import Server, check_shape, raw_call

Header = tuple[bytes, bytes]

CONNECTION = "8a8082555b3c70de015b44a61f0a2b09"
PATHS = st.sampled_from([
    "/oauth/token",
    "/v1/entities", f"/v1/entities/{EUROPE}", f"/v1/entities/{ASIA}/provision",
    "/v1/users/bruno@acme.example/accessible-entities",
    "/v1/users/bruno@acme.example/request-access", "/v1/users/bruno@acme.example/accept-access",
    "/v1/entity-connections", f"/v1/entity-connections/{CONNECTION}/accept",
])  # fmt: skip
PIECES = st.text(st.characters(codec=None), max_size=12)
ODD_PATHS = st.builds(
    "{}{}/{}".format,
    st.sampled_from(["/v1/entities/", "/v1/users/", "/v1/entity-connections/", "/", ""]),
    PIECES,
    st.sampled_from(["accept", "disconnect", "accessible-entities", "", "?"]),
)
QUERIES = st.one_of(
    st.binary(max_size=30),
    st.lists(
        st.tuples(
            st.sampled_from(["page", "pageSize", "type", "provisioned", "x"]),
            st.sampled_from(["1", "2", "300", "0", "-1", "inbound", "true", "%ff", "", "9" * 30]),
        ),
        max_size=4,
    ).map(lambda pairs: "&".join("=".join(pair) for pair in pairs).encode()),
)
HEADER_NAMES = [
    b"zuora-entity-ids", b"entityid", b"entityname", b"apiaccesskeyid", b"apisecretaccesskey",
    b"zuora-track-id", b"idempotency-key", b"content-type", b"content-encoding", b"accept-encoding",
    b"authorization", b"host", b"content-length",
]  # fmt: skip
HEADER_VALUES = [
    CORPORATION.encode(), b"gzip", b"application/json", b"application/x-www-form-urlencoded",
    b"[", b"evil.example:99999",
]  # fmt: skip
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(HEADER_NAMES), st.binary(max_size=40) | st.sampled_from(HEADER_VALUES)
    ),
    max_size=4,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | PIECES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PIECES, inner, max_size=3),
    max_leaves=5,
)
BODIES = st.one_of(
    st.binary(max_size=40),
    JSON.map(lambda value: json.dumps(value).encode()),
    JSON.map(lambda value: json.dumps({"targetEntityId": value}).encode()),
    st.lists(JSON, max_size=3).map(lambda ids: json.dumps({"targetEntityIds": ids}).encode()),
    st.dictionaries(
        st.sampled_from(["name", "displayName", "parentId", "locale", "timezone"]),
        JSON | st.sampled_from([CORPORATION, "en_US", "GMT", "Acme-US", "Acme New"]),
    ).map(lambda entity: json.dumps(entity).encode()),
    st.binary(max_size=20).map(gzip.compress),
    st.just(b"grant_type=client_credentials&client_id=x&client_secret=%ff"),
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "", "É"])


@pytest.fixture(scope="module")
def signed_in() -> Iterator[tuple[Server, list[Header]]]:
    server = Server()
    session = asyncio.run(server.sign_in("alice"))
    yield (
        server,
        [(name.lower().encode(), value.encode()) for name, value in session.headers.items()],
    )
    server.tenant.close()


@settings(max_examples=150, deadline=None)
@given(
    method=METHODS,
    path=PATHS | ODD_PATHS,
    query=QUERIES,
    headers=HEADERS,
    body=BODIES,
    trusted=st.booleans(),
)
def test_every_response_has_zuoras_shape(
    signed_in: tuple[Server, list[Header]],
    method: str,
    path: str,
    query: bytes,
    headers: list[Header],
    body: bytes,
    trusted: bool,
) -> None:
    server, credentials = signed_in
    sent = [*credentials, *headers] if trusted else headers
    status, answered, content = asyncio.run(
        raw_call(server.tenant.asgi, method, path, query=query, headers=sent, body=body)
    )
    if answered.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    check_shape(status, answered, json.loads(content))


@pytest.mark.parametrize("path", ["entities/{}", "entity-connections/{}/accept", "users/{}/x"])
def test_half_a_surrogate_pair_is_an_unknown_id(
    signed_in: tuple[Server, list[Header]], path: str
) -> None:
    server, credentials = signed_in
    method = "PUT" if path.endswith("accept") else "GET"
    status, answered, content = asyncio.run(
        raw_call(server.tenant.asgi, method, "/v1/" + path.format("\ud800"), headers=credentials)
    )
    check_shape(status, answered, json.loads(content))
    assert json.loads(content)["reasons"][0]["code"] == 50000040
