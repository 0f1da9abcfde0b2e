"""The paths of the API, and what each of them answers (contract A1, C1, D1)."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entity_connections.fake.api import openapi
from entity_connections.fake.api.authentication import Authenticator
from entity_connections.fake.api.idempotency import IdempotencyStore, refuse_key
from entity_connections.fake.api.middleware import current_call
from entity_connections.fake.api.paging import (
    invalid_query,
    next_page_url,
    parse_page,
    parse_query,
)
from entity_connections.fake.api.request_body import parse_form, parse_json_object, read_body
from entity_connections.fake.api.responses import json_response, list_response, refusal_response
from entity_connections.fake.model import (
    ACCESS_DENIED,
    ACTIVE,
    MAX_ENTITIES,
    PROVISIONED,
    UNPROVISIONED,
    AccessStatus,
    Caller,
    Entity,
)
from entity_connections.fake.rules.access_requests import AccessRequests
from entity_connections.fake.rules.connection_rules import Action, ConnectionRules
from entity_connections.fake.rules.policy import (
    BarePut,
    ConnectionOrder,
    EntityList,
    Policy,
    RefusalStatus,
)
from entity_connections.fake.rules.provisioning import (
    CHANGEABLE_FIELDS,
    REQUIRED_FIELDS,
    Provisioning,
)
from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy, normalize_entity_id

_STATUS_FILTERS = {None: None, "true": PROVISIONED, "false": UNPROVISIONED}


@dataclass(kw_only=True)
class Routes:
    """The operations of the API; each returns a response or raises `Refusal`.

    Attributes:
        control: The route on which faults are switched; None: there is none.
    """

    db: sqlite3.Connection
    hierarchy: Hierarchy
    connections: Connections
    authenticator: Authenticator
    rules: ConnectionRules
    provisioning: Provisioning
    access_requests: AccessRequests
    idempotency: IdempotencyStore
    policy: Callable[[], Policy]
    control: Route | None = None

    def create_application(self) -> Starlette:
        """Return the application, without the middleware."""
        connections = "/v1/entity-connections"
        entity, user = "/v1/entities/{id}", "/v1/users/{login}"
        actions: tuple[Action, ...] = ("accept", "deny", "disconnect")
        access_answers: dict[str, AccessStatus] = {
            "accept-access": ACTIVE,
            "deny-access": ACCESS_DENIED,
        }
        app = Starlette(
            routes=[
                # Routes are tried in this order: the most frequent come first.
                Route(connections, self.list_or_request_connections, methods=["GET", "POST"]),
                *(
                    Route(
                        f"{connections}/{{id}}/{action}",
                        partial(self.act_on_connection, action),
                        methods=["PUT"],
                    )
                    for action in actions
                ),
                Route("/oauth/token", self.create_token, methods=["POST"]),
                Route("/v1/entities", self.list_or_create_entities, methods=["GET", "POST"]),
                Route(entity, self.read_change_or_remove_entity, methods=["GET", "PUT", "DELETE"]),
                Route(f"{entity}/provision", self.provision_entity, methods=["PUT"]),
                Route(f"{user}/accessible-entities", self.list_accessible_entities),
                Route(f"{user}/request-access", self.request_access, methods=["PUT"]),
                *(
                    Route(f"{user}/{path}", partial(self.answer_access, status), methods=["PUT"])
                    for path, status in access_answers.items()
                ),
                Route(openapi.PATH, self.describe),
                *([self.control] if self.control else []),
            ],
            exception_handlers={
                Refusal: self._handle_refusal,
                HTTPException: _handle_no_route,
                sqlite3.OperationalError: _handle_database_error,
            },
        )
        app.router.redirect_slashes = False  # Zuora answers a wrong path with an error
        return app

    async def create_token(self, request: Request) -> Response:
        """Contract A1: a token for an OAuth client."""
        form = parse_form(request, await read_body(request))
        return json_response(self.authenticator.issue_token(form, request.headers))

    async def describe(self, request: Request) -> Response:
        """Answer the OpenAPI document, with the address that was called as its server."""
        document = openapi.load_document(control=self.control is not None)
        server = {"url": str(request.base_url).rstrip("/")}
        return json_response({**document, "servers": [server]})

    async def list_or_create_entities(self, request: Request) -> Response:
        """Contract C1: list the entities, or create one."""
        caller = self.authenticator.authenticate(request.headers)
        if request.method == "POST":
            create = partial(self._create_entity, caller, request)
            return await self.idempotency.run(request, caller.entity_id, create)
        provisioned = parse_query(request, ("provisioned",)).get("provisioned")
        if provisioned not in _STATUS_FILTERS:
            raise invalid_query("provisioned must be true or false.")
        entities = self.hierarchy.entities(_STATUS_FILTERS[provisioned])
        visible = self.policy().entity_list
        if visible is EntityList.ENTERABLE:
            accessible = self.hierarchy.accessible(caller.user.username)
            accessible_ids = {entity.id for entity in accessible}
            entities = [entity for entity in entities if entity.id in accessible_ids]
        elif visible is EntityList.FIRST_300:
            entities = entities[:300]
        return self._entities_response(entities)

    async def read_change_or_remove_entity(self, request: Request) -> Response:
        """Contract C1: read, change or remove one entity."""
        caller = self.authenticator.authenticate(request.headers)
        id_ = normalize_entity_id(request.path_params["id"])
        if request.method in ("PUT", "DELETE"):
            refuse_key(request)
            allowed = CHANGEABLE_FIELDS if request.method == "PUT" else ()
            fields = parse_json_object(request, await read_body(request), allowed)
            with transaction(self.db):
                if request.method == "PUT":
                    self.provisioning.change(caller, id_, fields)
                else:
                    self.provisioning.remove(caller, id_)
            return _success()
        entity = self.hierarchy.entity(id_)
        if entity is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {id_[:64]}.")
        return json_response(_entity_body(entity, self._tenant_id()) | {"success": True})

    async def provision_entity(self, request: Request) -> Response:
        """Contract C1: provision an entity, so that users can enter it."""
        caller = self.authenticator.authenticate(request.headers)
        await self._read_empty_put(request)
        with transaction(self.db):
            self.provisioning.provision(caller, normalize_entity_id(request.path_params["id"]))
        return _success()

    async def list_accessible_entities(self, request: Request) -> Response:
        """Contract C1: list the entities that a user may enter."""
        self.authenticator.authenticate(request.headers)
        user = self.access_requests.user(request.path_params["login"])
        return self._entities_response(self.hierarchy.accessible(user.username))

    async def request_access(self, request: Request) -> Response:
        """Contract C1: request that a user may enter other entities."""
        caller = self.authenticator.authenticate(request.headers)
        refuse_key(request)
        fields = parse_json_object(request, await read_body(request), ("targetEntityIds",))
        ids = fields.get("targetEntityIds")
        if ids is None:
            raise Refusal(Category.MISSING_FIELD, "targetEntityIds is missing.", status=400)
        if (
            not isinstance(ids, list)
            or not 1 <= len(ids) <= MAX_ENTITIES
            or not all(isinstance(id_, str) and 1 <= len(id_) <= 36 for id_ in ids)
        ):
            raise invalid_value(
                f"targetEntityIds must be a list of 1 to {MAX_ENTITIES} ids of at most"
                " 36 characters."
            )
        with transaction(self.db):
            self.access_requests.request(
                caller, request.path_params["login"], [normalize_entity_id(id_) for id_ in ids]
            )
        return _success()

    async def answer_access(self, status: AccessStatus, request: Request) -> Response:
        """Contract C1: grant or deny a user access to the acting entity."""
        caller = self.authenticator.authenticate(request.headers)
        await self._read_empty_put(request)
        with transaction(self.db):
            self.access_requests.answer(caller, request.path_params["login"], status)
        return _success()

    async def list_or_request_connections(self, request: Request) -> Response:
        """Contract D1, 1 and 2: list connections, or request one."""
        caller = self.authenticator.authenticate(request.headers)
        if request.method == "POST":
            create = partial(self._request_connection, caller, request)
            return await self.idempotency.run(request, caller.entity_id, create)
        page, policy = parse_page(request), self.policy()
        rows = self.connections.list_page(
            caller.entity_id,
            page.direction,
            offset=page.offset,
            limit=page.size + 1,
            newest_first=policy.order is ConnectionOrder.NEWEST_FIRST,
        )
        fields: dict[str, object] = {}
        if len(rows) > page.size:
            fields["nextPage"] = next_page_url(request, page, policy.next_page)
        return list_response("entityConnections", rows[: page.size], **fields, success=True)

    async def act_on_connection(self, action: Action, request: Request) -> Response:
        """Contract D1, 3 to 5: accept, deny or disconnect."""
        caller = self.authenticator.authenticate(request.headers)
        await self._read_empty_put(request)
        with transaction(self.db):
            self.rules.act(caller, action, request.path_params["id"])
        return _success()

    async def _read_empty_put(self, request: Request) -> None:
        """Check a PUT that has no fields; its body is empty or `{}`."""
        refuse_key(request)
        body = await read_body(request)
        is_bare = not body and "content-type" not in request.headers
        if is_bare and self.policy().bare_put is BarePut.REFUSED:
            raise invalid_value("The Content-Type must be application/json.", status=415)
        parse_json_object(request, body, fields=())

    def _create_entity(self, caller: Caller, request: Request, body: bytes) -> Response:
        fields = parse_json_object(request, body, (*REQUIRED_FIELDS, "displayName"))
        entity = self.provisioning.create(caller, fields)
        return json_response(_entity_body(entity, self._tenant_id()) | {"success": True})

    def _request_connection(self, caller: Caller, request: Request, body: bytes) -> Response:
        target_id = parse_json_object(request, body, ("targetEntityId",)).get("targetEntityId")
        if target_id is None:
            raise Refusal(Category.MISSING_FIELD, "targetEntityId is missing.", status=400)
        if not isinstance(target_id, str) or not 1 <= len(target_id) <= 32:
            raise invalid_value(
                "targetEntityId must be text of at most 32 characters, without hyphens."
            )
        connection_id = self.rules.request(caller, normalize_entity_id(target_id))
        return json_response({"id": connection_id, "success": True})

    def _entities_response(self, entities: list[Entity]) -> Response:
        tenant_id = self._tenant_id()
        bodies = [_entity_body(entity, tenant_id) for entity in entities]
        return json_response({"entities": bodies, "success": True})

    def _tenant_id(self) -> str:
        return tenant_settings.read(self.db, tenant_settings.TENANT_ID)

    async def _handle_refusal(self, request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)  # noqa: S101 - registered for this class only
        by_status = self.policy().refusals is RefusalStatus.HTTP_4XX
        return refusal_response(refusal, current_call(request).request_id, by_status=by_status)


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


def _success() -> Response:
    return json_response({"success": True})


async def _handle_no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == 405:
        message = f"{request.method[:16]} is not supported here."
        refusal = Refusal(Category.METHOD, message, status=405, headers=error.headers)
    else:
        refusal = Refusal(Category.NOT_FOUND, "There is nothing at this address.", status=404)
    return refusal_response(refusal, current_call(request).request_id)


async def _handle_database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, sqlite3.OperationalError)  # noqa: S101 - registered for it only
    if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        refusal = Refusal(Category.CONTENTION, "Another change is under way. Try again.")
    else:
        message = "The tenant cannot be read or written on this machine."
        refusal = Refusal(Category.INTERNAL, message, status=500)
    return refusal_response(refusal, current_call(request).request_id)
