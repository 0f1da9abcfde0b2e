"""The paths of the API, and what each of them answers (contract A1, C1, D1)."""

import sqlite3
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED
from entity_connections.fake.api.authentication import authenticate, issue_token
from entity_connections.fake.api.idempotency import IdempotencyStore
from entity_connections.fake.api.openapi import load_document
from entity_connections.fake.api.requests import (
    check_no_fields,
    parse_form,
    parse_json_object,
    parse_query,
    read_body,
)
from entity_connections.fake.api.responses import json_response, list_response, refusal_response
from entity_connections.fake.model import AccessStatus, Caller, Entity
from entity_connections.fake.refusal import Category, Refusal, invalid_value, require_fields
from entity_connections.fake.rules import access_requests, connection_rules, provisioning
from entity_connections.fake.state.hierarchy import normalize_entity_id
from entity_connections.fake.state.tenant_state import TenantState

Operation = Callable[[Caller, Request, bytes], Response | None]
"""Answers the caller of a request, given its body; None: it succeeds without any data."""

LISTED_CONNECTIONS = "entity_connections.listed_connections"
"""Key of the ASGI scope: what lists show in place of the `Connections` of the tenant."""

_CONNECTIONS = "/v1/entity-connections"
_STATUS_FILTERS = {"true": PROVISIONED, "false": UNPROVISIONED}
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Routes:
    """The operations of the API; each returns a response or raises `Refusal`."""

    def __init__(self, state: TenantState) -> None:
        self._state = state
        self._idempotency = IdempotencyStore(state)

    def create_application(
        self, control: Route | None = None, *, answer_file_errors: bool = True
    ) -> Starlette:
        """Return the application without the middleware; `control` is the route for faults.

        With `answer_file_errors` an error of SQLite, such as a full disk, is answered.
        """
        handled = (Refusal, HTTPException, *([sqlite3.OperationalError] * answer_file_errors))
        document = load_document(control=control is not None)

        async def describe(_request: Request) -> Response:
            return json_response(document)

        connection = f"{_CONNECTIONS}/{{id}}"
        entity, user = "/v1/entities/{id}", "/v1/users/{username}"
        app = Starlette(
            routes=[
                Route("/oauth/token", self._create_token, methods=["POST"]),
                Route("/openapi.json", describe),
                self._route(
                    _CONNECTIONS, GET=self._list_connections, POST=self._request_connection
                ),
                self._route(f"{connection}/accept", PUT=partial(self._act, "accept")),
                self._route(f"{connection}/deny", PUT=partial(self._act, "deny")),
                self._route(f"{connection}/disconnect", PUT=partial(self._act, "disconnect")),
                self._route("/v1/entities", GET=self._list_entities, POST=self._create_entity),
                self._route(
                    entity,
                    GET=self._read_entity,
                    PUT=self._change_entity,
                    DELETE=self._delete_entity,
                ),
                self._route(f"{entity}/provision", PUT=self._provision_entity),
                self._route(f"{user}/accessible-entities", GET=self._list_accessible),
                self._route(f"{user}/request-access", PUT=self._request_access),
                self._route(f"{user}/accept-access", PUT=partial(self._answer_access, "Active")),
                self._route(
                    f"{user}/deny-access", PUT=partial(self._answer_access, "Access Denied")
                ),
                *([control] if control else []),
            ],
            exception_handlers=dict.fromkeys(handled, self._handle_error),
        )
        app.router.redirect_slashes = False  # the policy `trailing-slash` says what happens
        return app

    def _route(self, path: str, **operations: Operation) -> Route:
        """Return the route of a path, with an operation for each method."""

        async def answer(request: Request) -> Response:
            operation = operations["GET" if request.method == "HEAD" else request.method]
            needs_entity = (
                operation != self._list_entities
                or self._state.policy().entity_list_header == "required"
            )
            caller = authenticate(self._state, request.headers, needs_entity=needs_entity)

            def respond(body: bytes) -> Response:
                try:
                    return operation(caller, request, body) or _success()
                except Refusal as refusal:
                    return self._refuse(request, refusal)

            if request.method in ("GET", "HEAD"):
                return respond(b"")
            return await self._idempotency.run(request, caller.entity_id, respond)

        return Route(path, answer, methods=list(operations))

    async def _create_token(self, request: Request) -> Response:
        form = parse_form(request, await read_body(request))
        return json_response(issue_token(self._state, form, request.headers))

    def _list_connections(self, caller: Caller, request: Request, _body: bytes) -> Response:
        query, policy = parse_query(request, "page", "pageSize", "type"), self._state.policy()
        page, size = int(query.get("page", 1)), int(query.get("pageSize", 30))
        connections = request.scope.get(LISTED_CONNECTIONS, self._state.connections)
        rows = connections.list_page(
            caller.entity_id,
            query.get("type"),
            offset=(page - 1) * size,
            limit=size + 1,
            newest_first=policy.order == "newest-first",
        )
        fields: dict[str, object] = {"success": True}
        if len(rows) > size:
            repeated = query if policy.next_page == "whole-query" else {}
            next_query = urlencode({**repeated, "page": page + 1, "pageSize": size})
            fields["nextPage"] = f"{request.base_url}{_CONNECTIONS[1:]}?{next_query}"
        return list_response("entityConnections", rows[:size], fields)

    def _request_connection(self, caller: Caller, request: Request, body: bytes) -> Response:
        fields = parse_json_object(request, body, "targetEntityId")
        require_fields(fields, "targetEntityId")
        target_id = fields["targetEntityId"]
        if not isinstance(target_id, str) or not 1 <= len(target_id) <= 32:
            raise invalid_value("targetEntityId must be text of at most 32 characters.")
        return _success(
            id=connection_rules.request(self._state, caller, normalize_entity_id(target_id))
        )

    def _act(
        self, action: connection_rules.Action, caller: Caller, request: Request, body: bytes
    ) -> None:
        check_no_fields(request, body, self._state.policy().put_body)
        connection_rules.act(self._state, caller, action, request.path_params["id"])

    def _list_entities(self, caller: Caller, request: Request, _body: bytes) -> Response:
        provisioned = parse_query(request, "provisioned").get("provisioned", "")
        entities = self._state.hierarchy.entities(_STATUS_FILTERS.get(provisioned))
        visible = self._state.policy().entity_list
        if visible == "enterable":
            accessible = set(self._state.hierarchy.accessible(caller.user.name))
            entities = [entity for entity in entities if entity in accessible]
        elif visible == "first-300":
            entities = entities[:300]
        return self._entities_response(entities)

    def _create_entity(self, caller: Caller, request: Request, body: bytes) -> Response:
        fields = parse_json_object(request, body, *provisioning.REQUIRED_FIELDS, "displayName")
        entity = provisioning.create(self._state, caller, fields)
        return _success(**_entity_body(entity, self._state.tenant_id()))

    def _read_entity(self, _caller: Caller, request: Request, _body: bytes) -> Response:
        entity = self._state.hierarchy.entity(_entity_id(request))
        return _success(**_entity_body(entity, self._state.tenant_id()))

    def _change_entity(self, caller: Caller, request: Request, body: bytes) -> None:
        fields = parse_json_object(request, body, *provisioning.CHANGEABLE_FIELDS)
        provisioning.change(self._state, caller, _entity_id(request), fields)

    def _delete_entity(self, caller: Caller, request: Request, body: bytes) -> None:
        parse_json_object(request, body)
        provisioning.remove(self._state, caller, _entity_id(request))

    def _provision_entity(self, caller: Caller, request: Request, body: bytes) -> None:
        check_no_fields(request, body, self._state.policy().put_body)
        provisioning.provision(self._state, caller, _entity_id(request))

    def _list_accessible(self, _caller: Caller, request: Request, _body: bytes) -> Response:
        user = access_requests.get_user(self._state, request.path_params["username"])
        return self._entities_response(self._state.hierarchy.accessible(user.name))

    def _request_access(self, caller: Caller, request: Request, body: bytes) -> None:
        fields = parse_json_object(request, body, "targetEntityIds")
        require_fields(fields, "targetEntityIds")
        ids = fields["targetEntityIds"]
        if not isinstance(ids, list) or not ids or not all(isinstance(id_, str) for id_ in ids):
            raise invalid_value("targetEntityIds must be a list of ids.")
        access_requests.request(
            self._state,
            caller,
            request.path_params["username"],
            [normalize_entity_id(id_) for id_ in ids],
        )

    def _answer_access(
        self, status: AccessStatus, caller: Caller, request: Request, body: bytes
    ) -> None:
        check_no_fields(request, body, self._state.policy().put_body)
        access_requests.answer(self._state, caller, request.path_params["username"], status)

    def _entities_response(self, entities: list[Entity]) -> Response:
        tenant_id = self._state.tenant_id()
        return _success(entities=[_entity_body(entity, tenant_id) for entity in entities])

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        request_id = request.state.call_headers["Zuora-Request-Id"]
        by_status = self._state.policy().refusals == "http-4xx"
        return refusal_response(refusal, request_id, by_status=by_status)

    async def _handle_error(self, request: Request, error: Exception) -> Response:
        match error:
            case Refusal():
                refusal = error
            case HTTPException(status_code=405):
                message = f"{request.method[:16]} is not supported here."
                refusal = Refusal(Category.METHOD, message, status=405, headers=error.headers)
            case HTTPException():
                refusal = Refusal(Category.NOT_FOUND, "There is no such path.", status=404)
            case sqlite3.OperationalError(sqlite_errorcode=code) if code & 0xFF in _BUSY_CODES:
                refusal = Refusal(Category.CONTENTION, "Another change is under way. Try again.")
            case _:
                message = "The tenant cannot be read or written on this machine."
                refusal = Refusal(Category.INTERNAL, message, status=500)
        return self._refuse(request, refusal)


def _entity_id(request: Request) -> str:
    return normalize_entity_id(request.path_params["id"])


def _success(**fields: object) -> Response:
    return json_response({**fields, "success": True})


def _entity_body(entity: Entity, tenant_id: str) -> dict[str, object]:
    return {
        "id": entity.id,
        "name": entity.name,
        "displayName": entity.display_name,
        "locale": entity.locale,
        "timezone": entity.timezone,
        "status": entity.status,
        "parentId": entity.parent_id,
        "tenantId": tenant_id,
    }
