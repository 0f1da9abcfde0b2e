"""The OpenAPI document says exactly what the server does."""

import asyncio
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from app.fake.data.acme import AMERICAS, CORPORATION, EUROPE, GERMANY, UK
from app.fake.openapi import document
from app.fake.routes import Routes
from tests.fake.schema import problems, resolved
from tests.fake.server import Server, raw_call

DOCUMENT = document()
OPERATIONS = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
WAITING = "8a8082555b3c70de015b44a61f0a2b09"
Call = tuple[str, str]
Header = tuple[bytes, bytes]


def _routes() -> set[Call]:
    parts = dict.fromkeys(
        ("db", "hierarchy", "connections", "tokens", "rules", "provisioning", "access", "once")
    )
    application = Routes(**parts).application()  # type: ignore[arg-type]
    return {
        (method, route.path)
        for route in application.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"  # comes with every GET
    }


def test_every_route_is_in_the_document_and_no_other() -> None:
    assert set(OPERATIONS) == _routes()


def test_every_reference_leads_somewhere_and_all_is_referred_to() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from references(inner)

    used = set(references(DOCUMENT))
    there = {
        f"#/components/{kind}/{name}"
        for kind, members in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in members
    }
    assert used == there


def test_every_operation_has_a_name_of_its_own_and_its_path_parameters() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    for path, item in DOCUMENT["paths"].items():
        given_ = [resolved(DOCUMENT, one)["name"] for one in item.get("parameters", ())]
        assert given_ == re.findall(r"{(\w+)}", path)


@pytest.mark.asyncio
async def test_it_is_served_with_the_address_it_was_asked_at(server: Server) -> None:
    answer = await server.client.get("/openapi.json")
    assert answer.json() == {**DOCUMENT, "servers": [{"url": "https://rest.acme.example"}]}
    _check(("GET", "/openapi.json"), answer.status_code, answer.headers, answer.content)


