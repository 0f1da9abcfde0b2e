"""The paths of the API and what each of them answers (contract A1, C1, D1)."""

import sqlite3
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.fake import body
from app.fake.answers import Category, Refusal, answer, refused
from app.fake.connections import Connections
from app.fake.database import transaction
from app.fake.envelope import call_of
from app.fake.hierarchy import Hierarchy
from app.fake.idempotency import Once, check_no_key
from app.fake.model import PROVISIONED, UNPROVISIONED, Caller, Connection, Entity, User
from app.fake.oauth import Tokens
from app.fake.paging import bad_query, next_page, page_of, query_of
from app.fake.rules import Action, Rules

_STATUS = {None: None, "true": PROVISIONED, "false": UNPROVISIONED}


class Routes:
    """One method for each operation; each answers or raises `Refusal`."""

    def __init__(
        self,
        *,
        db: sqlite3.Connection,
        users: tuple[User, ...],
        tenant_id: str,
        hierarchy: Hierarchy,
        connections: Connections,
        tokens: Tokens,
        rules: Rules,
        once: Once,
    ) -> None:
        self._db = db
        self._logins = {user.login: user.username for user in users}
        self._tenant_id = tenant_id
        self._hierarchy = hierarchy
        self._connections = connections
        self._tokens = tokens
        self._rules = rules
        self._once = once

    def application(self) -> Starlette:
        """Return the application, without its envelope."""
        connections = "/v1/entity-connections"
        actions: tuple[Action, ...] = ("accept", "deny", "disconnect")
        app = Starlette(
            routes=[
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v1/entities", self.entities),
                Route("/v1/entities/{id}", self.entity),
                Route("/v1/users/{login}/accessible-entities", self.accessible_entities),
                Route(connections, self.connections, methods=["GET", "POST"]),
                *(
                    Route(f"{connections}/{{id}}/{one}", partial(self.act, one), methods=["PUT"])
                    for one in actions
                ),
            ],
            exception_handlers={Refusal: _on_refusal, HTTPException: _on_no_route},
        )
        app.router.redirect_slashes = False  # Zuora's own answer to a wrong path is an error
        return app

    async def token(self, request: Request) -> Response:
        """Contract A1: a token for an OAuth client."""
        fields = body.form(request, await body.read(request))
        return answer(self._tokens.issue(fields, request.headers))

    async def entities(self, request: Request) -> Response:
        """Contract C1: the hierarchy, or its provisioned or unprovisioned part."""
        self._tokens.caller(request.headers)
        provisioned = query_of(request, ("provisioned",)).get("provisioned")
        if provisioned not in _STATUS:
            raise bad_query("provisioned must be true or false.")
        return self._entity_list(self._hierarchy.entities(_STATUS[provisioned]))

    async def entity(self, request: Request) -> Response:
        """Contract C1: one entity."""
        self._tokens.caller(request.headers)
        id_ = request.path_params["id"]
        entity = self._hierarchy.entity(id_)
        if entity is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {id_[:64]}.")
        return answer(self._entity_body(entity) | {"success": True})

    async def accessible_entities(self, request: Request) -> Response:
        """Contract C1: the entities a user, named by login, may enter."""
        self._tokens.caller(request.headers)
        login = request.path_params["login"]
        if login not in self._logins:
            raise Refusal(Category.NOT_FOUND, f"There is no user {login[:64]}.")
        return self._entity_list(self._hierarchy.accessible(self._logins[login]))

    async def connections(self, request: Request) -> Response:
        """Contract D1, 1 and 2: list connections, or request one."""
        caller = self._tokens.caller(request.headers)
        if request.method == "POST":
            change = partial(self._request, caller, request)
            return await self._once.run(request, caller.entity_id, change)
        return self._list(caller, request)

    async def act(self, action: Action, request: Request) -> Response:
        """Contract D1, 3 to 5: accept, deny or disconnect."""
        caller = self._tokens.caller(request.headers)
        check_no_key(request)
        body.json_object(request, await body.read(request), fields=())
        with transaction(self._db):
            self._rules.act(caller, action, request.path_params["id"])
        return answer({"success": True})

    def _list(self, caller: Caller, request: Request) -> Response:
        page = page_of(request)
        rows = self._connections.page(
            caller.entity_id, page.direction, offset=page.offset, limit=page.size + 1
        )
        found: dict[str, object] = {
            "entityConnections": [_connection_body(row) for row in rows[: page.size]]
        }
        if len(rows) > page.size:
            found["nextPage"] = next_page(request, page)
        return answer(found | {"success": True})

    def _request(self, caller: Caller, request: Request, raw: bytes) -> Response:
        target_id = body.json_object(request, raw, ("targetEntityId",)).get("targetEntityId")
        if target_id is None:
            raise Refusal(Category.MISSING_FIELD, "targetEntityId is missing.", status=400)
        if not isinstance(target_id, str) or not 1 <= len(target_id) <= 32:
            message = "targetEntityId must be text of at most 32 characters, without hyphens."
            raise Refusal(Category.INVALID_VALUE, message, status=400)
        return answer({"id": self._rules.request(caller, target_id), "success": True})

    def _entity_list(self, entities: list[Entity]) -> Response:
        return answer({"entities": [self._entity_body(one) for one in entities], "success": True})

    def _entity_body(self, entity: Entity) -> dict[str, object]:
        return {
            "id": entity.id,
            "name": entity.name,
            "displayName": entity.display_name,
            "locale": entity.locale,
            "timezone": entity.timezone,
            "status": entity.status,
            "parentId": entity.parent_id,
            "tenantId": self._tenant_id,
        }


def _connection_body(connection: Connection) -> dict[str, str]:
    return {
        "id": connection.id,
        "sourceEntityId": connection.source_id,
        "targetEntityId": connection.target_id,
        "status": connection.status,
    }


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - by the table that names this handler
    return refused(refusal, call_of(request).request_id)


async def _on_no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by the table that names this handler
    if error.status_code == 405:
        message = f"{request.method[:16]} is not supported here."
        refusal = Refusal(Category.METHOD, message, status=405, headers=error.headers)
    else:
        refusal = Refusal(Category.NOT_FOUND, "There is nothing at this address.", status=404)
    return refused(refusal, call_of(request).request_id)
