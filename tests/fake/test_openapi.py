"""The OpenAPI document says exactly what the server does."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from entity_connections.fake.api.openapi import load_document
from entity_connections.fake.api.routes import Routes
from entity_connections.fake.model import AccessRequest
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    CORPORATION,
    EUROPE,
    GERMANY,
    UK,
)
from entity_connections.fake.scenarios.loader import load_scenario
from starlette.routing import Route

from tests.fake.conftest import Open
from tests.fake.schema import find_problems, resolve
from tests.fake.server import Server

DOCUMENT = load_document()
OPERATIONS = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
Call = tuple[str, str]


def _routes() -> set[Call]:
    parts = dict.fromkeys(
        (
            "db",
            "hierarchy",
            "connections",
            "authenticator",
            "rules",
            "provisioning",
            "access_requests",
            "idempotency",
            "policy",
        )
    )
    application = Routes(**parts).create_application()  # type: ignore[arg-type]
    return {
        (method, route.path)
        for route in application.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"  # comes with every GET
    }


def test_every_route_is_in_the_document_and_no_other() -> None:
    assert set(OPERATIONS) == _routes()


def test_all_references_are_valid_and_all_components_are_used() -> None:
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


def test_operations_have_unique_ids_and_declare_their_path_parameters() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    for path, item in DOCUMENT["paths"].items():
        given_ = [resolve(DOCUMENT, parameter)["name"] for parameter in item.get("parameters", ())]
        assert given_ == re.findall(r"{(\w+)}", path)


@pytest.mark.asyncio
async def test_it_is_served_with_the_called_address_as_server(server: Server) -> None:
    answer = await server.client.get("/openapi.json")
    assert answer.json() == {**DOCUMENT, "servers": [{"url": "https://rest.acme.example"}]}
    _check(("GET", "/openapi.json"), answer.status_code, answer.headers, answer.content)


def _check(call: Call, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Fail unless the document has such an answer to such a call."""
    told = OPERATIONS[call]["responses"].get(str(status))
    assert told is not None, (call, status, content[:300])
    told = resolve(DOCUMENT, told)
    (media_type,) = told["content"]
    assert headers["content-type"].partition(";")[0] == media_type
    schema = told["content"][media_type]["schema"]
    assert not find_problems(DOCUMENT, schema, json.loads(content)), (call, status)
    only = {"zuora-track-id", "retry-after"}
    assert {name.lower() for name in told["headers"]} - only <= {name.lower() for name in headers}
    if status == 200 and call[1].startswith("/v1/"):
        ours = {name.lower() for name in headers if re.match("(zuora|rate|conc)", name.lower())}
        assert ours <= {name.lower() for name in told["headers"]}


@pytest.mark.asyncio
async def test_every_operation_succeeds_with_a_documented_response(open_server: Open) -> None:
    waiting = [AccessRequest(name, GERMANY, "Pending Review") for name in ("bruno", "carol")]
    server = open_server(load_scenario("acme")._replace(access_requests=tuple(waiting)))
    session, america = await server.sign_in("alice"), await server.sign_in("alice", AMERICAS)
    germany, europe = await server.sign_in("alice", GERMANY), await server.sign_in("alice", EUROPE)
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
    await make(session, "GET", "/openapi.json")
    await make(session, "GET", "/v1/entities?provisioned=true")
    new = {"name": "Acme-New", "parentId": CORPORATION, "locale": "en_GB", "timezone": "GMT"}
    made = await make(session, "POST", "/v1/entities", json=new)
    path, template = f"/v1/entities/{made['id']}", "/v1/entities/{id}"
    await make(session, "GET", path, template)
    await make(
        session, "PUT", path, template, json={"displayName": "New", "timezone": "Asia/Tokyo"}
    )
    await make(session, "PUT", f"{path}/provision", f"{template}/provision")
    await make(session, "DELETE", f"/v1/entities/{UK}", template)
    users = "/v1/users/{login}"
    await make(session, "GET", f"{user}/accessible-entities", f"{users}/accessible-entities")
    wanted = {"targetEntityIds": [AMERICAS]}
    await make(europe, "PUT", f"{user}/request-access", f"{users}/request-access", json=wanted)
    for settled, login in (("accept", "bruno"), ("deny", "carol")):
        path = f"/v1/users/{login}@acme.example/{settled}-access"
        await make(germany, "PUT", path, f"{users}/{settled}-access", json={})
    connections = "/v1/entity-connections"
    await make(session, "GET", f"{connections}?page=1&pageSize=5&type=outbound")
    await make(america, "POST", connections, json={"targetEntityId": EUROPE})
    inbound = [
        row["id"] for row in await session.list(type="inbound") if row["status"] == "Pending"
    ]
    for action, id_ in zip(("accept", "deny"), inbound, strict=False):
        await make(
            session, "PUT", f"{connections}/{id_}/{action}", f"{connections}/{{id}}/{action}"
        )
    path = f"{connections}/{inbound[0]}/disconnect"
    await make(session, "PUT", path, f"{connections}/{{id}}/disconnect", json={})
    assert done == set(OPERATIONS)