def _check(call: Call, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Fail unless the document has such an answer to such a call."""
    told = OPERATIONS[call]["responses"].get(str(status))
    assert told is not None, (call, status, content[:300])
    told = resolved(DOCUMENT, told)
    (media_type,) = told["content"]
    assert headers["content-type"].partition(";")[0] == media_type
    schema = told["content"][media_type]["schema"]
    assert not [*problems(DOCUMENT, schema, json.loads(content))], (call, status)
    only = {"zuora-track-id", "retry-after"}
    assert {name.lower() for name in told["headers"]} - only <= {name.lower() for name in headers}
    if status == 200 and call[1].startswith("/v1/"):
        ours = {name.lower() for name in headers if re.match("(zuora|rate|conc)", name.lower())}
        assert ours <= {name.lower() for name in told["headers"]}


@pytest.mark.asyncio
async def test_every_operation_succeeds_as_it_says(server: Server) -> None:
    desk, america = await server.desk("alice"), await server.desk("alice", AMERICAS)
    germany, europe = await server.desk("alice", GERMANY), await server.desk("alice", EUROPE)
    user = "/v1/users/bruno@acme.example"
    done: set[Call] = set()

    async def make(who: Any, method: str, path: str, template: str = "", **how: Any) -> Any:
        answer = await who.call(method, path, **how)
        call = (method, template or path.partition("?")[0])
        _check(call, answer.status_code, answer.headers, answer.content)
        assert answer.json().get("success", True) is True, answer.text
        done.add(call)
        return answer.json()

    signed_in = await server.token("alice")
    _check(("POST", "/oauth/token"), 200, signed_in.headers, signed_in.content)
    done.add(("POST", "/oauth/token"))
    await make(desk, "GET", "/openapi.json")
    await make(desk, "GET", "/v1/entities?provisioned=true")
    new = {"name": "Acme-New", "parentId": CORPORATION, "locale": "en_GB", "timezone": "GMT"}
    made = await make(desk, "POST", "/v1/entities", json=new)
    one, template = f"/v1/entities/{made['id']}", "/v1/entities/{id}"
    await make(desk, "GET", one, template)
    await make(desk, "PUT", one, template, json={"displayName": "New", "timezone": "Asia/Tokyo"})
    await make(desk, "PUT", f"{one}/provision", f"{template}/provision")
    await make(desk, "DELETE", f"/v1/entities/{UK}", template)
    users = "/v1/users/{login}"
    await make(desk, "GET", f"{user}/accessible-entities", f"{users}/accessible-entities")
    wanted = {"targetEntityIds": [GERMANY]}
    await make(europe, "PUT", f"{user}/request-access", f"{users}/request-access", json=wanted)
    for settled, login in (("accept", "bruno"), ("deny", "carol")):
        server.tenant._db.execute(
            "INSERT OR REPLACE INTO access_request VALUES (?, ?, 'Pending Review')",
            (login, GERMANY),
        )
        path = f"/v1/users/{login}@acme.example/{settled}-access"
        await make(germany, "PUT", path, f"{users}/{settled}-access", json={})
    connections = "/v1/entity-connections"
    await make(desk, "GET", f"{connections}?page=1&pageSize=5&type=outbound")
    await make(america, "POST", connections, json={"targetEntityId": EUROPE})
    inbound = [row["id"] for row in await desk.list(type="inbound") if row["status"] == "Pending"]
    for action, id_ in zip(("accept", "deny"), inbound, strict=False):
        await make(desk, "PUT", f"{connections}/{id_}/{action}", f"{connections}/{{id}}/{action}")
    path = f"{connections}/{inbound[0]}/disconnect"
    await make(desk, "PUT", path, f"{connections}/{{id}}/disconnect", json={})
    assert done == set(OPERATIONS)


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [WAITING, CORPORATION, EUROPE, UK, "alice@acme.example", "bruno@acme.example", "nobody", "é"]
)


def _values(schema: Any) -> st.SearchStrategy[Any]:
    """Return values that fit a schema of a field, and some that nearly do."""
    schema = resolved(DOCUMENT, schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if schema["type"] == "array":
        return st.lists(_values(schema["items"]), min_size=schema["minItems"], max_size=3)
    if schema["type"] == "object":
        known = {name: _values(one) for name, one in schema.get("properties", {}).items()}
        needed = {name: known.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional=known)
    fitting = st.from_regex(schema["pattern"]) if "pattern" in schema else st.text(max_size=40)
    ids = st.sampled_from([CORPORATION, EUROPE, UK])
    return ids | fitting | (st.none() if isinstance(schema["type"], list) else st.nothing())


@st.composite
def calls_by_the_document(draw: st.DrawFn) -> tuple[Call, str, bytes, list[Header], bytes]:
    call = draw(st.sampled_from(sorted(OPERATIONS)))
    operation = OPERATIONS[call]
    path = re.sub(r"{\w+}", lambda _: draw(NAMES), call[1])
    query: dict[str, Any] = {}
    headers: list[Header] = []
    for one in (resolved(DOCUMENT, one) for one in operation["parameters"]):
        if draw(st.booleans()):
            junk = st.sampled_from(["", "x", "-1", "301", "[", "\x7f"])
            value = str(draw(_values(one["schema"]) | junk))
            if one["in"] == "query":
                query[one["name"]] = value
            elif value.isascii():
                headers.append((one["name"].lower().encode(), value.encode()))
    body = b""
    for media_type, told in operation.get("requestBody", {}).get("content", {}).items():
        content = draw(_values(told["schema"]) | JUNK)
        if media_type.endswith("json"):
            body = json.dumps(content).encode()
        elif isinstance(content, dict):
            body = urlencode(content, errors="replace").encode()
        kinds = st.sampled_from([media_type, f"{media_type}; charset=utf-8", "text/plain"])
        headers.append((b"content-type", draw(kinds).encode()))
    return call, path, urlencode(query).encode(), headers, body


@pytest.fixture(scope="module")
def signed_in() -> Iterator[tuple[Server, list[Header]]]:
    server = Server()
    desk = asyncio.run(server.desk("alice"))
    yield server, [(b"authorization", desk.headers["Authorization"].encode())]
    server.tenant.close()


@settings(max_examples=500, deadline=None)
@given(made=calls_by_the_document(), trusted=st.integers(0, 9), packed=st.booleans())
def test_whatever_is_asked_the_answer_is_a_documented_one(
    signed_in: tuple[Server, list[Header]],
    made: tuple[Call, str, bytes, list[Header], bytes],
    trusted: int,
    packed: bool,
) -> None:
    server, credentials = signed_in
    call, path, query, headers, body = made
    if trusted and call[1].startswith("/v1/"):
        headers = headers + credentials
        if trusted > 3 and not any(name == b"zuora-entity-ids" for name, _ in headers):
            headers.append((b"zuora-entity-ids", CORPORATION.encode()))
    if packed:
        headers = [*headers, (b"accept-encoding", b"gzip")]
    status, answered, content = asyncio.run(
        raw_call(server.tenant.asgi, call[0], path, query=query, headers=headers, body=body)
    )
    if answered.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    _check(call, status, answered, content)
