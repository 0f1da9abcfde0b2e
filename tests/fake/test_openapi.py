"""The OpenAPI document says exactly what the server does."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
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
    US,
)
from entity_connections.fake.scenarios.catalogue import load_scenario
from starlette.routing import Route

from tests.fake.conftest import Open
from tests.fake.openapi_check import check_response, resolve
from tests.fake.server import Server

DOCUMENT = load_document()
OPERATIONS = {
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if method != "parameters"
}


def test_every_route_is_in_the_document_and_no_other(server: Server) -> None:
    routes = {
        (method, route.path)
        for route in Routes(server.tenant.state).create_application().routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"  # comes with every GET
    }
    assert routes == OPERATIONS


def test_all_references_are_valid_and_all_components_are_used() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from references(inner)

    components = {
        f"#/components/{kind}/{name}"
        for kind, members in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in members
    }
    assert set(references(DOCUMENT)) == components


def test_operations_have_unique_ids_and_declare_their_path_parameters() -> None:
    ids = [DOCUMENT["paths"][path][method.lower()]["operationId"] for method, path in OPERATIONS]
    assert len(set(ids)) == len(ids)
    for path, item in DOCUMENT["paths"].items():
        names = [resolve(DOCUMENT, parameter)["name"] for parameter in item.get("parameters", ())]
        assert names == re.findall(r"{(\w+)}", path)


def test_operations_have_the_ids_of_zuora() -> None:
    ids = {
        operation["operationId"]
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and path.startswith("/v1/entity-connections")
    }
    assert ids == {
        "GET_EntityConnections",
        "POST_EntityConnections",
        "PUT_EntityConnectionsAccept",
        "PUT_EntityConnectionsDeny",
        "PUT_EntityConnectionsDisconnect",
    }


@pytest.mark.parametrize("response", ["Entities", "Connections", "NewConnection", "Done"])
def test_an_answer_may_have_more_fields_than_the_document_describes(response: str) -> None:
    content = DOCUMENT["components"]["responses"][response]["content"]["application/json"]
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    rows = {"entities": [], "entityConnections": [], "id": "a" * 32}
    answer = {**rows, "success": True, "new": "field"}
    jsonschema_rs.Draft202012Validator(schema).validate(answer)


async def test_every_operation_succeeds_with_a_documented_response(open_server: Open) -> None:
    pending = tuple(AccessRequest(name, GERMANY, "Pending Review") for name in ("bruno", "carol"))
    server = open_server(load_scenario("acme")._replace(access_requests=pending))
    session = await server.sign_in("alice")
    inbound = await session.list(type="inbound")
    accepted, denied, *_ = [row["id"] for row in inbound if row["status"] == "Pending"]
    new = {"name": "Acme-New", "parentId": CORPORATION, "locale": "en_GB", "timezone": "GMT"}
    id_ = (await session.call("POST", "/v1/entities", json=new)).json()["id"]
    newer = new | {"name": "Acme-Newer"}
    entity, user, connection = "/v1/entities/{id}", "/v1/users/{username}", "/v1/entity-connections"
    calls: list[tuple[str, str, str, str, dict[str, Any] | None]] = [
        (CORPORATION, "GET", "/openapi.json", "", None),
        (CORPORATION, "GET", "/v1/entities", "", None),
        (CORPORATION, "POST", "/v1/entities", "", newer),
        (CORPORATION, "GET", entity, id_, None),
        (CORPORATION, "PUT", entity, id_, {"displayName": "New", "timezone": "Asia/Tokyo"}),
        (CORPORATION, "PUT", f"{entity}/provision", id_, None),
        (CORPORATION, "DELETE", entity, UK, None),
        (CORPORATION, "GET", f"{user}/accessible-entities", "bruno@acme.example", None),
        (EUROPE, "PUT", f"{user}/request-access", "bruno@acme.example", {"targetEntityIds": [US]}),
        (GERMANY, "PUT", f"{user}/accept-access", "bruno@acme.example", {}),
        (GERMANY, "PUT", f"{user}/deny-access", "carol@acme.example", {}),
        (CORPORATION, "GET", connection, "", None),
        (AMERICAS, "POST", connection, "", {"targetEntityId": EUROPE}),
        (CORPORATION, "PUT", f"{connection}/{{id}}/accept", accepted, {}),
        (CORPORATION, "PUT", f"{connection}/{{id}}/deny", denied, None),
        (CORPORATION, "PUT", f"{connection}/{{id}}/disconnect", accepted, {}),
    ]
    check_response(DOCUMENT, "POST", "/oauth/token", await server.token("alice"))
    for acting_id, method, path, parameter, body in calls:
        session.headers["Zuora-Entity-Ids"] = acting_id
        answer = await session.call(method, re.sub("{.*}", parameter, path), json=body)
        assert answer.json().get("success", True) is True, answer.text
        check_response(DOCUMENT, method, path, answer)
    assert {call[1:3] for call in calls} | {("POST", "/oauth/token")} == OPERATIONS
